/* SPDX-License-Identifier: MIT */
#include "instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "say.h"
#include "trace.h"
#include "trace_event.h"

enum status instance_failed(struct instance *instance, enum status status, char *reason)
{
	free(instance->reason);
	instance->reason = reason;
	return instance->status = status;
}

/* Make a target of a loaded program. */
static enum status aim(struct instance *instance, struct target *target, const char *name,
		       const char *packet)
{
	struct bpf_program *program = program_find(&instance->loaded, name);
	const char *wrong;
	char *unset;

	if (!program)
		return instance_fail(instance, STATUS_UNSUPPORTED,
				     "%s: the test has no object to have this program", name);
	/* A packet of the test's own takes the place of one with a name. */
	if (setup_has(&instance->loaded.setup, "packet"))
		packet = PACKET_DEFAULT;
	wrong = target_init_program(target, program, packet);
	if (wrong)
		return instance_fail(instance, STATUS_UNSUPPORTED, "%s: %s", name, wrong);
	/* Its sockets are of all tests, and so of no test's network. */
	if (target->trigger && instance->loaded.setup.network)
		return instance_fail(instance, STATUS_UNSUPPORTED,
				     "%s: it runs only where it is attached: a network of its own "
				     "is for programs with a test run",
				     name);
	target->network = instance->loaded.setup.network;
	unset = target_set_packet(target, &instance->loaded.setup);
	return unset ? instance_failed(instance, STATUS_LOAD_FAILED, unset) : STATUS_OK;
}

/* Of an entry point that is attached to a program, which is run, and another copy beside it. */
static enum status aim_traced(struct instance *instance, size_t i, const struct traced *traced)
{
	const struct plan_row *row = instance->row[i];
	struct target *target = &instance->target[i], *untraced = &instance->empty[i];
	const char *wrong = instance->n > 1
				? "one entry point is attached to a program, not several"
				: target_trace(target, traced, TRACED, row->packet);
	char *unset;

	if (wrong)
		return instance_fail(instance, STATUS_UNSUPPORTED, "%s: %s",
				     instance->n > 1 ? row->entry_point : traced->name, wrong);
	if (setup_has(&instance->loaded.setup, "context"))
		return instance_fail(
		    instance, STATUS_LOAD_FAILED,
		    "context: what a program is attached to has none that can be set");
	unset = target_set_packet(target, &instance->loaded.setup);
	if (unset)
		return instance_failed(instance, STATUS_LOAD_FAILED, unset);
	*untraced = *target;
	untraced->called = fcntl(traced->fd[UNTRACED], F_DUPFD_CLOEXEC, 0);
	untraced->fd = untraced->called;
	untraced->trigger = NULL;
	instance->has_empty[i] = untraced->fd >= 0;
	return instance->has_empty[i] ? STATUS_OK
				      : instance_fail(instance, STATUS_RUN_FAILED, "%s: %s",
						      row->entry_point, strerror(errno));
}

/* The same of an entry point, which alone has its trigger and context set. */
static enum status aim_entry(struct instance *instance, size_t i)
{
	const struct plan_row *row = instance->row[i];
	struct target *target = &instance->target[i];
	struct bpf_program *program;
	const struct traced *traced;
	char *unset;

	if (aim(instance, target, row->entry_point, row->packet))
		return instance->status;
	program = program_find(&instance->loaded, row->entry_point);
	unset = trigger_set(&instance->trigger[i], program, &instance->loaded);
	if (!unset && instance->trigger[i]) {
		target_trigger(target, program, instance->trigger[i]);
		traced = trigger_traced(instance->trigger[i]);
		if (traced)
			return aim_traced(instance, i, traced);
	}
	if (!unset)
		unset = target_set_context(target, (int)bpf_program__type(program),
					   &instance->loaded.setup);
	return unset ? instance_failed(instance, STATUS_LOAD_FAILED, unset) : STATUS_OK;
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
	return wrong ? instance_fail(instance, STATUS_UNSUPPORTED, "bpf_trace_printk: %s", wrong)
		     : STATUS_OK;
}

static enum status load_programs(struct instance *instance)
{
	const struct plan_row *first = instance->row[0];
	struct program_set set = program_set_of(first);

	for (size_t i = 0; i < instance->n; i++)
		if (!program_set_add_row(&set, instance->row[i]))
			return instance_fail(instance, STATUS_LOAD_FAILED,
					     "a test has more than %d programs", PROGRAMS_MAX);
	instance->is_loaded = true;
	program_open(&instance->loaded, &set, LOG_STATS);
	if (!prints(instance))
		program_load(&instance->loaded, &set);
	else if (load_printing(instance, &set))
		return instance->status;
	if (instance->loaded.trouble)
		die("can't load '%s': %s", first->test, strerror(instance->loaded.trouble));
	return instance->loaded.status
		   ? instance_fail(instance, instance->loaded.status, "%s", instance->loaded.reason)
		   : STATUS_OK;
}

static enum status aim_user(struct instance *instance, size_t i)
{
	const struct plan_row *row = instance->row[i];
	enum user_operation operation = user_find(row->program_type, row->entry_point);
	char *reason;

	if (operation == USER_COUNT)
		return instance_fail(instance, STATUS_UNSUPPORTED,
				     "no operation of type %s is named '%s'", row->program_type,
				     row->entry_point);
	if (user_needs_object(row) && !instance->is_loaded)
		return instance_fail(instance, STATUS_LOAD_FAILED, "%s needs an object",
				     row->entry_point);
	instance->user[i] = user_target_new(operation, &instance->loaded, &reason);
	if (!instance->user[i]) {
		instance_fail(instance, STATUS_RUN_FAILED, "%s: %s", row->entry_point, reason);
		free(reason);
		return instance->status;
	}
	target_init_user(&instance->target[i], instance->user[i]);
	instance->target[i].network = instance->loaded.setup.network;
	return STATUS_OK;
}

/* An empty program beside it measures what a call of its own costs. */
static enum status refresh(struct instance *instance, size_t i)
{
	const char *name = instance->row[i]->entry_point;
	const char *wrong = instance->target[i].trigger
				? "fresh_packet is for programs that the kernel's test run runs"
				: target_refresh(&instance->target[i]);

	if (wrong)
		return instance_fail(instance, STATUS_UNSUPPORTED, "%s: %s", name, wrong);
	instance->has_empty[i] = !target_init_empty(&instance->empty[i], &instance->target[i],
						    program_find(&instance->loaded, name));
	if (!instance->has_empty[i])
		return instance_fail(instance, STATUS_RUN_FAILED,
				     "can't load an empty program beside '%s': %s", name,
				     strerror(errno));
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
		if (user_is_type(first->program_type) ? aim_user(instance, i)
						      : aim_entry(instance, i))
			return instance->status;
	if (*first->prepare && aim(instance, &instance->prepare, first->prepare, first->packet))
		return instance->status;
	if (*first->check && aim(instance, &instance->check, first->check, first->packet))
		return instance->status;
	return refresh_all(instance);
}

static enum status start_consumer(struct instance *instance, int cpu)
{
	const struct plan_row *first = instance->row[0];
	const char *name = first->consumer;
	bool is_trace = !strcmp(name, CONSUMER_TRACE_PIPE);
	struct bpf_map *map = NULL;

	if (!*name)
		return STATUS_OK;
	if (!instance->is_loaded)
		return instance_fail(
		    instance, STATUS_UNSUPPORTED,
		    "consumer '%s': the test has no object whose buffer it could be", name);
	if (is_trace && !prints(instance))
		return instance_fail(instance, STATUS_RUN_FAILED,
				     "consumer '%s': no program of the test calls bpf_trace_printk",
				     name);
	if (!is_trace && !(map = bpf_object__find_map_by_name(instance->loaded.object, name)))
		return instance_fail(instance, STATUS_RUN_FAILED, "no map is named '%s'", name);
	if (cpu < 0 && (!first->prepare_every || first->consumer_mode == CONSUMER_BUSY))
		return instance_fail(instance, STATUS_UNSUPPORTED,
				     "no CPU is left for the consumer of '%s'", name);
	instance->consumer = consumer_start(map, first->consumer_mode, cpu);
	if (!instance->consumer)
		return instance_fail(instance, STATUS_RUN_FAILED, "can't consume from '%s': %s",
				     name, strerror(errno));
	return STATUS_OK;
}

void instance_attach(struct instance *instance)
{
	for (size_t i = 0; i < instance->n; i++) {
		const char *name = instance->row[i]->entry_point;

		if (instance->user[i] ||
		    bpf_program__type(program_find(&instance->loaded, name)) != BPF_PROG_TYPE_XDP)
			continue;
		instance->attachment[i] = dispatcher_attach(instance->target[i].fd);
		if (instance->has_empty[i])
			instance->empty_attachment[i] = dispatcher_attach(instance->empty[i].fd);
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
	*instance = (struct instance){.n = n};
	memcpy(instance->row, rows, n * sizeof(const struct plan_row *));
	memcpy(instance->cpu, cpu, n * sizeof(*cpu));
	if ((*rows[0]->object && load_programs(instance)) || aim_all(instance) ||
	    start_consumer(instance, consumer_cpu))
		return instance->status;
	instance_attach(instance);
	return STATUS_OK;
}

void instance_unload(struct instance *instance)
{
	instance_detach(instance);
	if (instance->traces)
		trigger_detach(instance->traces);
	free(instance->traces);
	for (size_t i = 0; i < instance->n; i++) {
		user_target_free(instance->user[i]);
		trigger_free(instance->trigger[i]);
		if (instance->has_empty[i])
			close(instance->empty[i].fd);
	}
	consumer_stop(instance->consumer);
	if (instance->is_loaded)
		program_unload(&instance->loaded);
	if (instance->redirects_trace)
		trace_end();
	free(instance->reason);
	*instance = (struct instance){0};
}
