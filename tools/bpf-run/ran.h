/* SPDX-License-Identifier: MIT */
/* Whether a program runs as often as it is called, or its trigger fires. */
#pragma once

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
 * The kernel's own count (BPF_ENABLE_STATS, since Linux 5.8) needs nothing of the program, and
 * costs the timed calls nothing. For an operation in user space no program runs.
 *
 * A test run is called RAN_CALLS times. A trigger is fired in windows, each followed by an equally
 * long one without firing: other processes cause runs in both. A program that runs at each firing
 * has as many runs as firings, or more, in half of the windows at least; it is missed when so few
 * have that chance gives it in 1 of 776 cases. So a hook that never fires is found on a busy
 * machine too, and a run that the kernel left out, as another program ran on that CPU, is no miss.
 *
 * @cpu: where the target is called
 * @return: 0, or the error number of a call
 */
int ran_count(const struct target *target, int cpu, struct ran *ran);

/* With the one that validates, no more than a preparation may be good for: MEASURE_LARGE_MIN. */
#define RAN_CALLS 3
