/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the tests have in common.
 *
 * A test is a program that is timed and a program that checks it. The timed one returns 0 when its
 * operation succeeded, else 1, and counts that; the check runs after the timing, not timed itself,
 * and returns 0 only when no invocation failed and what the operation must have left is there.
 *
 * operate() marks the operation. Built with -DBREAK it does nothing: then every check must fail,
 * and tests/suites.bats sees that it does. Built with -DINSTRUMENT it does nothing either, and that
 * is no failure: what is left is the instrument, which `make instrument` measures.
 */
#ifndef TEST_H
#define TEST_H

#include "cpu.h"

#ifdef INSTRUMENT
#define BREAK
#endif

#ifdef BREAK
#define operate(operation) (0 ? (operation) : 0)
#else
#define operate(operation) (operation)
#endif

static __u64 failures;

static __always_inline int fail(void)
{
#ifndef INSTRUMENT
	failures++;
#endif
	return 1;
}

/* What a timed program notes for its check, on a line that no other CPU uses. The suite says with
 * SEVERAL_CPUS that the program runs on several at once: on one alone, where the slot lies need not
 * be found out. */
#ifdef SEVERAL_CPUS
#define OWN_SLOTS CPUS
#define OWN_SLOT this_cpu()
#else
#define OWN_SLOTS 1
#define OWN_SLOT 0
#endif

struct own {
	volatile __u64 kept;
	__u64 done, missed, added, turns; /* counts */
	__u8 padding[LINE_BYTES];
};

/* Not static, or clang makes variables of its members, and BTF that the kernel refuses. */
__hidden struct own owns[OWN_SLOTS];

static __always_inline struct own *own(void)
{
	return &owns[OWN_SLOT];
}

/* The counts of all CPUs, as sum_own() found them. */
static __u64 all_done, all_missed, all_added;

static long add_own(__u32 slot, void *ctx)
{
	struct own *one = &owns[slot & (OWN_SLOTS - 1)];

	all_done += one->done;
	all_missed += one->missed;
	all_added += one->added;
	return 0;
}

static __always_inline void sum_own(void)
{
	all_done = all_missed = all_added = 0;
	bpf_loop(OWN_SLOTS, add_own, 0, 0);
}

/* What the operation gave, for the check to look at: of the CPU that asks. */
#define result (own()->kept)

/* keep(x): make x the result, for operations that have no failure. */
static __always_inline bool keep(__u64 value)
{
	result = value;
	return 1;
}

/* How often a loop goes round within one invocation, where one operation is too short or the
 * program type can't be repeated by the kernel; the suite sets it, and `operations` with it. */
#ifndef OPERATIONS
#define OPERATIONS 1
#endif

/**
 * TEST - a timed program and its check
 * @section: libbpf's name of the program type
 * @context: type of the context, which is named ctx
 * @operation: true when it succeeded
 * @proof: true when what the operation must have left is there
 */
#define TEST(section, context, name, operation, proof)                                             \
	SEC(section) int name(context *ctx)                                                        \
	{                                                                                          \
		return (operation) ? 0 : fail();                                                   \
	}                                                                                          \
	SEC(section) int check_##name(context *ctx)                                                \
	{                                                                                          \
		return failures || !(proof);                                                       \
	}

#endif
