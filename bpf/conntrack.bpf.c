/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Asking for a connection that is not tracked. */
#include "headers.h"
#include "test.h"

struct bpf_ct_opts {
	__s32 netns_id, error;
	__u8 l4proto, dir;
	__u16 ct_zone_id;
	__u8 ct_zone_dir, reserved[3];
};

struct nf_conn {
	unsigned long status;
} FOUND_BY_BTF;

extern struct nf_conn *bpf_xdp_ct_lookup(struct xdp_md *ctx, struct bpf_sock_tuple *tuple,
					 __u32 tuple__sz, struct bpf_ct_opts *opts,
					 __u32 opts__sz) __ksym;
extern void bpf_ct_release(struct nf_conn *connection) __ksym;

SEC("xdp")
int lookup_missing(struct xdp_md *ctx)
{
	struct bpf_sock_tuple tuple = {
	    .ipv4 = {bpf_htonl(0xc0000201), bpf_htonl(0xc0000202), bpf_htons(SOURCE_PORT),
		     bpf_htons(DESTINATION_PORT)},
	};
	struct bpf_ct_opts opts = {.netns_id = BPF_F_CURRENT_NETNS, .l4proto = IPPROTO_TCP};
	struct nf_conn *connection =
	    operate(bpf_xdp_ct_lookup(ctx, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts)));

	if (connection) {
		bpf_ct_release(connection);
		return fail();
	}
	result = opts.error;
	return 0;
}

SEC("xdp")
int check_lookup_missing(struct xdp_md *ctx)
{
	return failures || (int)result != -ENOENT;
}

LICENSE;
