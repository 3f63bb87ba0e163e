/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Helpers on a socket buffer, of the packet tcp4-64. One that changes the packet changes it back,
 * so that the next invocation finds it as it was; the check does the same once and looks between.
 */
#include "headers.h"
#include "test.h"

#define SKB(name, operation, proof) TEST("tc", struct __sk_buff, name, operation, proof)

static __u8 bytes[64];
static __be16 protocol;

SKB(load_bytes, !operate(bpf_skb_load_bytes(ctx, 12, &protocol, 2)),
    protocol == bpf_htons(ETH_P_IP))
SKB(load_bytes_relative, !operate(bpf_skb_load_bytes_relative(ctx, 0, bytes, 20, 1 /* network */)),
    bytes[0] == 0x45)
SKB(load_bytes_64, !operate(bpf_skb_load_bytes(ctx, 0, bytes, 64)), bytes[14] == 0x45)

static __always_inline bool store(struct __sk_buff *ctx, __u8 byte)
{
	return !operate(bpf_skb_store_bytes(ctx, 0, &byte, 1, 0));
}

/* Whether the packet begins with a byte, as the helper that reads sees it. */
static __always_inline bool begins(struct __sk_buff *ctx, __u8 byte)
{
	__u8 first = ~byte;

	return !bpf_skb_load_bytes(ctx, 0, &first, 1) && first == byte;
}

/* Another byte, and then what was there before. */
static __always_inline bool store_and_back(struct __sk_buff *ctx)
{
	__u8 *data = (void *)(long)ctx->data, before;

	if ((void *)(data + 1) > (void *)(long)ctx->data_end)
		return 0;
	before = *data;
	return store(ctx, ~before) && store(ctx, before);
}
SKB(store_bytes, store_and_back(ctx), store(ctx, 99) && begins(ctx, 99))
SKB(pull_data, operate(1 + bpf_skb_pull_data(ctx, 0)) == 1, bpf_skb_pull_data(ctx, 65535) != 0)

/* From one length to another and back. */
static __always_inline bool longer_and_back(struct __sk_buff *ctx)
{
	__u32 before = ctx->len;

	if (operate(bpf_skb_change_tail(ctx, before + 32, 0)) || ctx->len != before + 32)
		return 0;
	return !operate(bpf_skb_change_tail(ctx, before, 0)) && ctx->len == before;
}
SKB(change_tail, longer_and_back(ctx), longer_and_back(ctx))

static __always_inline bool room_and_back(struct __sk_buff *ctx)
{
	__u32 before = ctx->len;

	if (operate(bpf_skb_adjust_room(ctx, 8, 1 /* MAC */, 0)) || ctx->len != before + 8)
		return 0;
	return !operate(bpf_skb_adjust_room(ctx, -8, 1, 0)) && ctx->len == before;
}
SKB(adjust_room, room_and_back(ctx), room_and_back(ctx))

static __always_inline bool vlan(struct __sk_buff *ctx)
{
	if (operate(bpf_skb_vlan_push(ctx, bpf_htons(0x8100), 5)) || !ctx->vlan_present)
		return 0;
	return !operate(bpf_skb_vlan_pop(ctx)) && !ctx->vlan_present;
}
SKB(vlan_push_pop, vlan(ctx), vlan(ctx))

/* The checksum of the header, for one word changed and changed back. */
static __always_inline __u16 check_at(struct __sk_buff *ctx, __u32 offset)
{
	__u16 check = 0;

	bpf_skb_load_bytes(ctx, offset, &check, 2);
	return check;
}

#define REPLACE(name, helper, offset, flags)                                                       \
	static __always_inline bool name##_there(struct __sk_buff *ctx)                            \
	{                                                                                          \
		return !operate(helper(ctx, offset, 0x1234, 0x4321, 2 | (flags)));                 \
	}                                                                                          \
	static __always_inline bool name##_back(struct __sk_buff *ctx)                             \
	{                                                                                          \
		return !operate(helper(ctx, offset, 0x4321, 0x1234, 2 | (flags)));                 \
	}                                                                                          \
	static __always_inline bool name##_changes(struct __sk_buff *ctx)                          \
	{                                                                                          \
		__u16 before = check_at(ctx, offset), after;                                       \
                                                                                                   \
		if (!name##_there(ctx))                                                            \
			return 0;                                                                  \
		after = check_at(ctx, offset);                                                     \
		return name##_back(ctx) && after != before && check_at(ctx, offset) == before;     \
	}                                                                                          \
	SKB(name, name##_there(ctx) && name##_back(ctx), name##_changes(ctx))

REPLACE(l3_csum_replace, bpf_l3_csum_replace, IP4_CHECK_OFFSET, 0)
REPLACE(l4_csum_replace, bpf_l4_csum_replace, TCP_CHECK_OFFSET, 0x10 /* pseudo header */)

SKB(get_hash_recalc, keep(operate(bpf_get_hash_recalc(ctx))),
    result &&result == bpf_get_hash_recalc(ctx))

static __always_inline bool set_hash(struct __sk_buff *ctx, __u32 hash)
{
	return !operate(bpf_set_hash(ctx, hash));
}
SKB(set_hash_to, set_hash(ctx, 76), set_hash(ctx, 77) && bpf_get_hash_recalc(ctx) == 77)

SKB(get_socket_cookie, keep(operate(bpf_get_socket_cookie(ctx))),
    result &&result < bpf_get_socket_cookie(ctx)) /* a later socket has a later number */
SKB(get_socket_uid, keep(operate(1ULL + bpf_get_socket_uid(ctx))), result)
SKB(get_netns_cookie, keep(operate(bpf_get_netns_cookie(ctx))), result)
SKB(get_cgroup_classid, keep(operate(1ULL + bpf_get_cgroup_classid(ctx))), result)
SKB(get_route_realm, keep(operate(1ULL + bpf_get_route_realm(ctx))), result)
SKB(ecn_set_ce, operate(1 + bpf_skb_ecn_set_ce(ctx)) >= 1, bpf_skb_ecn_set_ce(ctx) == 0)
SKB(check_mtu, operate(1 + bpf_check_mtu(ctx, 0, (__u32 *)bytes, 0, 0)) == 1, *(__u32 *)bytes > 64)

/* The context itself: a word written and read, and written back. */
SKB(mark, (ctx->mark = 5, keep(operate(ctx->mark))) && (ctx->mark = 0, 1), result == 5)

LICENSE;
