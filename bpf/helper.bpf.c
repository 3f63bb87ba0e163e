/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Small helpers that depend on no map and no packet. */
#include "test.h"

TEST("xdp", void, get_prandom_u32, keep(operate(1ULL << 32 | bpf_get_prandom_u32())),
     result >> 32 == 1 && result != (1ULL << 32 | bpf_get_prandom_u32()))

/* Its value is the number of the slot: this_cpu() would call what is measured a second time. The
 * check runs on the CPU of the test. */
SEC("xdp")
int get_smp_processor_id(void *ctx)
{
	__u32 next = operate(bpf_get_smp_processor_id() + 1);

	if (!next)
		return fail();
	owns[(next - 1) & (OWN_SLOTS - 1)].kept = next;
	return 0;
}

SEC("xdp")
int check_get_smp_processor_id(void *ctx)
{
	return failures || result != bpf_get_smp_processor_id() + 1;
}

TEST("xdp", void, get_numa_node_id, keep(operate(bpf_get_numa_node_id() + 1)),
     result == bpf_get_numa_node_id() + 1ULL)
TEST("xdp", void, get_current_pid_tgid, keep(operate(bpf_get_current_pid_tgid())),
     result >> 32 && result >> 32 == bpf_get_current_pid_tgid() >> 32)
TEST("xdp", void, get_current_task, keep(operate(bpf_get_current_task())), result != 0)

static char comm[16];
TEST("xdp", void, get_current_comm, operate(!bpf_get_current_comm(comm, sizeof(comm))),
     comm[0] != 0)

static __u64 source = 0x1122334455667788, copy;
TEST("xdp", void, probe_read_kernel,
     (copy = 0, operate(!bpf_probe_read_kernel(&copy, sizeof(copy), &source))), copy == source)

static __u32 words[8] = {1, 2, 3, 4, 5, 6, 7, 8};
TEST("xdp", void, csum_diff, keep(operate(bpf_csum_diff(0, 0, words, sizeof(words), 0))),
     result &&result == bpf_csum_diff(0, 0, words, sizeof(words), 0))

LICENSE;
