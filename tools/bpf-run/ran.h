/* SPDX-License-Identifier: MIT */
/* Whether a program runs as often as it is called, or its trigger fires. */
#ifndef RAN_H
#define RAN_H

#include <stdbool.h>
#include <stdint.h>

#include "left.h"
#include "target.h"

struct ran {
	uint64_t called;	/* invocations, or firings of the trigger */
	double runs;		/* for each of them; NaN where the kernel does not count */
	bool missed;		/* fewer than one */
	char change[LEFT_TEXT]; /* what it did to its packet; "" for nothing */
};

/**
 * ran_count - call a target a few times, untimed, while the kernel counts its program's runs
 *
 * The count is the kernel's own (BPF_ENABLE_STATS, since Linux 5.8) and not one of a map: it needs
 * nothing of the program, holds for foreign objects, and costs the timed calls nothing, as the
 * kernel counts only while the call lasts. For an operation in user space no program runs.
 *
 * A test run is called RAN_CALLS times. A trigger is fired in windows, each followed by one of
 * equal length in which it is not fired: runs that other processes cause come in both. Where they
 * cause some, only windows together say something: a program that runs at each firing has as many
 * runs as firings, or more, in half of them at least. It is missed when that holds for so few as
 * chance gives in 1 of 776 cases. So a hook that never fires is found however busy the machine is,
 * and a single run that the kernel left out, because another program was running on that CPU (its
 * guard against recursion), is no miss.
 *
 * @cpu: where the target is called
 * @return: 0, or the error number of a call
 */
int ran_count(const struct target *target, int cpu, struct ran *ran);

/* With the one that validates, no more than a preparation may be good for: MEASURE_LARGE_MIN. */
#define RAN_CALLS 3

#endif
