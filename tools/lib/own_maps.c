/* SPDX-License-Identifier: MIT */
#include "own_maps.h"

#include <stdlib.h>

#include "xalloc.h"

/* As many as most tools of bcc have, and a buffer as examples have it. */
#define ENTRIES 10240
#define BUFFER_BYTES (256 * 1024)
/* PERF_MAX_STACK_DEPTH, the kernel's usual limit */
#define STACK_BYTES (127 * 8)

/* Newer than the headers of Debian 12. */
#define MAP_TYPE_USER_RINGBUF 31

static void list(char **names, const struct bpf_map *map)
{
	if (!*names)
		*names = xstrdup("");
	xappendf(names, "%s'%s'", **names ? ", " : "", bpf_map__name(map));
}

char *own_maps_unpin(const struct bpf_object *object)
{
	char *names = NULL;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		if (!bpf_map__pin_path(map))
			continue;
		list(&names, map);
		bpf_map__set_pin_path(map, NULL);
	}
	return names;
}

/* 0 for types that have no size, or of which a size says what they hold. */
static uint32_t usual_size(enum bpf_map_type type)
{
	switch ((int)type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_STACK_TRACE:
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_XSKMAP:
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
		return ENTRIES;
	case BPF_MAP_TYPE_CPUMAP: /* no more than there can be */
		return (uint32_t)libbpf_num_possible_cpus();
	case BPF_MAP_TYPE_RINGBUF:
	case MAP_TYPE_USER_RINGBUF:
		return BUFFER_BYTES;
	default:
		return 0;
	}
}

char *own_maps_size(const struct bpf_object *object)
{
	char *names = NULL;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		uint32_t size = bpf_map__max_entries(map) ? 0 : usual_size(bpf_map__type(map));

		if (!size)
			continue;
		bpf_map__set_max_entries(map, size);
		if (bpf_map__type(map) == BPF_MAP_TYPE_STACK_TRACE && !bpf_map__value_size(map))
			bpf_map__set_value_size(map, STACK_BYTES);
		list(&names, map);
		xappendf(&names, " (%u)", size);
	}
	return names;
}
