/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "say.h"
#include "schema.h"

/* What the rows of a test and round have in common. */
static struct record begin_row(struct samples *s, const struct plan_row *row, uint64_t round)
{
	struct record r = {.schema = &schema_samples};

	identity_timestamp(s->now, sizeof(s->now));
	record_text(&r, SAMPLES_RUN_ID, s->identity->run_id);
	record_text(&r, SAMPLES_TIMESTAMP, s->now);
	record_text(&r, SAMPLES_HOST_CLASS, s->identity->host_class);
	record_text(&r, SAMPLES_RUNTIME, runtime_names[s->identity->runtime]);
	record_text(&r, SAMPLES_TRACK, s->identity->track);
	record_text(&r, SAMPLES_SUITE, row->suite);
	record_text(&r, SAMPLES_TEST, row->test);
	record_text(&r, SAMPLES_ENTRY_POINT, row->entry_point);
	record_text(&r, SAMPLES_BUILD, row->build);
	record_text(&r, SAMPLES_PROGRAM_TYPE, row->program_type);
	record_text(&r, SAMPLES_PROGRAM_HASH, row->program_hash);
	record_u64(&r, SAMPLES_CONTROL, row->control);
	record_u64(&r, SAMPLES_BOOT, s->identity->boot);
	record_u64(&r, SAMPLES_ROUND, round);
	record_u64(&r, SAMPLES_LAST_ROUND, s->last_round);
	record_u64(&r, SAMPLES_OPERATIONS, row->operations);
	return r;
}

/* Rows are whole or absent: stdio has room for more than one, and is flushed at its end. */
static void end_row(const struct record *r, const struct samples *s, const struct plan_row *row)
{
	struct csv_writer w = {.f = stdout};

	record_write(r, 0, &w);
	for (size_t i = 0; i < s->plan->extra.n; i++)
		csv_write_cell(&w, row->extra[i]);
	csv_end_row(&w);
	if (fflush(stdout))
		die_errno("can't write the output");
}

void samples_write_header(const struct samples *samples)
{
	struct csv_writer w = {.f = stdout};

	schema_write_header(&schema_samples, 0, &w);
	for (size_t i = 0; i < samples->plan->extra.n; i++)
		csv_write_cell(&w, samples->plan->extra.name[i]);
	csv_end_row(&w);
	if (fflush(stdout))
		die_errno("can't write the output");
}

struct drops samples_drops(const struct plan_row *row, const struct probe *probe,
			   const struct sample *sample)
{
	uint64_t operations = sample->invocations * row->operations;
	struct drops d = {operations, sample->records, 0};

	/* The other way round: the program is the consumer. */
	if (consumer_feeds(probe->consumer))
		d = (struct drops){sample->records, operations, 0};
	else if (d.produced > d.consumed)
		d.dropped = d.produced - d.consumed;
	return d;
}

static void set_drops(struct record *r, const struct plan_row *row, const struct probe *probe,
		      const struct sample *sample)
{
	struct drops d;

	if (!probe->consumer)
		return;
	d = samples_drops(row, probe, sample);
	record_u64(r, SAMPLES_PRODUCED, d.produced);
	record_u64(r, SAMPLES_CONSUMED, d.consumed);
	record_u64(r, SAMPLES_DROPPED, d.dropped);
}

/* Instructions of a call that are not the same in each, such as of a flag met first: up to 6 were
 * seen on x86-64 and 30 on arm64. Counts are rounded to the least power of two that so many cannot
 * reach, below .01 for a short program, so that equal work gives equal counts. */
#define CALL_INSTRUCTIONS 64

double samples_count(const struct probe *probe, const struct sample *sample)
{
	double divisor = (double)probe->large - measure_small(probe);
	double step = exp2(ceil(log2(CALL_INSTRUCTIONS / divisor)));

	return rint(sample->slope[READ_CPU_NS] / step) * step;
}

/* What was counted an operation. Virtual time passes a nanosecond an instruction, and is not time.
 * It is exact: so is the slope of each pair. */
static void set_values(struct record *r, const struct samples *samples, const struct probe *probe,
		       const struct sample *sample, double operations)
{
	if (samples->identity->runtime == RUNTIME_ICOUNT) {
		record_double(r, SAMPLES_INSTRUCTIONS, samples_count(probe, sample) / operations);
		return;
	}
	record_double(r, SAMPLES_DURATION_NS, sample->cost[READ_CPU_NS] / operations);
	if (sample->kernel_ns)
		record_u64(r, SAMPLES_KERNEL_NS, sample->kernel_ns);
	record_double(r, SAMPLES_INSTRUCTIONS, sample->cost[READ_INSTRUCTIONS] / operations);
	record_double(r, SAMPLES_CYCLES, sample->cost[READ_CYCLES] / operations);
}

/* The marks, separated by blanks. */
static const char *mark_text(unsigned int marks, char *buffer, size_t size)
{
	static const char *const names[] = {"preempted", "migrated", "stolen",
					    "nonlinear", "stats",    "negative"};

	*buffer = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t used = strlen(buffer);

		if (marks & 1U << i)
			snprintf(buffer + used, size - used, "%s%s", used ? " " : "", names[i]);
	}
	return buffer;
}

static int most_frequent_first(const void *a, const void *b)
{
	const struct returned_value *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return (x->value > y->value) - (x->value < y->value);
}

/* The value, or value:count pairs, the most frequent first, of equals the smallest, and
 * others:count last. The buffer has room for all. */
static const char *returned_text(struct returned returned, char *buffer)
{
	char *end = buffer;

	*buffer = '\0';
	qsort(returned.kept, returned.n, sizeof(*returned.kept), most_frequent_first);
	for (size_t i = 0; i < returned.n; i++) {
		end += sprintf(end, "%s%" PRIu32, i ? " " : "", returned.kept[i].value);
		if (returned.n > 1)
			end += sprintf(end, ":%" PRIu64, returned.kept[i].count);
	}
	if (returned.others)
		sprintf(end, " others:%" PRIu64, returned.others);
	return buffer;
}

void samples_write(struct samples *samples, const struct plan_row *row, uint64_t round,
		   size_t index, const struct probe *probe, const struct sample *sample)
{
	char returned[512], marks[64];
	struct record r = begin_row(samples, row, round);

	record_u64(&r, SAMPLES_SAMPLE, index);
	record_u64(&r, SAMPLES_CPU, (uint64_t)probe->cpu);
	record_u64(&r, SAMPLES_ITERATIONS, probe->large);
	set_values(&r, samples, probe, sample, (double)row->operations);
	set_drops(&r, row, probe, sample);
	record_u64(&r, SAMPLES_VISIT, samples->visit);
	record_double(&r, SAMPLES_RUNS, probe->runs);
	/* Nobody sees what a triggered program returns; an operation in user space returns nothing.
	 */
	if (!probe->target->trigger && !probe->target->user)
		record_text(&r, SAMPLES_RETURNED, returned_text(sample->returned, returned));
	record_double(&r, SAMPLES_TRIGGER_COST, sample->trigger_cost);
	record_text(&r, SAMPLES_MARK, mark_text(sample->marks, marks, sizeof(marks)));
	record_text(&r, SAMPLES_STATUS, status_names[STATUS_OK]);
	end_row(&r, samples, row);
	samples->measured++;
}

void samples_write_failure(struct samples *samples, const struct plan_row *row, uint64_t round,
			   enum status status, const char *reason, double runs)
{
	struct record r = begin_row(samples, row, round);

	record_double(&r, SAMPLES_RUNS, runs);
	record_text(&r, SAMPLES_STATUS, status_names[status]);
	record_text(&r, SAMPLES_REASON, reason);
	end_row(&r, samples, row);
	samples->failed += status != STATUS_UNSUPPORTED;
}
