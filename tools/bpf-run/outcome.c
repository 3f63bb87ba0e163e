/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <math.h>
#include <stdio.h>

#include "samples.h"

static int sample_error(const struct variant *variant)
{
	for (size_t p = 0; p < variant->nprobes; p++)
		for (size_t s = 0; s < variant->taken; s++) {
			int error = variant->samples[p * variant->room + s].error;

			if (error)
				return error;
		}
	return 0;
}

/* Whether a timed call gave another result than the first one, which was as expected. The packet is
 * not why: a program that changes it has failed before. */
static bool gave_wrong_result(const struct variant *variant, char *reason, size_t reason_size)
{
	for (size_t p = 0; p < variant->nprobes; p++) {
		const struct plan_row *row = variant->row[variant->probes[p].entry];

		for (size_t i = 0; i < variant->taken; i++) {
			const struct sample *s = &variant->samples[p * variant->room + i];

			if (!s->wrong)
				continue;
			snprintf(reason, reason_size,
				 "%s returned %u where %u was expected, while timed; its first run "
				 "was right, and left its packet as it was: look at what it keeps, "
				 "in maps or variables",
				 row->entry_point, s->result, row->expected_result);
			return true;
		}
	}
	return false;
}

/* Whether an entry point has no sample in which all of the test's threads ran. */
static bool never_together(const struct variant *variant)
{
	for (size_t p = 0; p < variant->nprobes; p++) {
		bool any = false;

		for (size_t s = 0; s < variant->taken; s++)
			any |= !isnan(variant->samples[p * variant->room + s].slope[READ_CPU_NS]);
		if (!any)
			return true;
	}
	return false;
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
static enum status judge_losses(const struct variant *variant, const struct drops *all,
				char *reason, size_t reason_size)
{
	const struct plan_row *row = variant->row[0];

	if (100 * (double)all->dropped <= row->dropped_max_pct * (double)all->produced)
		return STATUS_OK;
	if (!all->consumed) {
		snprintf(reason, reason_size,
			 "the program wrote nothing: none of %llu records came out of '%s'",
			 (unsigned long long)all->produced, row->consumer);
		return STATUS_WRONG_RESULT;
	}
	snprintf(reason, reason_size, "%llu of %llu records were lost, %g %% at most may be",
		 (unsigned long long)all->dropped, (unsigned long long)all->produced,
		 row->dropped_max_pct);
	return STATUS_DROPPED;
}

enum status outcome_judge(struct variant *variant, char *reason, size_t reason_size)
{
	int error = sample_error(variant);
	bool too_many;
	struct drops all = all_drops(variant, &too_many);
	enum status losses;

	if (error) {
		snprintf(reason, reason_size, "%s",
			 target_error(&variant->instance.target[0], error));
		return STATUS_RUN_FAILED;
	}
	/* A program whose record finds no room may well return another result. */
	losses = judge_losses(variant, &all, reason, reason_size);
	if (losses != STATUS_OK)
		return losses;
	if (gave_wrong_result(variant, reason, reason_size))
		return STATUS_WRONG_RESULT;
	if (never_together(variant)) {
		snprintf(reason, reason_size,
			 "its threads never ran at the same time: other processes kept them from "
			 "their CPUs");
		return STATUS_RUN_FAILED;
	}
	if (instance_check(&variant->instance) != STATUS_OK) {
		snprintf(reason, reason_size, "%s", variant->instance.reason);
		return variant->instance.status;
	}
	if (!too_many)
		return STATUS_OK;
	snprintf(reason, reason_size,
		 "%llu records were consumed where %llu were produced: let operations be the "
		 "records of a call, and nothing else write them",
		 (unsigned long long)all.consumed, (unsigned long long)all.produced);
	return STATUS_WRONG_RESULT;
}
