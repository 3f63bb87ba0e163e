/* SPDX-License-Identifier: MIT */
/* How busy the machine was while a run lasted, with what others did too. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#define BUSY_RESOURCES 3 /* cpu, memory, io */

/* Counters of the kernel since boot; UINT64_MAX for one that it does not have. */
struct busy {
	uint64_t ns;			     /* CLOCK_MONOTONIC */
	uint64_t stalled_us[BUSY_RESOURCES]; /* PSI, the line `some` */
	uint64_t ticks, stolen;		     /* of all CPUs, /proc/stat */
};

/** busy_read - the counters now */
void busy_read(struct busy *now);

/** busy_describe - put the names and values that environment.csv has of the time since then: shares
 * of time in percent, the load average, and the frequency of the CPUs now */
void busy_describe(const struct busy *since, void (*put)(FILE *, const char *, const char *),
		   FILE *f);
