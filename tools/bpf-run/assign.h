/* SPDX-License-Identifier: MIT */
/* Which CPUs the entry points of a test run on. */
#pragma once

#include <stddef.h>

#include "cpus.h"
#include "plan.h"

struct cpu_list {
	int cpu[CPUS_MAX];
	size_t n;
};

/** assign_available - the online CPUs that this process may run on; the first @most of them, unless
 * that is 0 */
void assign_available(struct cpu_list *list, size_t most);

/**
 * assign_cpus - what the cells `cpus` of a test mean on this machine
 * @rows: n entry points: any (the last CPU that no other one has), all, remaining, or a list such
 * as 0,2-3
 * @lists: the CPUs of each, written
 * @return: NULL, or why it cannot be, which the caller frees
 */
char *assign_cpus(const struct plan_row *const *rows, size_t n, const struct cpu_list *available,
		  struct cpu_list *lists);
