/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A filter of HTTP requests by their host: the header's lines are gone through until Host comes. */
#include "flow.h"

#define TC_ACT_UNSPEC -1
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define HOST_MAX 32
#define SCAN_MAX 512 /* bytes of the request */

struct host {
	char name[HOST_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct host);
	__type(value, __u32); /* what becomes of its requests: TC_ACT_… */
} hosts SEC(".maps");

struct scan {
	struct __sk_buff *skb;
	__u32 at; /* where the request begins */
	__u32 found;
};

/* Ends the loop where a line begins with "Host: ". */
static long look_at(__u32 i, struct scan *scan)
{
	char text[8];

	if (bpf_skb_load_bytes(scan->skb, scan->at + i, text, sizeof(text)))
		return 1;
	if (text[0] != '\r' || bpf_strncmp(text, sizeof(text), "\r\nHost: "))
		return 0;
	scan->found = scan->at + i + sizeof(text);
	return 1;
}

static __always_inline bool read_host(struct __sk_buff *skb, __u32 at, struct host *host)
{
	__u64 rest = skb->len - at;
	char text[HOST_MAX] = {};

	if (rest > HOST_MAX)
		rest = HOST_MAX;
	/* Or clang forgets that there is a byte: of a name and the line's end there are two. */
	asm volatile("" : "+r"(rest));
	if (rest < 2 || bpf_skb_load_bytes(skb, at, text, rest))
		return 0;
	for (int i = 0; i < HOST_MAX; i++) {
		if (text[i] == '\r' || text[i] == ':')
			return 1;
		host->name[i] = text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i];
	}
	return 0;
}

SEC("tc")
int filter(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct tcphdr *tcp = tcp_of(ip4_of(data, end), end);
	struct scan scan = {.skb = skb};
	struct host host = {};
	__u32 *action;
	char method[4];

	if (!tcp)
		return TC_ACT_UNSPEC;
	scan.at = (void *)tcp - data + (bpf_ntohs(tcp->flags) >> TCP_WORDS_SHIFT) * 4;
	if (bpf_skb_load_bytes(skb, scan.at, method, sizeof(method)) ||
	    bpf_strncmp(method, sizeof(method), "GET "))
		return TC_ACT_UNSPEC;
	bpf_loop(SCAN_MAX, look_at, &scan, 0);
	if (!scan.found || !read_host(skb, scan.found, &host))
		return TC_ACT_UNSPEC;
	action = bpf_map_lookup_elem(&hosts, &host);
	return action ? *action : TC_ACT_OK;
}

LICENSE;
