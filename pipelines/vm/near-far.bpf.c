/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where time and counted instructions disagree (README.md): each reads a random element of an
 * array, and the next key waits for the value, which is 0. One array fits a cache, the other, of
 * 64 MB, does not.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define READ(name, entries)                                                                        \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, entries);                                                      \
		__type(key, __u32);                                                                \
		__type(value, __u64);                                                              \
	} name##_map SEC(".maps");                                                                 \
	__u32 name##_next;                                                                         \
	SEC("xdp")                                                                                 \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		__u32 key = name##_next >> 8 & ((entries)-1);                                      \
		__u64 *zero = bpf_map_lookup_elem(&name##_map, &key);                              \
                                                                                                   \
		/* Numerical Recipes' generator */                                                 \
		name##_next = name##_next * 1664525 + 1013904223 + (zero ? *zero : 0);             \
		return 0;                                                                          \
	}

READ(near, 64)
READ(far, 8388608)

char _license[] SEC("license") = "Dual MIT/GPL";
