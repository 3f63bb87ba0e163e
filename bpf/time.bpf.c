/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The helpers that tell the time. */
#include "test.h"

/* A clock that shows a time after its last showing, and before its next, goes. */
#define CLOCK(name, read)                                                                          \
	TEST("xdp", void, name, (result = operate(read())) != 0, result && result <= read())

CLOCK(ktime_get_ns, bpf_ktime_get_ns)
CLOCK(ktime_get_boot_ns, bpf_ktime_get_boot_ns)
CLOCK(ktime_get_coarse_ns, bpf_ktime_get_coarse_ns)
CLOCK(ktime_get_tai_ns, bpf_ktime_get_tai_ns)
CLOCK(jiffies64, bpf_jiffies64)

LICENSE;
