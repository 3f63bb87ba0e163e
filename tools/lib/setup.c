/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "btf_value.h"
#include "netns.h"
#include "network.h"
#include "packet.h"
#include "text.h"
#include "traced.h"
#include "xalloc.h"
#include "xsk.h"

#define CPUS_MAX 4096
#define SOCKET "socket" /* the value of an AF_XDP socket */

/* The whole text of a file; NULL with errno set. */
static char *read_text(const char *path, size_t *n)
{
	/* Else opening a FIFO would wait. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat file;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	errno = EFBIG;
	if (!fstat(fd, &file) && S_ISREG(file.st_mode) && (size_t)file.st_size <= SETUP_MAX_BYTES) {
		*n = (size_t)file.st_size;
		text = xmalloc(*n + 1);
		text[*n] = '\0';
		if (read(fd, text, *n) != (ssize_t)*n) {
			free(text);
			text = NULL;
			errno = EIO;
		}
	}
	close(fd);
	return text;
}

char *setup_read(struct setup *setup, const char *path)
{
	json_error_t error;
	size_t n;
	char *text;

	*setup = (struct setup){0};
	if (!*path)
		return NULL;
	text = read_text(path, &n);
	if (!text)
		return xasprintf("can't read setup '%s': %s", path, strerror(errno));
	setup->root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
	free(text);
	if (!setup->root)
		return xasprintf("setup '%s' is no JSON: %s (line %d)", path, error.text,
				 error.line);
	if (!json_is_object(setup->root))
		return xasprintf("setup '%s' is no object of JSON", path);
	return NULL;
}

void setup_release(struct setup *setup)
{
	for (size_t i = 0; i < setup->nsockets; i++)
		close(setup->sockets[i]);
	free(setup->sockets);
	loopback_close(&setup->loopback);
	network_free(setup->network);
	traced_free(setup->traced);
	json_decref(setup->root);
	*setup = (struct setup){0};
}

bool setup_has(const struct setup *setup, const char *member)
{
	return json_object_get(setup->root, member);
}

int setup_hash(const char *path, char *hash)
{
	size_t n;
	char *text;

	if (!*path)
		return 0;
	text = read_text(path, &n);
	if (!text)
		return -1;
	snprintf(hash, 17, "%016" PRIx64, hash_bytes(hash_text(HASH_START, hash), text, n));
	free(text);
	return 0;
}

/* A variable of the object, and the map that holds its section. */
struct variable {
	struct bpf_map *map;
	uint32_t type, at, bytes;
};

static bool find_variable(const struct bpf_object *object, const char *name, struct variable *found)
{
	const struct btf *btf = bpf_object__btf(object);
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		const struct btf_type *section =
		    btf ? btf__type_by_id(btf, bpf_map__btf_value_type_id(map)) : NULL;

		if (!bpf_map__is_internal(map) || !section || !btf_is_datasec(section))
			continue;
		for (int i = 0; i < btf_vlen(section); i++) {
			const struct btf_var_secinfo *place = &btf_var_secinfos(section)[i];
			const struct btf_type *var = btf__type_by_id(btf, place->type);
			const char *known = var ? btf__name_by_offset(btf, var->name_off) : NULL;

			if (!known || strcmp(known, name))
				continue;
			*found = (struct variable){map, var->type, place->offset, place->size};
			return true;
		}
	}
	return false;
}

static char *set_global(const struct bpf_object *object, const char *name, const json_t *value)
{
	struct variable variable;
	unsigned char *data;
	size_t size = 0;

	if (!find_variable(object, name, &variable))
		return xasprintf("the object has no such variable%s",
				 bpf_object__btf(object) ? "" : ", as it has no BTF");
	data = (unsigned char *)bpf_map__initial_value(variable.map, &size);
	/* What the kernel's configuration says libbpf writes later. */
	if (!data || text_ends_with(bpf_map__name(variable.map), ".kconfig") ||
	    variable.at > size || variable.bytes > size - variable.at)
		return xasprintf("its section can't be set");
	memset(data + variable.at, 0, variable.bytes);
	return btf_value_write(bpf_object__btf(object), variable.type, value, data + variable.at,
			       variable.bytes);
}

static char *set_size(struct bpf_map *map, const json_t *entries)
{
	const char *wrong;
	uint64_t n;

	if (!entries)
		return NULL;
	wrong = btf_value_count(entries, 1, UINT32_MAX, &n);
	if (wrong)
		return xasprintf("max_entries %s", wrong);
	bpf_map__set_max_entries(map, (uint32_t)n);
	return NULL;
}

static const json_t *elements_of(const json_t *map)
{
	return json_object_get(map, "elements");
}

/* Programs that a map is to hold are loaded with the others. */
static char *load_programs_of(const struct bpf_object *object, const struct bpf_map *map,
			      const json_t *settings)
{
	const json_t *element;
	size_t i;

	if (bpf_map__type(map) != BPF_MAP_TYPE_PROG_ARRAY)
		return NULL;
	json_array_foreach(elements_of(settings), i, element) {
		const char *name = json_string_value(json_object_get(element, "value"));
		struct bpf_program *program =
		    name ? bpf_object__find_program_by_name(object, name) : NULL;

		if (!program)
			return xasprintf("element %zu: '%s' is no program of the object", i + 1,
					 name ? name : "");
		bpf_program__set_autoload(program, true);
	}
	return NULL;
}

static struct bpf_map *find_map(const struct bpf_object *object, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	return map && !bpf_map__is_internal(map) ? map : NULL;
}

/* A suite is checked when it is read; a plan may be anybody's. */
static char *check_members(const struct setup *setup)
{
	static const char *const known[] = {
	    "globals", "maps",	  "packet", "context", "expected_packet",
	    "network", "trigger", "attach", "with"};
	const json_t *item;
	const char *name;

	json_object_foreach(setup->root, name, item) {
		bool is_known = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			is_known |= !strcmp(name, known[i]);
		if (!is_known)
			return text_of("setup: member", name, xstrdup("is none of those known"));
	}
	for (size_t i = 0; i < 2; i++) {
		item = json_object_get(setup->root, known[i]);
		if (item && !json_is_object(item))
			return xasprintf("%s: no mapping of names", known[i]);
	}
	json_object_foreach(json_object_get(setup->root, "maps"), name, item) {
		const json_t *elements = elements_of(item);

		if (!json_is_object(item) || (elements && !json_is_array(elements)))
			return text_of("map", name,
				       xstrdup("has max_entries and a list of elements"));
	}
	return NULL;
}

char *setup_before_load(const struct setup *setup, struct bpf_object *object)
{
	const json_t *item;
	const char *name;
	char *wrong = check_members(setup);

	if (wrong)
		return wrong;
	json_object_foreach(json_object_get(setup->root, "globals"), name, item) {
		wrong = set_global(object, name, item);
		if (wrong)
			return text_of("global", name, wrong);
	}
	json_object_foreach(json_object_get(setup->root, "maps"), name, item) {
		struct bpf_map *map = find_map(object, name);

		if (!map)
			return text_of("map", name, xstrdup("the object has no such map"));
		wrong = set_size(map, json_object_get(item, "max_entries"));
		if (!wrong)
			wrong = load_programs_of(object, map, item);
		if (wrong)
			return text_of("map", name, wrong);
	}
	return NULL;
}

static bool is_percpu(const struct bpf_map *map)
{
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		return true;
	default:
		return false;
	}
}

/* A map that is filled: room for a key and a value, for all CPUs where each has one. */
struct filling {
	struct setup *setup;
	const struct bpf_object *object;
	const struct bpf_map *map;
	unsigned char *key, *value;
	size_t key_bytes, value_bytes, stride; /* stride: from a CPU's value to the next one's */
	int cpus;			       /* copies of the value */
};

/* Of a type that BTF has, or bytes. */
static char *write_typed(const struct filling *f, uint32_t type, const json_t *value,
			 unsigned char *bytes, size_t n)
{
	const struct btf *btf = bpf_object__btf(f->object);

	return btf && type ? btf_value_write(btf, type, value, bytes, n)
			   : btf_value_plain(value, bytes, n);
}

/* A descriptor, for maps that hold programs or maps. */
static char *write_descriptor(const struct filling *f, const json_t *value)
{
	const char *name = json_string_value(value);
	bool of_programs = bpf_map__type(f->map) == BPF_MAP_TYPE_PROG_ARRAY;
	const struct bpf_program *program =
	    name && of_programs ? bpf_object__find_program_by_name(f->object, name) : NULL;
	const struct bpf_map *inner = name && !of_programs ? find_map(f->object, name) : NULL;
	int fd = program ? bpf_program__fd(program) : inner ? bpf_map__fd(inner) : -1;

	if (fd < 0 || f->value_bytes != sizeof(fd))
		return xasprintf("'%s' is no %s of the object", name ? name : "",
				 of_programs ? "program" : "map");
	memcpy(f->value, &fd, sizeof(fd));
	return NULL;
}

/* Of a device of the test's network the index, which is what a value begins with. */
static bool write_device(const struct filling *f, const json_t *value)
{
	const char *name = json_string_value(value);
	uint32_t index = name && f->setup->network ? if_nametoindex(name) : 0;

	if (!index || f->value_bytes < sizeof(index))
		return false;
	memcpy(f->value, &index, sizeof(index));
	return true;
}

static void put_descriptor(const struct filling *f, int fd)
{
	uint64_t wide = (uint64_t)fd;

	if (f->value_bytes == sizeof(wide))
		memcpy(f->value, &wide, sizeof(wide));
	else
		memcpy(f->value, &fd, sizeof(fd));
}

/* A socket of the test's, by name. */
static char *write_loopback_socket(const struct filling *f, const json_t *value)
{
	const char *name = json_string_value(value);
	int fd = name ? loopback_find(&f->setup->loopback, name) : -1;

	if (fd < 0 && (!name || errno == EINVAL))
		return xstrdup(
		    "a map of sockets has sender, receiver, listener or udp for a value");
	if (fd < 0)
		return xasprintf("can't open the socket '%s': %s", name, strerror(errno));
	put_descriptor(f, fd);
	return NULL;
}

/* A socket of its own, which is in the map as long as it is open. */
static char *write_socket(const struct filling *f, const json_t *value)
{
	const char *name = json_string_value(value);
	struct setup *setup = f->setup;
	int fd;

	if (!name || strcmp(name, SOCKET) || f->value_bytes != sizeof(fd))
		return xstrdup("a map of AF_XDP sockets has '" SOCKET "' for a value");
	fd = xsk_open();
	if (fd < 0)
		return xasprintf("can't open an AF_XDP socket: %s", strerror(errno));
	setup->sockets = xgrow(setup->sockets, setup->nsockets, sizeof(*setup->sockets));
	setup->sockets[setup->nsockets++] = fd;
	memcpy(f->value, &fd, sizeof(fd));
	return NULL;
}

/* libbpf forgets the types of maps whose kernel side has none, when it makes them: of their values
 * with members the kernel's headers have the names. */
static uint32_t value_type(const struct filling *f, const json_t *value)
{
	bool of_cpus = bpf_map__type(f->map) == BPF_MAP_TYPE_CPUMAP;
	uint32_t type = bpf_map__btf_value_type_id(f->map);
	int id;

	if (type || !json_is_object(value) || !bpf_object__btf(f->object))
		return type;
	id = btf__find_by_name_kind(bpf_object__btf(f->object),
				    of_cpus ? "bpf_cpumap_val" : "bpf_devmap_val", BTF_KIND_STRUCT);
	return id < 0 ? 0 : (uint32_t)id;
}

static char *write_value(const struct filling *f, const json_t *value, size_t cpu)
{
	return write_typed(f, value_type(f, value), value, f->value + cpu * f->stride,
			   f->value_bytes);
}

static char *write_values(const struct filling *f, const json_t *values)
{
	bool has[CPUS_MAX] = {false};
	const json_t *item;
	size_t i;

	if (!json_is_array(values))
		return xstrdup("'values' is no list");
	json_array_foreach(values, i, item) {
		uint64_t cpu;
		char *wrong;

		if (btf_value_count(json_object_get(item, "cpu"), 0, INT32_MAX, &cpu))
			return xasprintf("values: a 'cpu' and a 'value' each");
		/* A dump of a machine with more CPUs. */
		if (cpu >= (uint64_t)f->cpus)
			continue;
		if (has[cpu])
			return xasprintf("values: CPU %" PRIu64 " twice", cpu);
		has[cpu] = true;
		wrong = write_value(f, json_object_get(item, "value"), (size_t)cpu);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static char *write_element_value(const struct filling *f, const json_t *element)
{
	const json_t *value = json_object_get(element, "value");
	const json_t *values = json_object_get(element, "values");
	char *wrong = NULL;

	switch (bpf_map__type(f->map)) {
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return write_descriptor(f, value);
	case BPF_MAP_TYPE_XSKMAP:
		return write_socket(f, value);
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
		return write_loopback_socket(f, value);
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
		if (write_device(f, value))
			return NULL;
		break;
	default:
		break;
	}
	if (values)
		return write_values(f, values);
	if (!value)
		return xstrdup("it has no 'value'");
	for (int cpu = 0; cpu < f->cpus && !wrong; cpu++)
		wrong = write_value(f, value, (size_t)cpu);
	return wrong;
}

static char *fill_element(const struct filling *f, const json_t *element)
{
	const json_t *formatted = json_object_get(element, "formatted"), *key;
	char *wrong = NULL;

	if (formatted)
		element = formatted;
	key = json_object_get(element, "key");
	memset(f->key, 0, f->key_bytes);
	memset(f->value, 0, f->stride * (size_t)f->cpus);
	if (!key && f->key_bytes)
		return xstrdup("it has no 'key'");
	if (f->key_bytes)
		wrong = text_of(
		    "its", "key",
		    write_typed(f, bpf_map__btf_key_type_id(f->map), key, f->key, f->key_bytes));
	if (!wrong)
		wrong = text_of("its", "value", write_element_value(f, element));
	if (!wrong && bpf_map_update_elem(bpf_map__fd(f->map), f->key_bytes ? f->key : NULL,
					  f->value, BPF_ANY))
		wrong = xasprintf("the kernel refuses it: %s (max_entries %u)", strerror(errno),
				  bpf_map__max_entries(f->map));
	return wrong;
}

static char *fill_map(struct setup *setup, const struct bpf_object *object,
		      const struct bpf_map *map, const json_t *elements)
{
	struct filling f = {.setup = setup, .object = object, .map = map, .cpus = 1};
	char *wrong = NULL;
	const json_t *element;
	size_t i;

	if (json_array_size(elements) && bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
		return xstrdup("a ring buffer has no elements");
	if (is_percpu(map))
		f.cpus = libbpf_num_possible_cpus();
	if (f.cpus < 1 || f.cpus > CPUS_MAX)
		return xstrdup("the number of CPUs is not known");
	f.key_bytes = bpf_map__key_size(map);
	f.value_bytes = bpf_map__value_size(map);
	f.stride = (f.value_bytes + 7) / 8 * 8;
	f.key = xcalloc(f.key_bytes + 1, 1);
	f.value = xcalloc((size_t)f.cpus, f.stride + 1);
	json_array_foreach(elements, i, element) {
		wrong = fill_element(&f, element);
		if (!wrong)
			continue;
		element = NULL;
		break;
	}
	if (wrong) {
		char *longer = xasprintf("element %zu: %s", i + 1, wrong);

		free(wrong);
		wrong = longer;
	}
	free(f.key);
	free(f.value);
	return wrong;
}

char *setup_fill_map(struct setup *setup, const struct bpf_object *object,
		     const struct bpf_map *map)
{
	const json_t *maps = json_object_get(setup->root, "maps");
	const json_t *settings = json_object_get(maps, bpf_map__name(map));

	return text_of("map", bpf_map__name(map),
		       fill_map(setup, object, map, elements_of(settings)));
}

char *setup_fill_maps(struct setup *setup, const struct bpf_object *object)
{
	const json_t *item;
	const char *name;

	json_object_foreach(json_object_get(setup->root, "maps"), name, item) {
		struct bpf_map *map = find_map(object, name);
		char *wrong = map ? fill_map(setup, object, map, elements_of(item)) : NULL;

		if (wrong)
			return text_of("map", name, wrong);
	}
	return NULL;
}

char *setup_after_load(struct setup *setup, const struct bpf_object *object, bool *lacks)
{
	const json_t *network = json_object_get(setup->root, "network");
	char *wrong;
	int home;

	if (!network)
		return setup_fill_maps(setup, object);
	wrong = network_make(network, &setup->network, lacks);
	if (wrong) {
		char *longer = xasprintf("network: %s", wrong);

		free(wrong);
		return longer;
	}
	home = network_enter(setup->network);
	wrong = setup_fill_maps(setup, object);
	netns_leave(home);
	return wrong;
}

char *setup_packet(const struct setup *setup, const char *member, unsigned char *bytes, size_t *n)
{
	const json_t *value = json_object_get(setup->root, member);

	*n = value ? (json_string_length(value) - 1) / 2 : 0;
	if (!value)
		return NULL;
	if (json_string_length(value) < 4 || *n > PACKET_MAX_BYTES)
		return xasprintf("%s is not 1 to %d bytes", member, PACKET_MAX_BYTES);
	return text_of("the", member, btf_value_raw(value, bytes, *n));
}

char *setup_context(const struct setup *setup, const char *type, unsigned char *bytes, size_t room)
{
	const json_t *context = json_object_get(setup->root, "context");
	struct btf *kernel;
	char *wrong;
	int id;

	if (!context)
		return NULL;
	if (!type)
		return xstrdup("context: programs of this type have none that can be set");
	if (!*type) {
		size_t n = json_string_length(context) / 2;

		return text_of("the", "context",
			       n < 2 || n - 1 > room
				   ? xasprintf("these are not 1 to %zu bytes in hexadecimal", room)
				   : btf_value_raw(context, bytes, n - 1));
	}
	kernel = btf__load_vmlinux_btf();
	if (!kernel)
		return xasprintf("context: this kernel has no BTF: %s", strerror(errno));
	id = btf__find_by_name_kind(kernel, type, BTF_KIND_STRUCT);
	wrong = id < 0 ? xasprintf("this kernel has no struct %s", type)
		       : btf_value_write(kernel, (uint32_t)id, context, bytes, room);
	btf__free(kernel);
	return text_of("the", "context", wrong);
}
