/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A policer: a bucket of tokens for each class of traffic, which its mark says. */
#include "kernel.h"

#define TC_ACT_UNSPEC -1
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define NS_A_SECOND 1000000000ULL

struct bucket {
	struct bpf_spin_lock lock;
	__u32 padding;
	__u64 bytes_a_second, burst_bytes, tokens, filled_ns, dropped;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

/* Under the lock: whether there are tokens for the packet, which it takes. */
static __always_inline bool take(struct bucket *bucket, __u64 now, __u32 bytes)
{
	__u64 passed = now - bucket->filled_ns;
	__u64 tokens = bucket->tokens;

	/* Longer than a second ago it is full anyway, and the product stays within 64 bits. */
	passed = passed > NS_A_SECOND ? NS_A_SECOND : passed;
	tokens += passed * bucket->bytes_a_second / NS_A_SECOND;
	bucket->filled_ns = now;
	bucket->tokens = tokens > bucket->burst_bytes ? bucket->burst_bytes : tokens;
	if (bucket->tokens < bytes) {
		bucket->dropped++;
		return 0;
	}
	bucket->tokens -= bytes;
	return 1;
}

SEC("tc")
int police(struct __sk_buff *skb)
{
	__u32 class = skb->mark;
	struct bucket *bucket = bpf_map_lookup_elem(&buckets, &class);
	__u64 now = bpf_ktime_get_ns();
	bool conforms;

	if (!bucket)
		return TC_ACT_UNSPEC;
	bpf_spin_lock(&bucket->lock);
	conforms = take(bucket, now, skb->len);
	bpf_spin_unlock(&bucket->lock);
	return conforms ? TC_ACT_OK : TC_ACT_SHOT;
}

LICENSE;
