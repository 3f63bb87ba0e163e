/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A page of an arena, allocated and freed; OPERATIONS times. */
#include "test.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64);
	__uint(map_extra, 0x10000000); /* its address in user space, as nobody maps it */
} arena SEC(".maps");

extern void *bpf_arena_alloc_pages(void *map, void *address, __u32 pages, int node,
				   __u64 flags) __ksym;
extern void bpf_arena_free_pages(void *map, void *address, __u32 pages) __ksym;

static __u64 allocated;

SEC("syscall")
int alloc_free(void *ctx)
{
	for (int i = 0; i < OPERATIONS; i++) {
		void *page = operate(bpf_arena_alloc_pages(&arena, 0, 1, -1, 0));

		if (!page)
			return fail();
		bpf_arena_free_pages(&arena, page, 1);
		allocated++;
	}
	return 0;
}

SEC("syscall")
int check_alloc_free(void *ctx)
{
	return failures || !allocated;
}

LICENSE;
