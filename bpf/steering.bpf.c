/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Which socket gets a connection, as tubular says it: by protocol, port and prefix of the address,
 * instead of by bind(). */
#include "headers.h"

#define SK_DROP 0
#define SK_PASS 1

struct bpf_sk_lookup {
	__u64 cookie; /* a pointer to the socket that was chosen */
	__u32 family, protocol;
	__be32 remote_ip4, remote_ip6[4], remote_port;
	__be32 local_ip4, local_ip6[4];
	__u32 local_port, ingress_ifindex;
};

struct binding {
	__u32 length; /* of the prefix: the first 32 bits are always compared */
	__u16 protocol, port;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct binding);
	__type(value, __u32); /* the service */
} bindings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("sk_lookup")
int steer(struct bpf_sk_lookup *ctx)
{
	struct binding binding = {64, ctx->protocol, ctx->local_port, ctx->local_ip4};
	struct bpf_sock *socket;
	__u32 *service;
	long error;

	service = ctx->family == AF_INET ? bpf_map_lookup_elem(&bindings, &binding) : 0;
	if (!service)
		return SK_PASS;
	socket = bpf_map_lookup_elem(&sockets, service);
	/* A service whose socket is gone: nobody else gets its connections. */
	if (!socket)
		return SK_DROP;
	error = bpf_sk_assign(ctx, socket, 0);
	bpf_sk_release(socket);
	return error ? SK_DROP : SK_PASS;
}

LICENSE;
