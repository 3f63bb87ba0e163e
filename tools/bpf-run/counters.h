/* SPDX-License-Identifier: MIT */
/* Hardware counters of the calling thread, where the machine has them. */
#pragma once

#include <stdint.h>

#define COUNTERS 2 /* instructions, cycles */

/** counters_read - what this thread has counted so far; -1 where the machine counts nothing */
void counters_read(int64_t values[COUNTERS]);
