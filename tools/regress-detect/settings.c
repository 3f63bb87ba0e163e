/* SPDX-License-Identifier: MIT */
/*
 * Rules of single series, from a file that people keep. Later rows go before earlier ones; an empty
 * cell leaves what was:
 *
 *	test,metric,margin_pct,alert_pct,higher_is_better
 *	map/lru_hash/ *,duration_ns,3,10,
 */
#include <err.h>
#include <math.h>

#include "cli.h"
#include "csv.h"
#include "detect.h"

enum { MARGIN, ALERT, ALPHA, HIGHER, COMMENT, NSETTINGS };
static const char *const settings[NSETTINGS] = {"margin_pct", "alert_pct", "alpha",
						"higher_is_better", "comment"};

static bool row_matches(const struct comparison *c, const struct finding *f,
			const struct csv_reader *in)
{
	const char *const *cells = finding_cells(f);

	for (size_t k = 0; k < c->cols.keys.n; k++)
		if (!pattern_matches(layout_cell(in, csv_column(in, c->cols.keys.name[k]), ""),
				     cells[k]))
			return false;
	return pattern_matches(layout_cell(in, csv_column(in, "metric"), ""),
			       c->cols.metrics.name[f->metric]);
}

/* Where a cell is empty, what was. */
static void set_rule(struct rule *rule, const struct csv_reader *in, const int *at)
{
	double margin = layout_number(in, at[MARGIN], 0, 1000, NAN) / 100;
	double alert = layout_number(in, at[ALERT], 0, 1000, NAN) / 100;
	double higher = layout_number(in, at[HIGHER], 0, 1, rule->higher_is_better);

	if (higher != 0 && higher != 1)
		errx(EXIT_TROUBLE, "%s is neither 0 nor 1: '%s' (%s line %zu)", settings[HIGHER],
		     in->cell[at[HIGHER]], in->path, in->line);
	rule->higher_is_better = higher != 0;
	rule->alpha = layout_number(in, at[ALPHA], 1e-9, .5, rule->alpha);
	if (!isnan(margin))
		rule->margin = margin;
	if (!isnan(alert))
		rule->alert = alert;
	/* Who allows a change of 10 % calls it unchanged. */
	if (!isnan(margin) || !isnan(alert))
		rule->alert = fmax(rule->alert, rule->margin);
}

void settings_read(struct comparison *c, const char *path)
{
	struct csv_reader in;
	int at[NSETTINGS];

	layout_open(&in, path);
	columns_check(&c->cols.keys, &in, settings, NSETTINGS, "settings");
	for (size_t s = 0; s < NSETTINGS; s++)
		at[s] = csv_column(&in, settings[s]);
	while (layout_next_row(&in)) {
		struct rule unused = c->rule;

		/* A bad number is one even where no series matches. */
		set_rule(&unused, &in, at);
		for (size_t i = 0; i < c->nfindings; i++)
			if (row_matches(c, &c->findings[i], &in))
				set_rule(&c->findings[i].rule, &in, at);
	}
	csv_release(&in);
}
