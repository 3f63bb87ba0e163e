/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Where a container's processes come by: the devices that they may open, as runc sets them, and the
 * addresses of services, exchanged at connect() as Cilium does instead of kube-proxy. */
#include "headers.h"

#define FOR_CHECK(name, counter)                                                                   \
	SEC("syscall") int check_##name(void *ctx)                                                 \
	{                                                                                          \
		return !(counter);                                                                 \
	}

struct device {
	__u32 type, major, minor;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct device);
	__type(value, __u32); /* what may be done: 1 mknod, 2 read, 4 write */
} devices SEC(".maps");

struct bpf_cgroup_dev_ctx {
	__u32 access_type; /* what is to be done, above the type */
	__u32 major, minor;
};

static __u64 devices_allowed;

SEC("cgroup/dev")
int allow_device(struct bpf_cgroup_dev_ctx *ctx)
{
	struct device device = {ctx->access_type & 0xffff, ctx->major, ctx->minor};
	__u32 wanted = ctx->access_type >> 16;
	__u32 *may = bpf_map_lookup_elem(&devices, &device);

	if (!may || wanted & ~*may)
		return 0;
	__sync_fetch_and_add(&devices_allowed, 1);
	return 1;
}

FOR_CHECK(allow_device, devices_allowed)

struct bpf_sock_addr {
	__u32 user_family;
	__be32 user_ip4, user_ip6[4], user_port;
	__u32 family, type, protocol;
};

struct address {
	__be32 ip;
	__be16 port;
	__u16 padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct address);
	__type(value, __u32); /* how many backends it has */
} services SEC(".maps");

struct service_backend {
	struct address service;
	__u32 number;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct service_backend);
	__type(value, struct address);
} backends SEC(".maps");

static __u64 translated;

SEC("cgroup/connect4")
int translate(struct bpf_sock_addr *ctx)
{
	struct service_backend key = {{ctx->user_ip4, ctx->user_port, 0}, 0};
	__u32 *count = bpf_map_lookup_elem(&services, &key.service);
	struct address *to;

	if (!count || !*count)
		return 1;
	key.number = bpf_get_prandom_u32() % *count;
	to = bpf_map_lookup_elem(&backends, &key);
	if (!to)
		return 0;
	ctx->user_ip4 = to->ip;
	ctx->user_port = to->port;
	__sync_fetch_and_add(&translated, 1);
	return 1;
}

FOR_CHECK(translate, translated)

LICENSE;
