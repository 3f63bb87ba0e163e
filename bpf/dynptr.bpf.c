/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A packet through a dynptr. */
#include "headers.h"
#include "test.h"

extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *dynptr) __ksym;
extern int bpf_dynptr_from_skb(struct __sk_buff *ctx, __u64 flags,
			       struct bpf_dynptr *dynptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *dynptr, __u32 offset, void *buffer,
			      __u32 bytes) __ksym;

#define READ(name, section, context, from)                                                         \
	SEC(section) int slice_##name(context *ctx)                                                \
	{                                                                                          \
		struct bpf_dynptr packet;                                                          \
		__u8 buffer[sizeof(struct ethhdr)];                                                \
		struct ethhdr *eth;                                                                \
                                                                                                   \
		from(ctx, 0, &packet);                                                             \
		eth = bpf_dynptr_slice(&packet, 0, buffer, sizeof(buffer));                        \
		if (!eth)                                                                          \
			return fail();                                                             \
		operate(keep(eth->protocol));                                                      \
		return 0;                                                                          \
	}                                                                                          \
	SEC(section) int check_slice_##name(context *ctx)                                          \
	{                                                                                          \
		return failures || result != bpf_htons(ETH_P_IP);                                  \
	}                                                                                          \
	SEC(section) int read_##name(context *ctx)                                                 \
	{                                                                                          \
		struct bpf_dynptr packet;                                                          \
		__be16 protocol = 0;                                                               \
                                                                                                   \
		from(ctx, 0, &packet);                                                             \
		if (operate(bpf_dynptr_read(&protocol, 2, &packet, 12, 0)))                        \
			return fail();                                                             \
		return !keep(protocol);                                                            \
	}                                                                                          \
	SEC(section) int check_read_##name(context *ctx)                                           \
	{                                                                                          \
		return failures || result != bpf_htons(ETH_P_IP);                                  \
	}

READ(xdp, "xdp", struct xdp_md, bpf_dynptr_from_xdp)
READ(skb, "tc", struct __sk_buff, bpf_dynptr_from_skb)

LICENSE;
