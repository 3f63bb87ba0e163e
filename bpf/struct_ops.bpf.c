/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The empty program as an operation of the kernel's own test structure. */
#include "test.h"

struct bpf_dummy_ops_state {
	int val;
} FOUND_BY_BTF;

struct bpf_dummy_ops {
	int (*test_1)(struct bpf_dummy_ops_state *state);
};

SEC("struct_ops/test_1")
int test_1(void *ctx)
{
	return 0;
}

SEC(".struct_ops")
struct bpf_dummy_ops operations = {
    .test_1 = (void *)test_1,
};

LICENSE;
