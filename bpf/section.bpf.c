/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Sections of a program in which something may not happen: begun and ended. */
#include "test.h"

#define SECTION(name, begin, end)                                                                  \
	SEC("tc") int name(struct __sk_buff *ctx)                                                  \
	{                                                                                          \
		begin;                                                                             \
		operate(result++);                                                                 \
		end;                                                                               \
		return 0;                                                                          \
	}                                                                                          \
	SEC("tc") int check_##name(struct __sk_buff *ctx)                                          \
	{                                                                                          \
		return !result;                                                                    \
	}

#ifdef RCU
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
SECTION(rcu_read_lock, bpf_rcu_read_lock(), bpf_rcu_read_unlock())
#endif

#ifdef PREEMPT
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
SECTION(preempt_disable, bpf_preempt_disable(), bpf_preempt_enable())
#endif

#ifdef IRQ
extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;
SECTION(local_irq_save, unsigned long flags;
	bpf_local_irq_save(&flags), bpf_local_irq_restore(&flags))
#endif

LICENSE;
