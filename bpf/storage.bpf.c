/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Storage that hangs on a socket, a task or a cgroup; found, after the first time. */
#include "test.h"

#ifdef SK_STORAGE
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} sk_storage SEC(".maps");

/* A test run's packet belongs to a socket. */
SEC("tc")
int sk_storage_get(struct __sk_buff *ctx)
{
	struct bpf_sock *socket = ctx->sk;
	__u64 *value;

	if (!socket)
		return fail();
	socket = bpf_sk_fullsock(socket);
	if (!socket)
		return fail();
	value = operate(bpf_sk_storage_get(&sk_storage, socket, 0, BPF_LOCAL_STORAGE_GET_F_CREATE));
	if (!value)
		return fail();
	result = ++*value;
	return 0;
}

SEC("tc")
int check_sk_storage_get(struct __sk_buff *ctx)
{
	return failures || result < 2;
}
#endif

#ifdef CGROUP_STORAGE
struct bpf_cgroup_storage_key {
	__u64 cgroup_inode_id;
	__u32 attach_type;
};

struct {
	__uint(type, CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} cgroup_storage SEC(".maps");

SEC("cgroup_skb/ingress")
int get_local_storage(struct __sk_buff *ctx)
{
	__u64 *value = operate((__u64 *)bpf_get_local_storage(&cgroup_storage, 0));

	if (!value)
		return fail();
	result = ++*value;
	return 0;
}

SEC("cgroup_skb/ingress")
int check_get_local_storage(struct __sk_buff *ctx)
{
	return failures || result < 2;
}
#endif

LICENSE;
