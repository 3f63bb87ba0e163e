/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Looking for a socket in an empty slot of a map of sockets. */
#include "test.h"

struct {
	__uint(type, MAP_TYPE);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u64));
} map SEC(".maps");

static __u64 missed;

SEC("tc")
int read_missing(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct bpf_sock *socket = operate(bpf_map_lookup_elem(&map, &key));

	if (socket) {
		bpf_sk_release(socket);
		return fail();
	}
	operate(missed++);
	return 0;
}

SEC("tc")
int check_read_missing(struct __sk_buff *ctx)
{
	return failures || !missed;
}

LICENSE;
