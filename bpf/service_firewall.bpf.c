/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What systemd attaches to a service's cgroup for IPAddressAllow=, IPAddressDeny= and
 * IPAccounting=: peers by longest prefix, packets and bytes counted. */
#include "flow.h"

enum { ALLOWED = 1, DENIED = 2 };

struct prefix {
	__u32 length;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct prefix);
	__type(value, __u32);
} peers SEC(".maps");

struct counts {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counts);
} counters SEC(".maps");

SEC("cgroup_skb/egress")
int account(struct __sk_buff *skb)
{
	struct prefix prefix = {.length = 32};
	struct counts *counts;
	__u32 *found, zero = 0;

	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, 16, &prefix.address, 4))
		return 1;
	found = bpf_map_lookup_elem(&peers, &prefix);
	if (found && *found == DENIED)
		return 0;
	counts = bpf_map_lookup_elem(&counters, &zero);
	if (counts) {
		__sync_fetch_and_add(&counts->packets, 1);
		__sync_fetch_and_add(&counts->bytes, skb->len);
	}
	return 1;
}

SEC("cgroup_skb/egress")
int check(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct counts *counts = bpf_map_lookup_elem(&counters, &zero);

	return !counts || !counts->packets;
}

LICENSE;
