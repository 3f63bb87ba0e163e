/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Memory of a map's value through a dynptr: written and read. */
#include "test.h"

struct memory {
	__u8 bytes[256];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct memory);
} map SEC(".maps");

static __u64 written, copy;

SEC("xdp")
int from_mem(void *ctx)
{
	__u32 key = 0;
	struct memory *memory = bpf_map_lookup_elem(&map, &key);
	struct bpf_dynptr dynptr;

	if (!memory || bpf_dynptr_from_mem(memory, sizeof(*memory), 0, &dynptr))
		return fail();
	written++;
	if (operate(bpf_dynptr_write(&dynptr, 64, &written, sizeof(written), 0)))
		return fail();
	return operate(bpf_dynptr_read(&copy, sizeof(copy), &dynptr, 64, 0)) ? fail() : 0;
}

SEC("xdp")
int check_from_mem(void *ctx)
{
	return failures || !copy || copy != written;
}

LICENSE;
