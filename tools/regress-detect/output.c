/* SPDX-License-Identifier: MIT */
/* verdict.csv, written and read. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "schema.h"
#include "text.h"

/* The numbers of a finding. */
static const struct number {
	enum verdict_column column;
	size_t at;
} numbers[] = {
    {VERDICT_BASELINE, offsetof(struct finding, value[BASELINE])},
    {VERDICT_CURRENT, offsetof(struct finding, value[CURRENT])},
    {VERDICT_RATIO, offsetof(struct finding, ratio)},
    {VERDICT_RATIO_LOW, offsetof(struct finding, ratio_low)},
    {VERDICT_RATIO_HIGH, offsetof(struct finding, ratio_high)},
    {VERDICT_P_VALUE, offsetof(struct finding, p_value)},
    {VERDICT_P_ADJUSTED, offsetof(struct finding, p_adjusted)},
};
#define NNUMBERS (sizeof(numbers) / sizeof(*numbers))

static double *number_of(struct finding *f, size_t i)
{
	void *at = (char *)f + numbers[i].at;

	return at;
}

/* The first column that is not a key: before it stand those of --key, or the schema's own. */
static size_t first_column(const struct comparison *c)
{
	return c->cols.keys_given ? VERDICT_METRIC : 0;
}

static void write_header(const struct comparison *c, struct csv_writer *w)
{
	for (size_t k = 0; c->cols.keys_given && k < c->cols.keys.n; k++)
		csv_write_cell(w, c->cols.keys.name[k]);
	schema_write_header(&schema_verdict, first_column(c), w);
	csv_end_row(w);
}

static void write_finding(const struct comparison *c, struct finding *f, struct csv_writer *w)
{
	const char *const *cells = finding_cells(f);
	struct record r = {.schema = &schema_verdict};

	for (size_t k = 0; k < c->cols.keys.n; k++)
		if (c->cols.keys_given)
			csv_write_cell(w, cells[k]);
		else
			record_text(&r, k, cells[k]);
	record_text(&r, VERDICT_METRIC, c->cols.metrics.name[f->metric]);
	for (enum side s = BASELINE; s < NSIDES; s++)
		record_text(&r, s ? VERDICT_CURRENT_BUILD : VERDICT_BASELINE_BUILD,
			    f->side[s] ? f->side[s]->build : NULL);
	for (size_t i = 0; i < NNUMBERS; i++)
		record_double(&r, numbers[i].column, *number_of(f, i));
	record_u64(&r, VERDICT_ROUNDS, f->rounds);
	if (!c->history && (!f->exact || f->rule.exact > 0))
		record_double(&r, VERDICT_MARGIN_PCT,
			      100 * (f->exact ? f->rule.exact : f->rule.margin));
	record_text(&r, VERDICT_VERDICT, verdict_names[f->verdict]);
	record_text(&r, VERDICT_SEVERITY, severity_names[verdict_severity[f->verdict]]);
	record_text(&r, VERDICT_REASON, f->reason);
	record_text(&r, VERDICT_FIRST_BAD_BUILD, f->first_bad);
	record_write(&r, first_column(c), w);
	csv_end_row(w);
}

void comparison_write(const struct comparison *c)
{
	struct csv_writer w = {.f = stdout};

	write_header(c, &w);
	for (size_t i = 0; i < c->nfindings; i++)
		write_finding(c, &c->findings[i], &w);
}

/* A cell of the current row, kept; "" where the file has no such column. */
static const char *text_at(struct comparison *c, const struct csv_reader *in, const char *column)
{
	return keep_text(&c->texts, csv_cell(in, csv_column(in, column), ""));
}

static double number_in(struct csv_reader *in, const char *column)
{
	return csv_double(in, csv_column(in, column), -HUGE_VAL, HUGE_VAL, NAN);
}

static enum verdict verdict_at(struct csv_reader *in)
{
	const char *name = csv_cell(in, csv_column(in, "verdict"), "");
	size_t verdict = text_index(verdict_names, VERDICT_COUNT, name);

	if (verdict == VERDICT_COUNT)
		csv_refuse(in, "no verdict: '%s'", name);
	return (enum verdict)verdict;
}

static size_t metric_at(struct comparison *c, const struct csv_reader *in)
{
	const char *name = text_at(c, in, "metric");

	if (!names_have(&c->cols.metrics, name))
		names_add(&c->cols.metrics, name);
	return (size_t)names_index(&c->cols.metrics, name);
}

static void take_row(struct comparison *c, struct csv_reader *in)
{
	struct finding *f = comparison_add(c, metric_at(c, in));
	struct subject *side = finding_own_sides(f, c->cols.keys.n);
	const char *reason = text_at(c, in, "reason"),
		   *first_bad = text_at(c, in, "first_bad_build");

	for (size_t k = 0; k < c->cols.keys.n; k++)
		side[BASELINE].cells[k] = text_at(c, in, c->cols.keys.name[k]);
	side[BASELINE].build = text_at(c, in, "baseline_build");
	side[CURRENT].build = text_at(c, in, "current_build");
	for (size_t i = 0; i < NNUMBERS; i++)
		*number_of(f, i) = number_in(in, schema_verdict.columns[numbers[i].column].name);
	f->rounds = (size_t)csv_double(in, csv_column(in, "rounds"), 0, UINT32_MAX, 0);
	f->rule.margin = number_in(in, "margin_pct") / 100;
	finding_set(f, verdict_at(in), *reason ? "%s" : NULL, reason);
	f->first_bad = *first_bad ? first_bad : NULL;
	c->history |= f->verdict == SUSPECTED || f->verdict == STALE;
}

void comparison_read_verdicts(struct comparison *c, const char *path)
{
	static const char *const needed[] = {"test", "metric", "verdict"};
	struct csv_reader in;
	int at[3];

	csv_must(&in, csv_open(&in, path));
	csv_must(&in, csv_require(&in, needed, 3, at));
	while (csv_must(&in, csv_next_row(&in)))
		take_row(c, &in);
	csv_release(&in);
}
