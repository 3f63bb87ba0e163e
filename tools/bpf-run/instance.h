/* SPDX-License-Identifier: MIT */
/* A test's programs, freshly loaded and attached, and why one failed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "consumer.h"
#include "dispatcher.h"
#include "plan.h"
#include "program.h"
#include "target.h"
#include "xalloc.h"

#define ENTRIES_MAX 8 /* entry points of one test that run at once */

/* Zeroed nothing is loaded. */
struct instance {
	struct loaded loaded;
	bool is_loaded, redirects_trace;
	size_t n;
	const struct plan_row *row[ENTRIES_MAX]; /* an entry point each */
	struct target target[ENTRIES_MAX];
	struct attachment *attachment[ENTRIES_MAX];
	/* Beside entry points whose runs get fresh packets: an empty program of their type; beside
	 * those that trace a program, another copy of that. */
	bool has_empty[ENTRIES_MAX];
	struct target empty[ENTRIES_MAX];
	struct attachment *empty_attachment[ENTRIES_MAX];
	struct user_target *user[ENTRIES_MAX];
	struct trigger *trigger[ENTRIES_MAX]; /* what the test sets of it, or NULL */
	struct attached *traces;	      /* what is attached to a program, or NULL */
	struct target prepare, check;	      /* where the row names one */
	struct consumer *consumer;	      /* NULL for none */
	int cpu[ENTRIES_MAX]; /* the first of its CPUs: single invocations run there */

	enum status status;
	char *reason; /* NULL when ok */
};

/** instance_fail - note what became of it, with a format of the reason; returns the status */
#define instance_fail(instance, why, ...) instance_failed(instance, why, xasprintf(__VA_ARGS__))

/** instance_failed - the same with an allocated reason, which it takes over */
enum status instance_failed(struct instance *instance, enum status status, char *reason);

/**
 * instance_load - load and attach the programs of a test
 * @instance: overwritten
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

/** instance_unload - free all; it is zeroed again */
void instance_unload(struct instance *instance);
