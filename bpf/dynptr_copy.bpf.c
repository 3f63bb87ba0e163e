/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* From one dynptr to another, of kernels from 6.17 on. */
#include "test.h"

extern int bpf_dynptr_copy(struct bpf_dynptr *to, __u32 to_offset, struct bpf_dynptr *from,
			   __u32 from_offset, __u32 bytes) __ksym;
extern int bpf_dynptr_memset(struct bpf_dynptr *dynptr, __u32 offset, __u32 bytes,
			     __u8 value) __ksym;

#define BYTES 64

struct memory {
	__u8 from[BYTES], to[BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct memory);
} map SEC(".maps");

static __u64 turn;

SEC("xdp")
int memset_copy(void *ctx)
{
	struct bpf_dynptr from, to;
	struct memory *memory;
	__u32 key = 0;

	memory = bpf_map_lookup_elem(&map, &key);
	if (!memory || bpf_dynptr_from_mem(memory->from, BYTES, 0, &from) ||
	    bpf_dynptr_from_mem(memory->to, BYTES, 0, &to))
		return fail();
	if (operate(bpf_dynptr_memset(&from, 0, BYTES, ++turn)))
		return fail();
	return operate(bpf_dynptr_copy(&to, 0, &from, 0, BYTES)) ? fail() : 0;
}

SEC("xdp")
int check_memset_copy(void *ctx)
{
	__u32 key = 0;
	struct memory *memory = bpf_map_lookup_elem(&map, &key);

	return failures || !memory || !turn || memory->to[0] != (__u8)turn ||
	       memory->to[BYTES - 1] != (__u8)turn;
}

LICENSE;
