/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The address of a variable that the kernel has once a CPU. */
#include "test.h"

struct rq {
	unsigned int nr_running;
};

extern const struct rq runqueues __ksym;

TEST("xdp", void, per_cpu_ptr, keep(operate((__u64)(bpf_per_cpu_ptr(&runqueues, 0) != 0))), result)
TEST("xdp", void, this_cpu_ptr, keep(operate((__u64)bpf_this_cpu_ptr(&runqueues))), result)

LICENSE;
