/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* bpf_trace_printk: the suite says whether somebody reads what it writes. */
#include "test.h"

static const char format[] = "%d\n";
static __u64 printed;

SEC("xdp")
int trace_printk(void *ctx)
{
#ifdef BREAK /* still a program that may print, or the reader has nothing to read from */
	if (result)
		bpf_trace_printk(format, sizeof(format), 0);
#endif
	if (operate(bpf_trace_printk(format, sizeof(format), 1)) <= 0)
		return fail();
	printed++;
	return 0;
}

SEC("xdp")
int check_trace_printk(void *ctx)
{
	return failures || !printed;
}

LICENSE;
