/* SPDX-License-Identifier: MIT */
#include "assign.h"

#include <err.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* CPUs that entry points have, and whose they are. */
struct taken {
	struct cpu_list list;
	const struct plan_row *by[CPUS_MAX];
};

struct reason {
	char *text;
	size_t size;
};

void assign_available(struct cpu_list *list, size_t most)
{
	cpu_set_t set;

	list->n = 0;
	if (sched_getaffinity(0, sizeof(set), &set))
		err(EXIT_TROUBLE, "can't read the CPU affinity");
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

static int add_range(struct cpu_list *out, long first, long last, const struct cpu_list *available,
		     struct reason reason)
{
	for (long cpu = first; cpu <= last; cpu++) {
		if (!contains(available, cpu)) {
			snprintf(reason.text, reason.size,
				 "CPU %ld is not there, not online or not allowed", cpu);
			return -1;
		}
		if (!contains(out, cpu))
			out->cpu[out->n++] = (int)cpu;
	}
	return 0;
}

/* 0,2-3 */
static int resolve_list(const char *spec, const struct cpu_list *available, struct cpu_list *out,
			struct reason reason)
{
	const char *at = spec;

	for (;;) {
		char *end;
		long first = strtol(at, &end, 10), last = first;
		bool is_wrong = end == at || first < 0;

		if (!is_wrong && *end == '-') {
			at = end + 1;
			last = strtol(at, &end, 10);
			is_wrong = end == at || last < first;
		}
		if (is_wrong || (*end && *end != ','))
			break;
		if (add_range(out, first, last, available, reason))
			return -1;
		if (!*end)
			return 0;
		at = end + 1;
	}
	snprintf(reason.text, reason.size, "cpus is not any, all, remaining or a list: '%s'", spec);
	return -1;
}

static int resolve_remaining(const struct cpu_list *available, const struct cpu_list *taken,
			     struct cpu_list *out, struct reason reason)
{
	for (size_t i = 0; i < available->n; i++)
		if (!contains(taken, available->cpu[i]))
			out->cpu[out->n++] = available->cpu[i];
	if (!out->n)
		snprintf(reason.text, reason.size,
			 "no CPU remains: the other entry points take all %zu", available->n);
	return out->n ? 0 : -1;
}

static int resolve(const char *spec, const struct cpu_list *available, const struct cpu_list *taken,
		   struct cpu_list *out, struct reason reason)
{
	size_t last = available->n - 1;

	out->n = 0;
	if (!strcmp(spec, "remaining"))
		return resolve_remaining(available, taken, out, reason);
	if (!strcmp(spec, "all")) {
		*out = *available;
		return 0;
	}
	if (*spec && strcmp(spec, "any") != 0)
		return resolve_list(spec, available, out, reason);
	while (last && contains(taken, available->cpu[last]))
		last--;
	out->cpu[out->n++] = available->cpu[last];
	return 0;
}

/* Take the CPUs of an entry point, unless another has taken one of them. */
static int take(struct taken *taken, const struct plan_row *row, const struct cpu_list *list,
		struct reason reason)
{
	for (size_t c = 0; c < list->n; c++) {
		for (size_t t = 0; t < taken->list.n; t++)
			if (taken->list.cpu[t] == list->cpu[c]) {
				snprintf(reason.text, reason.size,
					 "two entry points want CPU %d: %s (%s) and %s (%s)",
					 list->cpu[c], taken->by[t]->entry_point,
					 taken->by[t]->cpus, row->entry_point, row->cpus);
				return -1;
			}
		taken->by[taken->list.n] = row;
		taken->list.cpu[taken->list.n++] = list->cpu[c];
	}
	return 0;
}

/* When an entry point chooses: first those that have no choice. */
static int turn_of(const char *spec)
{
	return !strcmp(spec, "remaining") ? 2 : !strcmp(spec, "any") ? 1 : 0;
}

int assign_cpus(const struct plan_row *const *rows, size_t n, const struct cpu_list *available,
		struct cpu_list *lists, char *reason, size_t reason_size)
{
	struct reason why = {reason, reason_size};
	struct taken taken;

	taken.list.n = 0;
	for (int turn = 0; turn <= 2; turn++)
		for (size_t i = 0; i < n; i++)
			if (turn_of(rows[i]->cpus) == turn &&
			    (resolve(rows[i]->cpus, available, &taken.list, &lists[i], why) ||
			     take(&taken, rows[i], &lists[i], why)))
				return -1;
	return 0;
}
