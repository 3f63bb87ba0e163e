/* SPDX-License-Identifier: MIT */
/* A test's programs, freshly loaded, prepared and proven to do what they should. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "consumer.h"
#include "dispatcher.h"
#include "plan.h"
#include "program.h"
#include "target.h"

#define ENTRIES_MAX 8 /* entry points of one test that run at once */

struct instance {
	struct loaded loaded;
	bool is_loaded, redirects_trace;
	size_t n;
	const struct plan_row *row[ENTRIES_MAX]; /* an entry point each */
	struct target target[ENTRIES_MAX];
	struct attachment *attachment[ENTRIES_MAX];
	/* Beside entry points whose runs get fresh packets: an empty program of their type. */
	bool has_empty[ENTRIES_MAX];
	struct target empty[ENTRIES_MAX];
	struct attachment *empty_attachment[ENTRIES_MAX];
	struct user_target *user[ENTRIES_MAX];
	bool has_prepare, has_check;
	struct target prepare, check;
	int64_t prepare_ns;	   /* how long the preparing program ran */
	struct consumer *consumer; /* NULL for none */
	int cpu[ENTRIES_MAX];	   /* the first of its CPUs: single invocations run there */

	enum status status;
	char reason[512];
};

/**
 * instance_load - load the programs of a test and prepare its maps
 * @rows: n entry points of one test and build; they must outlive the instance
 * @cpu: for each, the CPU to prepare and check it on
 * @consumer_cpu: a CPU that is free for a consumer; -1 when there is none
 * @return: instance->status; free with instance_unload() whatever it is
 */
enum status instance_load(struct instance *instance, const struct plan_row *const *rows, size_t n,
			  const int *cpu, int consumer_cpu);

/** instance_detach - take it out of the dispatcher for a while: each call of another test would pay
 * for it, two instructions or four. instance_attach() brings it back */
void instance_detach(struct instance *instance);
void instance_attach(struct instance *instance);

/** instance_validate - run each entry point once, and compare its result (unless @ignore) and its
 * packet (unless each run gets a fresh one) */
enum status instance_validate(struct instance *instance, bool ignore);

/** instance_count_runs - run or trigger each entry point a few times and have the kernel count
 * @runs: how often each ran for each call, NaN where that is unknown; written up to the first that
 * failed: it missed calls (STATUS_MISSED), or changed its packet in a later run */
enum status instance_count_runs(struct instance *instance, double *runs);

/** instance_check - run the check program: it returns 0 when the operation took place */
enum status instance_check(struct instance *instance);

void instance_unload(struct instance *instance);
