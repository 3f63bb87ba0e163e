/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the tests have in common.
 *
 * A test is a program that is timed and a program that checks it. The timed one returns 0 when its
 * operation succeeded, else 1, and counts that; the check runs after the timing, not timed itself,
 * and returns 0 only when no invocation failed and what the operation must have left is there.
 *
 * operate() marks the operation. Built with -DBREAK it does nothing: then every check must fail,
 * and tests/suites.bats sees that it does.
 */
#ifndef TEST_H
#define TEST_H

#include "kernel.h"

#ifdef BREAK
#define operate(operation) (0 ? (operation) : 0)
#else
#define operate(operation) (operation)
#endif

static __u64 failures;

static __always_inline int fail(void)
{
	failures++;
	return 1;
}

/* What the operation gave, for the check to look at. */
static volatile __u64 result;

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
