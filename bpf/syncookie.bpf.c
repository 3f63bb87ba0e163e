/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A TCP SYN cookie for a packet, made without a socket. */
#include "headers.h"
#include "test.h"

SEC("xdp")
int gen_syncookie(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + IP4_OFFSET;
	struct tcphdr *tcp = data + L4_OFFSET;
	__s64 cookie;

	if ((void *)(tcp + 1) > end)
		return fail();
	cookie = operate(bpf_tcp_raw_gen_syncookie_ipv4((void *)ip, (void *)tcp, sizeof(*tcp)));
	return cookie > 0 ? !keep(cookie) : fail();
}

SEC("xdp")
int check_gen_syncookie(struct xdp_md *ctx)
{
	return failures || !result;
}

LICENSE;
