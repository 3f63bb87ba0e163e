/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Helpers for text. */
#include "test.h"

static char text[16] = "benchmark";
static const char same[] = "benchmark";
static char number[8] = "123456", printed[32];
static const char format[] = "%d items at %x";
static __s64 parsed;

TEST("xdp", void, test_strncmp, operate(1 + bpf_strncmp(text, sizeof(text), same)) == 1,
     bpf_strncmp(text, sizeof(text), "bench") != 0)

SEC("xdp")
int test_snprintf(void *ctx)
{
	__u64 arguments[] = {42, 0xbead};

	return operate(bpf_snprintf(printed, sizeof(printed), format, arguments,
				    sizeof(arguments))) == 17
		   ? 0
		   : fail();
}

SEC("xdp")
int check_test_snprintf(void *ctx)
{
	return failures || printed[0] != '4' || printed[1] != '2' || printed[12] != 'b';
}

TEST("xdp", void, test_strtol,
     operate(bpf_strtol(number, sizeof(number), 10, (long *)&parsed)) == 6, parsed == 123456)
TEST("xdp", void, test_strtoul,
     operate(bpf_strtoul(number, sizeof(number), 10, (unsigned long *)&parsed)) == 6,
     parsed == 123456)

LICENSE;
