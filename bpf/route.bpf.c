/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Asking the kernel's routing table and its table of sockets, for what is not there. */
#include "headers.h"
#include "test.h"

/* The address is of TEST-NET-1 (RFC 5737): no route leads there, or one that leads nowhere. */
SEC("tc")
int fib_lookup(struct __sk_buff *ctx)
{
	struct bpf_fib_lookup fib = {
	    .family = AF_INET,
	    .ifindex = 1, /* lo, in every namespace */
	    .ipv4_dst = bpf_htonl(0xc0000202),
	};
	long status = operate(bpf_fib_lookup(ctx, &fib, sizeof(fib), 0) + 1);

	/* 0: found; above: why not. */
	return status > 0 ? !keep(status) : fail();
}

SEC("tc")
int check_fib_lookup(struct __sk_buff *ctx)
{
	return failures || !result;
}

static __u64 missed_sockets;

#define LOOK_UP(protocol)                                                                          \
	SEC("tc") int sk_lookup_##protocol(struct __sk_buff *ctx)                                  \
	{                                                                                          \
		struct bpf_sock_tuple tuple = {                                                    \
		    .ipv4 = {bpf_htonl(0xc0000201), bpf_htonl(0xc0000202), bpf_htons(SOURCE_PORT), \
			     bpf_htons(DESTINATION_PORT)},                                         \
		};                                                                                 \
		struct bpf_sock *socket = operate(bpf_sk_lookup_##protocol(                        \
		    ctx, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0));                     \
                                                                                                   \
		if (socket) {                                                                      \
			bpf_sk_release(socket);                                                    \
			return fail();                                                             \
		}                                                                                  \
		operate(missed_sockets++);                                                         \
		return 0;                                                                          \
	}

LOOK_UP(tcp)
LOOK_UP(udp)

SEC("tc")
int check_missed(struct __sk_buff *ctx)
{
	return failures || !missed_sockets;
}

LICENSE;
