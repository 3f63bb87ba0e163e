/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <stdio.h>

#include "detect.h"
#include "record.h"

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

static const char *build(const struct finding *f, enum side side)
{
	return f->side[side] ? f->side[side]->build : NULL;
}

static void write_finding(const struct comparison *c, const struct finding *f, struct csv_writer *w)
{
	const struct subject *s = f->side[CURRENT] ? f->side[CURRENT] : f->side[BASELINE];
	struct record r = {.schema = &schema_verdict};

	for (size_t k = 0; k < c->cols.keys.n; k++)
		if (c->cols.keys_given)
			csv_write_cell(w, s->cells[k]);
		else
			record_text(&r, k, s->cells[k]);
	record_text(&r, VERDICT_METRIC, c->cols.metrics.name[f->metric]);
	record_text(&r, VERDICT_BASELINE_BUILD, build(f, BASELINE));
	record_text(&r, VERDICT_CURRENT_BUILD, build(f, CURRENT));
	record_double(&r, VERDICT_BASELINE, f->value[BASELINE]);
	record_double(&r, VERDICT_CURRENT, f->value[CURRENT]);
	record_double(&r, VERDICT_NET_CHANGE, f->net_change);
	record_double(&r, VERDICT_RATIO, f->ratio);
	record_double(&r, VERDICT_RATIO_LOW, f->ratio_low);
	record_double(&r, VERDICT_RATIO_HIGH, f->ratio_high);
	record_double(&r, VERDICT_P_VALUE, f->p_value);
	record_double(&r, VERDICT_P_ADJUSTED, f->p_adjusted);
	record_u64(&r, VERDICT_ROUNDS, f->rounds);
	if (!f->exact && !c->history)
		record_double(&r, VERDICT_MARGIN_PCT, 100 * f->rule.margin);
	record_text(&r, VERDICT_VERDICT, verdict_names[f->verdict]);
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

void comparison_tell(const struct comparison *c)
{
	size_t n[VERDICT_COUNT] = {0};

	for (size_t i = 0; i < c->nfindings; i++)
		n[c->findings[i].verdict]++;
	warnx("%zu series", c->nfindings);
	for (size_t v = 0; v < VERDICT_COUNT; v++)
		if (n[v])
			warnx("%s: %zu", verdict_names[v], n[v]);
}
