/* SPDX-License-Identifier: MIT */
/* Time: read, waited for, and taken away by the hypervisor. */
#pragma once

#include <stdint.h>

/** clock_now - wall-clock time in ns that never goes back; no system call, as a program may hook
 * all of them */
int64_t clock_now(void);

/** clock_thread - CPU time in ns of this thread */
int64_t clock_thread(void);

/** clock_settle - sleep for @least_ns, and on to the same place in a second: a clock's reading is a
 * sum, with a carry or not */
void clock_settle(int64_t least_ns);

/** clock_wait_for_tick - sleep until the next timer tick is over, unless it is more than @wanted_ns
 * away */
void clock_wait_for_tick(int64_t wanted_ns);

/** clock_stolen - ticks (1/100 s) that the hypervisor has taken from a CPU */
int64_t clock_stolen(int cpu);
