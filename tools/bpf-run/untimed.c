/* SPDX-License-Identifier: MIT */
#include "untimed.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpus.h"
#include "explain.h"
#include "xalloc.h"

/* No packet that the kernel makes in a test run is longer. */
#define LEFT_MAX_BYTES 65536

/* How many bytes differ of those that the kernel gives back, and the first of them. */
static uint32_t count_changes(const struct target *target, const unsigned char *left,
			      uint32_t *first)
{
	uint32_t n = 0, from = target->left == LEFT_SKB_NETWORK ? ETH_HLEN : 0;

	for (uint32_t i = target->data_bytes; i-- > from;)
		if (left[i] != target->data[i]) {
			n++;
			*first = i;
		}
	return n;
}

static void describe(const struct target *target, const unsigned char *left, uint32_t bytes,
		     char *change)
{
	uint32_t given = target->data_bytes, first = 0, n;

	*change = '\0';
	if (bytes != given) {
		snprintf(change, LEFT_TEXT, "%s its packet from %u to %u bytes",
			 bytes > given ? "grows" : "shrinks", given, bytes);
		return;
	}
	n = count_changes(target, left, &first);
	if (n)
		snprintf(change, LEFT_TEXT,
			 "rewrites its packet (%u of %u bytes, the first at %u: %02x became %02x)",
			 n, given, first, target->data[first], left[first]);
}

/* Members of the context that a test run keeps from one repetition to the next. */
static void describe_context(const struct target *target, const struct __sk_buff *after,
			     char *change)
{
	const struct __sk_buff *before =
	    (const void *)target->context; /* zeros where none is set */
	const struct {
		const char *name;
		uint64_t before, after;
	} members[] = {
	    {"mark", before->mark, after->mark},
	    {"priority", before->priority, after->priority},
	    {"tstamp", before->tstamp, after->tstamp},
	    {"cb[0]", before->cb[0], after->cb[0]},
	    {"cb[1]", before->cb[1], after->cb[1]},
	    {"cb[2]", before->cb[2], after->cb[2]},
	    {"cb[3]", before->cb[3], after->cb[3]},
	    {"cb[4]", before->cb[4], after->cb[4]},
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (members[i].after != members[i].before) {
			snprintf(change, LEFT_TEXT, "changes %s of its packet from %llu to %llu",
				 members[i].name, (unsigned long long)members[i].before,
				 (unsigned long long)members[i].after);
			return;
		}
}

int left_invoke(const struct target *target, uint32_t n, uint32_t *result, char *change)
{
	struct target_left left = {.room = LEFT_MAX_BYTES};
	int error;

	*change = '\0';
	if (target->left == LEFT_NOTHING || target->fresh)
		return target_invoke(target, n, result, NULL);
	left.data = xmalloc(left.room);
	error = target_invoke_left(target, n, result, &left);
	if (!error)
		describe(target, left.data, left.bytes, change);
	if (!error && !*change && target->left > LEFT_PACKET)
		describe_context(target, &left.context, change);
	free(left.data);
	return error;
}

/* What a program has made of its packet, against what it must be. */
struct output {
	const struct target *target;
	unsigned char expected[PACKET_MAX_BYTES];
	size_t n;
	char wrong[LEFT_TEXT]; /* how the packet is another; "" for not */
	int error;
};

static void run_for_output(void *arg)
{
	struct output *o = arg;
	struct target_left left = {.data = xmalloc(LEFT_MAX_BYTES), .room = LEFT_MAX_BYTES};
	size_t from = o->target->left == LEFT_SKB_NETWORK ? ETH_HLEN : 0, at;
	uint32_t result;

	o->error = target_invoke_left(o->target, 1, &result, &left);
	for (at = from; at < o->n && at < left.bytes && o->expected[at] == left.data[at];)
		at++;
	if (left.bytes != o->n)
		snprintf(o->wrong, LEFT_TEXT, "has %u bytes where %zu were expected", left.bytes,
			 o->n);
	else if (at < o->n)
		snprintf(o->wrong, LEFT_TEXT, "has %02x at byte %zu where %02x was expected",
			 left.data[at], at, o->expected[at]);
	free(left.data);
}

static enum status validate_output(struct instance *instance, size_t e)
{
	struct output output = {.target = &instance->target[e]};
	struct cpu_task task = {instance->cpu[e], run_for_output, &output, output.target->network};
	const char *name = instance->row[e]->entry_point;
	char *wrong =
	    setup_packet(&instance->loaded.setup, "expected_packet", output.expected, &output.n);

	if (wrong)
		return instance_failed(instance, STATUS_LOAD_FAILED, wrong);
	if (!output.n)
		return STATUS_OK;
	if (output.target->left == LEFT_NOTHING)
		return instance_fail(instance, STATUS_UNSUPPORTED,
				     "%s: expected_packet: the kernel gives back no packet of "
				     "programs of this type",
				     name);
	cpus_run(&task, 1);
	if (output.error)
		return instance_fail(instance, STATUS_RUN_FAILED, "%s: %s", name,
				     strerror(output.error));
	return *output.wrong ? instance_fail(instance, STATUS_WRONG_RESULT, "%s: its packet %s",
					     name, output.wrong)
			     : STATUS_OK;
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
	unsigned int tries = 0;

	do
		i->error = left_invoke(i->target, i->n, &i->result, i->change);
	while (target_again(i->error, &tries));
}

static struct invocation invoke_on(int cpu, const struct target *target, uint32_t n)
{
	struct invocation invocation = {.target = target, .n = n};
	struct cpu_task task = {cpu, run_invocation, &invocation, target->network};

	cpus_run(&task, 1);
	return invocation;
}

/* Run a program that returns 0 when all is as it should be. */
static enum status run_own(struct instance *instance, const struct target *target, const char *name,
			   uint64_t n, const char *otherwise)
{
	struct invocation i = invoke_on(instance->cpu[0], target, (uint32_t)n);

	if (i.error)
		return instance_fail(instance, STATUS_RUN_FAILED, "%s: %s", name,
				     strerror(i.error));
	if (i.result)
		return instance_fail(instance, STATUS_WRONG_RESULT, "%s returned %u%s", name,
				     i.result, otherwise);
	return STATUS_OK;
}

enum status untimed_prepare(struct instance *instance)
{
	const struct plan_row *first = instance->row[0];

	if (!*first->prepare)
		return STATUS_OK;
	return run_own(instance, &instance->prepare, first->prepare, first->prepare_iterations,
		       " where 0 was expected");
}

enum status untimed_check(struct instance *instance)
{
	const char *name = instance->row[0]->check;

	if (!*name)
		return STATUS_OK;
	return run_own(instance, &instance->check, name, 1,
		       ": the operation did not do what it should");
}

/* A triggered program is not run once, as nobody sees its result; it must attach, though. To
 * another program it does so once, and stays. */
static enum status try_to_attach(struct instance *instance, size_t i)
{
	const struct target *target = &instance->target[i];
	struct attached *attached = xcalloc(1, sizeof(*attached));
	enum status status = STATUS_OK;
	char *reason;
	int error;

	explain_forget();
	error = trigger_attach(target->trigger, target->program, instance->cpu[i], attached) ? errno
											     : 0;
	if (!error && !target_is_fired(target)) {
		instance->traces = attached;
		return STATUS_OK;
	}
	trigger_detach(attached);
	if (error) {
		reason = explain_attach(attached->program, error, attached->lacks, &status);
		instance_fail(instance, status, "%s can't be attached here: %s",
			      bpf_program__name(attached->program), reason);
		free(reason);
	}
	free(attached);
	return status;
}

enum status untimed_changes_packet(struct instance *instance, size_t i, const char *change)
{
	return instance_fail(
	    instance, STATUS_CHANGED_PACKET,
	    "%s %s: later runs of a test run see the changed one; give each run a fresh "
	    "packet (fresh_packet: true in the suite, or bpf-compile-check --fresh-packet)",
	    instance->row[i]->entry_point, change);
}

static enum status validate_entry(struct instance *instance, size_t e, bool ignore)
{
	const struct plan_row *row = instance->row[e];
	struct invocation i;

	if (instance->target[e].trigger && setup_has(&instance->loaded.setup, "expected_packet"))
		return instance_fail(
		    instance, STATUS_LOAD_FAILED,
		    "expected_packet: of an attached program nobody sees a packet");
	if (instance->target[e].trigger)
		return try_to_attach(instance, e);
	i = invoke_on(instance->cpu[e], &instance->target[e], 1);
	if (i.error)
		return instance_fail(instance, STATUS_RUN_FAILED, "%s: %s", row->entry_point,
				     target_error(&instance->target[e], i.error));
	if (!ignore && row->has_expected_result && i.result != row->expected_result)
		return instance_fail(instance, STATUS_WRONG_RESULT,
				     "%s returned %u where %u was expected", row->entry_point,
				     i.result, row->expected_result);
	return *i.change ? untimed_changes_packet(instance, e, i.change)
			 : validate_output(instance, e);
}

enum status untimed_validate(struct instance *instance, bool ignore)
{
	if (instance->consumer)
		consumer_settle(instance->consumer);
	for (size_t e = 0; e < instance->n; e++)
		if (validate_entry(instance, e, ignore))
			return instance->status;
	return STATUS_OK;
}
