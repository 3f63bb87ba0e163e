/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <err.h>
#include <math.h>
#include <stdio.h>

#include "cli.h"
#include "csv.h"
#include "schema.h"

static void write_identity(struct csv_writer *w, const struct samples *s,
			   const struct plan_row *row, uint64_t round)
{
	char now[32];

	identity_timestamp(now, sizeof(now));
	csv_write_cell(w, s->identity->run_id);
	csv_write_cell(w, now);
	csv_write_cell(w, s->identity->host_class);
	csv_write_cell(w, runtime_names[s->identity->runtime]);
	csv_write_cell(w, s->identity->track);
	csv_write_cell(w, row->suite);
	csv_write_cell(w, row->test);
	csv_write_cell(w, row->entry_point);
	csv_write_cell(w, row->build);
	csv_write_cell(w, row->program_type);
	csv_write_cell(w, row->program_hash);
	csv_write_u64(w, row->control);
	csv_write_u64(w, s->identity->boot);
	csv_write_u64(w, round);
}

/* Rows are whole or absent: stdio has room for more than one, and is flushed at its end. */
static void end_row(struct csv_writer *w, const struct samples *s, const struct plan_row *row)
{
	for (size_t i = 0; i < s->plan->nextra; i++)
		csv_write_cell(w, row->extra[i]);
	csv_end_row(w);
	if (fflush(w->f))
		err(EXIT_TROUBLE, "can't write the output");
}

void samples_write_header(const struct samples *samples)
{
	struct csv_writer w = {.f = stdout};

	for (size_t i = 0; i < schema_samples.ncolumns; i++)
		csv_write_cell(&w, schema_samples.columns[i].name);
	for (size_t i = 0; i < samples->plan->nextra; i++)
		csv_write_cell(&w, samples->plan->extra_names[i]);
	csv_end_row(&w);
	if (fflush(stdout))
		err(EXIT_TROUBLE, "can't write the output");
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

/* What a triggered program returns nobody sees; an operation in user space returns nothing. */
static void write_returned(struct csv_writer *w, const struct probe *probe,
			   const struct sample *sample)
{
	char text[256];

	if (probe->target->trigger || probe->target->user)
		csv_write_empty(w);
	else
		csv_write_cell(w, returned_text(&sample->returned, text, sizeof(text)));
}

static void write_drops(struct csv_writer *w, const struct plan_row *row, const struct probe *probe,
			const struct sample *sample)
{
	struct drops d;

	if (!probe->consumer) {
		for (int i = 0; i < 3; i++)
			csv_write_empty(w);
		return;
	}
	d = samples_drops(row, probe, sample);
	csv_write_u64(w, d.produced);
	csv_write_u64(w, d.consumed);
	csv_write_u64(w, d.dropped);
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

void samples_write(struct samples *samples, const struct plan_row *row, uint64_t round,
		   size_t index, const struct probe *probe, const struct sample *sample)
{
	struct csv_writer w = {.f = stdout};
	double operations = (double)row->operations;
	/* Virtual time passes a nanosecond an instruction, and is not time. It is exact: so is
	 * the slope of each pair. */
	bool counted = samples->identity->runtime == RUNTIME_ICOUNT;
	double wall_ns = sample->cost[READ_WALL_NS] / operations;
	char marks[64];

	write_identity(&w, samples, row, round);
	csv_write_u64(&w, index);
	csv_write_u64(&w, (unsigned long long)probe->cpu);
	csv_write_u64(&w, probe->large);
	csv_write_u64(&w, row->operations);
	csv_write_double(&w, counted ? NAN : sample->cost[READ_CPU_NS] / operations);
	/* Of a difference: other processes may take more in the call without the program. */
	csv_write_double(&w, counted || wall_ns < 0 ? NAN : wall_ns);
	if (counted || !sample->kernel_ns)
		csv_write_empty(&w);
	else
		csv_write_u64(&w, sample->kernel_ns);
	csv_write_double(&w, counted ? samples_count(probe, sample) / operations
				     : sample->cost[READ_INSTRUCTIONS] / operations);
	for (int r = READ_CYCLES; r < READ_COUNT; r++)
		csv_write_double(&w, counted ? NAN : sample->cost[r] / operations);
	write_drops(&w, row, probe, sample);
	csv_write_u64(&w, samples->visit);
	csv_write_double(&w, probe->runs);
	write_returned(&w, probe, sample);
	csv_write_cell(&w, mark_text(sample->marks, marks, sizeof(marks)));
	csv_write_cell(&w, status_name(STATUS_OK));
	csv_write_empty(&w);
	end_row(&w, samples, row);
	samples->measured++;
}

void samples_write_failure(struct samples *samples, const struct plan_row *row, uint64_t round,
			   enum status status, const char *reason, double runs)
{
	struct csv_writer w = {.f = stdout};

	write_identity(&w, samples, row, round);
	csv_write_empty(&w); /* sample */
	csv_write_empty(&w); /* cpu */
	csv_write_empty(&w); /* iterations */
	csv_write_u64(&w, row->operations);
	csv_write_empty(&w); /* duration_ns */
	csv_write_empty(&w); /* wall_ns */
	csv_write_empty(&w); /* kernel_ns */
	for (int r = FIRST_COUNTER; r < READ_COUNT; r++)
		csv_write_empty(&w);
	for (int i = 0; i < 3; i++)
		csv_write_empty(&w); /* produced, consumed, dropped */
	csv_write_empty(&w);	     /* visit */
	csv_write_double(&w, runs);
	csv_write_empty(&w); /* returned */
	csv_write_empty(&w); /* mark */
	csv_write_cell(&w, status_name(status));
	csv_write_cell(&w, reason);
	end_row(&w, samples, row);
	samples->failed += status != STATUS_UNSUPPORTED;
}
