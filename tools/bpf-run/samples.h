/* SPDX-License-Identifier: MIT */
/* samples.csv, a whole row at a time. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "identity.h"
#include "measure.h"
#include "plan.h"

struct samples {
	const struct identity *identity;
	const struct plan *plan; /* its unknown columns pass through */
	uint64_t last_round;	 /* that was asked for */
	size_t failed, measured; /* rows written so far, by what they say */
	size_t visit;		 /* of the round's to the test that is written, from 1 */
	char now[32];		 /* of the row at hand */
};

/* Records of a sample that has a consumer. */
struct drops {
	uint64_t produced, consumed, dropped;
};

/** samples_drops - from the counts of a sample, each invocation making `operations` records */
struct drops samples_drops(const struct plan_row *row, const struct probe *probe,
			   const struct sample *sample);

void samples_write_header(const struct samples *samples);

/** samples_count - instructions of an invocation under icount, where a nanosecond is one, rounded
 */
double samples_count(const struct probe *probe, const struct sample *sample);

/** samples_write - a measured sample of a row; index counts from 1 */
void samples_write(struct samples *samples, const struct plan_row *row, uint64_t round,
		   size_t index, const struct probe *probe, const struct sample *sample);

/** samples_write_failure - a row that says what became of an entry point, without a number
 * @runs: how often it ran for each call, where that is why; else NaN */
void samples_write_failure(struct samples *samples, const struct plan_row *row, uint64_t round,
			   enum status status, const char *reason, double runs);
