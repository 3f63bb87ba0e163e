/* SPDX-License-Identifier: MIT */
#include "assign.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "say.h"
#include "xalloc.h"

void assign_available(struct cpu_list *list, size_t most)
{
	cpu_set_t set;

	list->n = 0;
	if (sched_getaffinity(0, sizeof(set), &set))
		die_errno("can't read the CPU affinity");
	for (int cpu = 0; cpu < CPUS_MAX && (!most || list->n < most); cpu++)
		if (CPU_ISSET(cpu, &set))
			list->cpu[list->n++] = cpu;
}

static bool contains(const struct cpu_list *list, long cpu)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->cpu[i] == cpu)
			return true;
	return false;
}

static char *add_range(struct cpu_list *out, long first, long last,
		       const struct cpu_list *available)
{
	for (long cpu = first; cpu <= last; cpu++) {
		if (!contains(available, cpu))
			return xasprintf("CPU %ld is not there, not online or not allowed", cpu);
		if (!contains(out, cpu))
			out->cpu[out->n++] = (int)cpu;
	}
	return NULL;
}

/* 0,2-3 */
static char *resolve_list(const char *spec, const struct cpu_list *available, struct cpu_list *out)
{
	char *copy = xstrdup(spec), *rest = copy, *part, *wrong = NULL;

	while (!wrong && (part = strsep(&rest, ","))) {
		long first = -1, last;
		int end = 0;

		if (sscanf(part, "%ld%n-%ld%n", &first, &end, &last, &end) < 2)
			last = first;
		if (part[end] || first < 0 || last < first)
			wrong = xasprintf("cpus is not any, all, remaining or a list: '%s'", spec);
		else
			wrong = add_range(out, first, last, available);
	}
	free(copy);
	return wrong;
}

/* @owner: the entry point that each CPU belongs to by now */
static char *resolve(const char *spec, const struct cpu_list *available,
		     const struct plan_row *const *owner, struct cpu_list *out)
{
	size_t last = available->n - 1;

	out->n = 0;
	if (!strcmp(spec, "remaining")) {
		for (size_t i = 0; i < available->n; i++)
			if (!owner[available->cpu[i]])
				out->cpu[out->n++] = available->cpu[i];
		return out->n ? NULL
			      : xasprintf("no CPU remains: the other entry points take all %zu",
					  available->n);
	}
	if (!strcmp(spec, "all")) {
		*out = *available;
		return NULL;
	}
	if (*spec && strcmp(spec, "any") != 0)
		return resolve_list(spec, available, out);
	while (last && owner[available->cpu[last]])
		last--;
	out->cpu[out->n++] = available->cpu[last];
	return NULL;
}

/* Give an entry point its CPUs, unless another has one of them. */
static char *take(const struct plan_row **owner, const struct plan_row *row,
		  const struct cpu_list *list)
{
	for (size_t c = 0; c < list->n; c++) {
		const struct plan_row **of = &owner[list->cpu[c]];

		if (*of)
			return xasprintf("two entry points want CPU %d: %s (%s) and %s (%s)",
					 list->cpu[c], (*of)->entry_point, (*of)->cpus,
					 row->entry_point, row->cpus);
		*of = row;
	}
	return NULL;
}

/* When an entry point chooses: first those that have no choice. */
static int turn_of(const char *spec)
{
	return !strcmp(spec, "remaining") ? 2 : !strcmp(spec, "any") ? 1 : 0;
}

char *assign_cpus(const struct plan_row *const *rows, size_t n, const struct cpu_list *available,
		  struct cpu_list *lists)
{
	const struct plan_row *owner[CPUS_MAX] = {NULL};
	char *wrong = NULL;

	for (int turn = 0; turn <= 2; turn++)
		for (size_t i = 0; i < n && !wrong; i++) {
			if (turn_of(rows[i]->cpus) != turn)
				continue;
			wrong = resolve(rows[i]->cpus, available, owner, &lists[i]);
			if (!wrong)
				wrong = take(owner, rows[i], &lists[i]);
		}
	return wrong;
}
