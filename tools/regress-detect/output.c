/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "csv.h"
#include "detect.h"
#include "schema.h"

static void write_header(const struct comparison *c, struct csv_writer *w)
{
	for (size_t k = 0; c->cols.keys_given && k < c->cols.keys.n; k++)
		csv_write_cell(w, c->cols.keys.name[k]);
	for (size_t i = c->cols.keys_given ? 5 : 0; i < schema_verdict.ncolumns; i++)
		csv_write_cell(w, schema_verdict.columns[i].name);
	if (c->history)
		csv_write_cell(w, "first_bad_build");
	csv_end_row(w);
}

static const char *build(const struct finding *f, enum side side)
{
	return f->side[side] ? f->side[side]->build : NULL;
}

static void write_finding(const struct comparison *c, const struct finding *f, struct csv_writer *w)
{
	const struct subject *s = f->side[CURRENT] ? f->side[CURRENT] : f->side[BASELINE];

	for (size_t k = 0; k < c->cols.keys.n; k++)
		csv_write_cell(w, s->cells[k]);
	csv_write_cell(w, c->cols.metrics.name[f->metric]);
	csv_write_cell(w, build(f, BASELINE));
	csv_write_cell(w, build(f, CURRENT));
	csv_write_double(w, f->value[BASELINE]);
	csv_write_double(w, f->value[CURRENT]);
	csv_write_double(w, f->net_change);
	csv_write_double(w, f->ratio);
	csv_write_double(w, f->ratio_low);
	csv_write_double(w, f->ratio_high);
	csv_write_double(w, f->p_value);
	csv_write_double(w, f->p_adjusted);
	csv_write_u64(w, f->rounds);
	csv_write_double(w, f->exact || c->history ? NAN : 100 * f->rule.margin);
	csv_write_cell(w, verdict_names[f->verdict]);
	csv_write_cell(w, f->reason);
	if (c->history)
		csv_write_cell(w, f->first_bad);
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
	size_t n[NVERDICTS] = {0};

	for (size_t i = 0; i < c->nfindings; i++)
		n[c->findings[i].verdict]++;
	warnx("%zu series", c->nfindings);
	for (size_t v = 0; v < NVERDICTS; v++)
		if (n[v])
			warnx("%s: %zu", verdict_names[v], n[v]);
}
