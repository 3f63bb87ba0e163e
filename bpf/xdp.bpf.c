/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Helpers of XDP programs. Those that change the frame change it back: it stays for the next turn.
 */
#include "test.h"

#ifndef BYTES
#define BYTES 32
#endif

static __always_inline __u32 length(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data_end - (void *)(long)ctx->data;
}

TEST("xdp", struct xdp_md, adjust_head_zero,
     (result = operate(1 + !bpf_xdp_adjust_head(ctx, 0))) == 2, result == 2)

/* Change by `first` and change back, and see each time that the length followed. */
#define ADJUST(name, call, first, grown_by)                                                        \
	SEC("xdp") int name(struct xdp_md *ctx)                                                    \
	{                                                                                          \
		__u32 before = length(ctx);                                                        \
                                                                                                   \
		if (operate(call(ctx, first)) || length(ctx) != before + (grown_by))               \
			return fail();                                                             \
		return operate(call(ctx, -(first))) || length(ctx) != before ? fail() : 0;         \
	}                                                                                          \
	SEC("xdp") int check_##name(struct xdp_md *ctx)                                            \
	{                                                                                          \
		__u32 before = length(ctx);                                                        \
                                                                                                   \
		return failures || operate(call(ctx, first)) ||                                    \
		       length(ctx) != before + (grown_by);                                         \
	}

ADJUST(adjust_head_grow, bpf_xdp_adjust_head, -BYTES, BYTES)
ADJUST(adjust_head_shrink, bpf_xdp_adjust_head, BYTES, -BYTES)
ADJUST(adjust_tail_grow, bpf_xdp_adjust_tail, BYTES, BYTES)
ADJUST(adjust_tail_shrink, bpf_xdp_adjust_tail, -BYTES, -BYTES)

static __always_inline bool has_meta(struct xdp_md *ctx, __u32 bytes)
{
	return (void *)(long)ctx->data_meta + bytes == (void *)(long)ctx->data;
}

SEC("xdp")
int adjust_meta(struct xdp_md *ctx)
{
	if (operate(bpf_xdp_adjust_meta(ctx, -8)) || !has_meta(ctx, 8))
		return fail();
	return operate(bpf_xdp_adjust_meta(ctx, 8)) || !has_meta(ctx, 0) ? fail() : 0;
}

SEC("xdp")
int check_adjust_meta(struct xdp_md *ctx)
{
	return failures || operate(bpf_xdp_adjust_meta(ctx, -8)) || !has_meta(ctx, 8);
}

static __u8 bytes[16];

TEST("xdp", struct xdp_md, load_bytes, !operate(bpf_xdp_load_bytes(ctx, 12, bytes, 2)),
     bytes[0] == 8)

/* Stores a byte and sees that the frame holds it. */
static __always_inline bool store(struct xdp_md *ctx, __u8 byte)
{
	__u8 *data = (void *)(long)ctx->data;

	return !operate(bpf_xdp_store_bytes(ctx, 0, &byte, 1)) &&
	       (void *)(data + 1) <= (void *)(long)ctx->data_end && *data == byte;
}

/* Another byte, and then what was there before. */
static __always_inline bool store_and_back(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data, before;

	if ((void *)(data + 1) > (void *)(long)ctx->data_end)
		return 0;
	before = *data;
	return store(ctx, ~before) && store(ctx, before);
}
TEST("xdp", struct xdp_md, store_bytes, store_and_back(ctx), store(ctx, 99))

TEST("xdp", struct xdp_md, get_buff_len, keep(operate(bpf_xdp_get_buff_len(ctx))),
     result == length(ctx))

LICENSE;
