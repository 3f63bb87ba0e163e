/* SPDX-License-Identifier: MIT */
#include "instance.h"

#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "cpus.h"
#include "explain.h"
#include "left.h"
#include "ran.h"
#include "trace.h"
#include "trace_event.h"

__attribute__((format(printf, 3, 4))) static enum status
fail(struct instance *instance, enum status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(instance->reason, sizeof(instance->reason), fmt, ap);
	va_end(ap);
	return instance->status = status;
}

/* Untimed invocations run on the test's CPU too: a map may have a copy a CPU. */
struct invocation {
	const struct target *target;
	uint32_t n, result;
	char change[LEFT_TEXT]; /* of its packet */
	int error;
};

static void run_invocation(void *arg)
{
	struct invocation *i = arg;

	i->error = left_invoke(i->target, i->n, &i->result, i->change);
}

static struct invocation invoke_on(int cpu, const struct target *target, uint32_t n)
{
	struct invocation invocation = {.target = target, .n = n};
	struct cpu_task task = {cpu, run_invocation, &invocation};

	cpus_run(&task, 1);
	return invocation;
}

/* Make a target of a loaded program. */
static enum status aim(struct instance *instance, struct target *target, const char *name,
		       const char *packet)
{
	struct bpf_program *program = program_find(&instance->loaded, name);
	const char *wrong;

	if (!program)
		return fail(instance, STATUS_UNSUPPORTED,
			    "%s: the test has no object to have this program", name);
	wrong = target_init_program(target, program, packet);
	return wrong ? fail(instance, STATUS_UNSUPPORTED, "%s: %s", name, wrong) : STATUS_OK;
}

static bool prints(const struct instance *instance)
{
	for (size_t i = 0; i < instance->loaded.n && instance->loaded.status == STATUS_OK; i++)
		if (trace_event_used(instance->loaded.program[i]))
			return true;
	return false;
}

/* Loading a program that prints enables the trace event: save it before, redirect it after. */
static enum status load_printing(struct instance *instance, const struct program_set *set)
{
	const char *wrong = trace_begin();

	instance->redirects_trace = !wrong;
	if (!wrong && program_load(&instance->loaded, set) == STATUS_OK)
		wrong = trace_redirect();
	return wrong ? fail(instance, STATUS_UNSUPPORTED, "bpf_trace_printk: %s", wrong)
		     : STATUS_OK;
}

static enum status load_programs(struct instance *instance)
{
	const struct plan_row *first = instance->row[0];
	struct program_set set = program_set_of(first);

	for (size_t i = 0; i < instance->n; i++)
		if (!program_set_add_row(&set, instance->row[i]))
			return fail(instance, STATUS_LOAD_FAILED,
				    "a test has more than %d programs", PROGRAMS_MAX);
	instance->is_loaded = true;
	program_open(&instance->loaded, &set, LOG_STATS);
	if (!prints(instance))
		program_load(&instance->loaded, &set);
	else if (load_printing(instance, &set))
		return instance->status;
	if (instance->loaded.trouble)
		errx(EXIT_TROUBLE, "can't load '%s': %s", first->test,
		     strerror(instance->loaded.trouble));
	if (instance->loaded.status != STATUS_OK)
		return fail(instance, instance->loaded.status, "%s", instance->loaded.reason);
	return STATUS_OK;
}

static enum status aim_user(struct instance *instance, size_t i)
{
	const struct plan_row *row = instance->row[i];
	enum user_operation operation = user_find(row->program_type, row->entry_point);
	char reason[300];

	if (operation == USER_COUNT)
		return fail(instance, STATUS_UNSUPPORTED, "no operation of type %s is named '%s'",
			    row->program_type, row->entry_point);
	if (user_needs_object(row) && !instance->is_loaded)
		return fail(instance, STATUS_LOAD_FAILED, "%s needs an object", row->entry_point);
	instance->user[i] = user_target_new(operation, &instance->loaded, reason, sizeof(reason));
	if (!instance->user[i])
		return fail(instance, STATUS_RUN_FAILED, "%s: %s", row->entry_point, reason);
	target_init_user(&instance->target[i], instance->user[i]);
	return STATUS_OK;
}

/* An empty program beside it measures what a call of its own costs. */
static enum status refresh(struct instance *instance, size_t i)
{
	const char *name = instance->row[i]->entry_point;
	const char *wrong = target_refresh(&instance->target[i]);

	if (wrong)
		return fail(instance, STATUS_UNSUPPORTED, "%s: %s", name, wrong);
	instance->has_empty[i] = !target_init_empty(&instance->empty[i], &instance->target[i],
						    program_find(&instance->loaded, name));
	if (!instance->has_empty[i])
		return fail(instance, STATUS_RUN_FAILED,
			    "can't load an empty program beside '%s': %s", name, strerror(errno));
	return STATUS_OK;
}

static enum status refresh_all(struct instance *instance)
{
	for (size_t i = 0; i < instance->n; i++)
		if (instance->row[i]->fresh_packet && refresh(instance, i))
			return instance->status;
	return STATUS_OK;
}

static enum status aim_all(struct instance *instance)
{
	const struct plan_row *first = instance->row[0];

	for (size_t i = 0; i < instance->n; i++)
		if (user_is_type(first->program_type)
			? aim_user(instance, i)
			: aim(instance, &instance->target[i], instance->row[i]->entry_point,
			      instance->row[i]->packet))
			return instance->status;
	instance->has_prepare = *first->prepare;
	instance->has_check = *first->check;
	if (instance->has_prepare &&
	    aim(instance, &instance->prepare, first->prepare, first->packet))
		return instance->status;
	if (instance->has_check && aim(instance, &instance->check, first->check, first->packet))
		return instance->status;
	return refresh_all(instance);
}

/* The map of a test's consumer, NULL for the trace pipe. */
static enum status find_buffer(struct instance *instance, struct bpf_map **map)
{
	const char *name = instance->row[0]->consumer;

	*map = NULL;
	if (!instance->is_loaded)
		return fail(instance, STATUS_UNSUPPORTED,
			    "consumer '%s': the test has no object whose buffer it could be", name);
	if (!strcmp(name, CONSUMER_TRACE_PIPE))
		return prints(instance) ? STATUS_OK
					: fail(instance, STATUS_RUN_FAILED,
					       "consumer '%s': no program of the test calls "
					       "bpf_trace_printk",
					       name);
	*map = bpf_object__find_map_by_name(instance->loaded.object, name);
	return *map ? STATUS_OK : fail(instance, STATUS_RUN_FAILED, "no map is named '%s'", name);
}

static enum status start_consumer(struct instance *instance, int cpu)
{
	const struct plan_row *first = instance->row[0];
	struct bpf_map *map;
	char reason[300];

	if (!*first->consumer)
		return STATUS_OK;
	if (find_buffer(instance, &map))
		return instance->status;
	if (cpu < 0 && (!first->prepare_every || first->consumer_mode == CONSUMER_BUSY))
		return fail(instance, STATUS_UNSUPPORTED, "no CPU is left for the consumer of '%s'",
			    first->consumer);
	instance->consumer = consumer_start(map, first->consumer_mode, cpu, reason, sizeof(reason));
	return instance->consumer ? STATUS_OK : fail(instance, STATUS_RUN_FAILED, "%s", reason);
}

/* Run a program that returns 0 when all is as it should be. */
static enum status run_own(struct instance *instance, const struct target *target, const char *name,
			   uint64_t n, const char *otherwise)
{
	struct invocation i = invoke_on(instance->cpu[0], target, (uint32_t)n);

	if (i.error)
		return fail(instance, STATUS_RUN_FAILED, "%s: %s", name, strerror(i.error));
	if (i.result)
		return fail(instance, STATUS_WRONG_RESULT, "%s returned %u%s", name, i.result,
			    otherwise);
	return STATUS_OK;
}

static enum status prepare(struct instance *instance)
{
	const struct plan_row *first = instance->row[0];
	int64_t begin_ns = clock_now();

	if (!instance->has_prepare)
		return STATUS_OK;
	run_own(instance, &instance->prepare, first->prepare, first->prepare_iterations,
		" where 0 was expected");
	instance->prepare_ns = clock_now() - begin_ns;
	return instance->status;
}

enum status instance_check(struct instance *instance)
{
	if (!instance->has_check)
		return STATUS_OK;
	return run_own(instance, &instance->check, instance->row[0]->check, 1,
		       ": the operation did not do what it should");
}

void instance_attach(struct instance *instance)
{
	for (size_t i = 0; i < instance->n; i++) {
		const struct plan_row *row = instance->row[i];

		if (instance->attachment[i] || user_is_type(row->program_type))
			continue;
		if (bpf_program__type(program_find(&instance->loaded, row->entry_point)) ==
		    BPF_PROG_TYPE_XDP) {
			instance->attachment[i] = dispatcher_attach(instance->target[i].fd);
			if (instance->has_empty[i])
				instance->empty_attachment[i] =
				    dispatcher_attach(instance->empty[i].fd);
		}
	}
}

void instance_detach(struct instance *instance)
{
	for (size_t i = 0; i < instance->n; i++) {
		dispatcher_detach(instance->attachment[i]);
		instance->attachment[i] = NULL;
		dispatcher_detach(instance->empty_attachment[i]);
		instance->empty_attachment[i] = NULL;
	}
}

enum status instance_load(struct instance *instance, const struct plan_row *const *rows, size_t n,
			  const int *cpu, int consumer_cpu)
{
	*instance = (struct instance){.n = n, .status = STATUS_OK};
	memcpy(instance->row, rows, n * sizeof(*rows));
	memcpy(instance->cpu, cpu, n * sizeof(*cpu));
	if ((*rows[0]->object && load_programs(instance)) || aim_all(instance) ||
	    start_consumer(instance, consumer_cpu))
		return instance->status;
	instance_attach(instance);
	return prepare(instance);
}

/* A triggered program is not run once, as nobody sees its result; it must attach, though. */
static enum status try_to_attach(struct instance *instance, size_t i)
{
	const struct target *target = &instance->target[i];
	struct attached attached;
	enum status status;
	char *reason;
	int error;

	explain_forget();
	error = trigger_attach(target->trigger, target->program, instance->cpu[i], &attached)
		    ? errno
		    : 0;
	trigger_detach(&attached);
	if (!error)
		return STATUS_OK;
	reason = explain_attach(target->program, error, attached.lacks, &status);
	fail(instance, status, "%s can't be attached here: %s", instance->row[i]->entry_point,
	     reason);
	free(reason);
	return status;
}

static enum status changes_packet(struct instance *instance, size_t i, const char *change)
{
	return fail(instance, STATUS_CHANGED_PACKET,
		    "%s %s: later runs of a test run see the changed one; give each run a fresh "
		    "packet (fresh_packet: true in the suite, or bpf-compile-check --fresh-packet)",
		    instance->row[i]->entry_point, change);
}

static enum status validate_entry(struct instance *instance, size_t e, bool ignore)
{
	const struct plan_row *row = instance->row[e];
	struct invocation i;

	if (instance->target[e].trigger)
		return try_to_attach(instance, e);
	i = invoke_on(instance->cpu[e], &instance->target[e], 1);
	if (i.error)
		return fail(instance, STATUS_RUN_FAILED, "%s: %s", row->entry_point,
			    target_error(&instance->target[e], i.error));
	if (!ignore && row->has_expected_result && i.result != row->expected_result)
		return fail(instance, STATUS_WRONG_RESULT, "%s returned %u where %u was expected",
			    row->entry_point, i.result, row->expected_result);
	return *i.change ? changes_packet(instance, e, i.change) : STATUS_OK;
}

enum status instance_validate(struct instance *instance, bool ignore)
{
	if (instance->consumer)
		consumer_settle(instance->consumer);
	for (size_t e = 0; e < instance->n; e++)
		if (validate_entry(instance, e, ignore))
			return instance->status;
	return STATUS_OK;
}

static enum status miss(struct instance *instance, size_t i, const struct ran *ran)
{
	const struct trigger *trigger = instance->target[i].trigger;
	const char *name = instance->row[i]->entry_point;
	long long counted = llround(ran->runs * (double)ran->called);

	if (trigger)
		return fail(instance, STATUS_MISSED,
			    "%s ran %lld times in %llu %s: its hook is not what the trigger does; "
			    "see bpf-run(1)",
			    name, counted, (unsigned long long)ran->called, trigger_calls(trigger));
	return fail(instance, STATUS_MISSED, "%s ran %lld times in %llu calls of its test run",
		    name, counted, (unsigned long long)ran->called);
}

enum status instance_count_runs(struct instance *instance, double *runs)
{
	for (size_t i = 0; i < instance->n; i++) {
		struct ran ran;
		int error = ran_count(&instance->target[i], instance->cpu[i], &ran);

		if (error)
			return fail(instance, STATUS_RUN_FAILED, "%s: %s",
				    instance->row[i]->entry_point,
				    target_error(&instance->target[i], error));
		runs[i] = ran.runs;
		if (ran.missed)
			return miss(instance, i, &ran);
		if (*ran.change)
			return changes_packet(instance, i, ran.change);
	}
	return STATUS_OK;
}

void instance_unload(struct instance *instance)
{
	instance_detach(instance);
	for (size_t i = 0; i < instance->n; i++) {
		user_target_free(instance->user[i]);
		if (instance->has_empty[i])
			close(instance->empty[i].fd);
	}
	consumer_stop(instance->consumer);
	if (instance->is_loaded)
		program_unload(&instance->loaded);
	if (instance->redirects_trace)
		trace_end();
	*instance = (struct instance){0};
}
