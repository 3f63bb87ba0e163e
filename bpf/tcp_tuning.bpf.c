/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Settings of TCP by where a connection goes, as data centers make them: a larger first window and
 * a shorter wait for a lost SYN, to peers within. */
#include "headers.h"

#define SOL_TCP 6
#define TCP_BPF_IW 1001
#define BPF_SOCK_OPS_TIMEOUT_INIT 1
#define BPF_SOCK_OPS_TCP_CONNECT_CB 3

struct bpf_sock_ops {
	__u32 op;
	union {
		__u32 args[4], reply, replylong[4];
	};
	__u32 family;
	__be32 remote_ip4, local_ip4;
};

struct prefix {
	__u32 length;
	__be32 address;
};

struct settings {
	__u32 first_window, syn_timeout_ms;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct prefix);
	__type(value, struct settings);
} peers SEC(".maps");

static __u64 tuned;

SEC("sockops")
int tune(struct bpf_sock_ops *ctx)
{
	struct prefix prefix = {32, ctx->remote_ip4};
	struct settings *settings;
	int window;

	ctx->reply = -1;
	if (ctx->family != AF_INET ||
	    (ctx->op != BPF_SOCK_OPS_TIMEOUT_INIT && ctx->op != BPF_SOCK_OPS_TCP_CONNECT_CB))
		return 1;
	settings = bpf_map_lookup_elem(&peers, &prefix);
	if (!settings)
		return 1;
	if (ctx->op == BPF_SOCK_OPS_TIMEOUT_INIT) {
		ctx->reply = settings->syn_timeout_ms;
		return 1;
	}
	window = settings->first_window;
	if (!bpf_setsockopt(ctx, SOL_TCP, TCP_BPF_IW, &window, sizeof(window)))
		__sync_fetch_and_add(&tuned, 1);
	return 1;
}

SEC("syscall")
int check(void *ctx)
{
	return !tuned;
}

LICENSE;
