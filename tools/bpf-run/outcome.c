/* SPDX-License-Identifier: MIT */
/* Whether the samples of a test are valid, or why not. */

#include <math.h>

#include "samples.h"
#include "tests.h"
#include "untimed.h"

/* What the samples of all probes say together. */
struct findings {
	int error;		    /* of a call */
	const struct sample *wrong; /* one with another result than was expected, or NULL */
	const struct plan_row *row; /* and whose that is */
	bool together;		    /* each probe has one during which all threads ran */
};

static struct findings look_through(const struct variant *variant)
{
	struct findings found = {.together = true};

	for (size_t p = 0; p < variant->nprobes; p++) {
		bool together = false;

		for (size_t i = 0; i < variant->taken; i++) {
			const struct sample *s = &variant->samples[p * variant->room + i];

			if (!found.error)
				found.error = s->error;
			if (s->wrong && !found.wrong) {
				found.wrong = s;
				found.row = variant->row[variant->probes[p].entry];
			}
			together |= !isnan(s->slope[READ_CPU_NS]);
		}
		found.together &= together;
	}
	return found;
}

/* The records of all samples; of a sample they are those of all probes together. */
static struct drops all_drops(const struct variant *variant, bool *too_many)
{
	struct drops all = {0};

	*too_many = false;
	for (size_t s = 0; variant->instance.consumer && s < variant->taken; s++) {
		struct drops d =
		    samples_drops(variant->row[0], &variant->probes[0], &variant->samples[s]);

		all.produced += d.produced;
		all.consumed += d.consumed;
		all.dropped += d.dropped;
		*too_many |= d.consumed > d.produced;
	}
	return all;
}

/* With a consumer: whether too few records came out. */
static enum status judge_losses(struct variant *variant, const struct drops *all)
{
	const struct plan_row *row = variant->row[0];

	if (100 * (double)all->dropped <= row->dropped_max_pct * (double)all->produced)
		return STATUS_OK;
	if (!all->consumed)
		return instance_fail(
		    &variant->instance, STATUS_WRONG_RESULT,
		    "the program wrote nothing: none of %llu records came out of '%s'",
		    (unsigned long long)all->produced, row->consumer);
	return instance_fail(&variant->instance, STATUS_DROPPED,
			     "%llu of %llu records were lost, %g %% at most may be",
			     (unsigned long long)all->dropped, (unsigned long long)all->produced,
			     row->dropped_max_pct);
}

enum status outcome_judge(struct variant *variant)
{
	struct instance *instance = &variant->instance;
	struct findings found = look_through(variant);
	bool too_many;
	struct drops all = all_drops(variant, &too_many);

	if (found.error)
		return instance_fail(instance, STATUS_RUN_FAILED, "%s",
				     target_error(&instance->target[0], found.error));
	/* A program whose record finds no room may well return another result. */
	if (judge_losses(variant, &all))
		return instance->status;
	/* The packet is not why: a program that changes it has failed before. */
	if (found.wrong)
		return instance_fail(
		    instance, STATUS_WRONG_RESULT,
		    "%s returned %u where %u was expected, while timed; its first run was right, "
		    "and left its packet as it was: look at what it keeps, in maps or variables",
		    found.row->entry_point, found.wrong->result, found.row->expected_result);
	if (!found.together)
		return instance_fail(instance, STATUS_RUN_FAILED,
				     "its threads never ran at the same time: other processes kept "
				     "them from their CPUs");
	if (untimed_check(instance))
		return instance->status;
	if (too_many)
		return instance_fail(
		    instance, STATUS_WRONG_RESULT,
		    "%llu records were consumed where %llu were produced: let operations be the "
		    "records of a call, and nothing else write them",
		    (unsigned long long)all.consumed, (unsigned long long)all.produced);
	return STATUS_OK;
}
