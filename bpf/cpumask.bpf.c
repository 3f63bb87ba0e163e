/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Sets of CPUs; OPERATIONS times, as the kernel does not repeat programs of this type. */
#include "kfunc_types.h"
#include "test.h"

extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *mask) __ksym;
extern void bpf_cpumask_set_cpu(__u32 cpu, struct bpf_cpumask *mask) __ksym;
extern bool bpf_cpumask_test_cpu(__u32 cpu, const struct cpumask *mask) __ksym;

static __u64 made;

static long create_one(__u32 index, void *ctx)
{
	struct bpf_cpumask *mask = operate(bpf_cpumask_create());

	if (!mask) {
		failures++;
		return 0;
	}
	bpf_cpumask_set_cpu(0, mask);
	if (bpf_cpumask_test_cpu(0, (struct cpumask *)mask))
		made++;
	bpf_cpumask_release(mask);
	return 0;
}

SEC("syscall")
int create_set_test_release(void *ctx)
{
	bpf_loop(OPERATIONS, create_one, 0, 0);
	return failures != 0;
}

SEC("syscall")
int check_create_set_test_release(void *ctx)
{
	return failures || !made || made % OPERATIONS;
}

LICENSE;
