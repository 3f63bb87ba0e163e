/* SPDX-License-Identifier: MIT */
/*
 * Rules of single series, from a file that people keep. Later rows go before earlier ones; an empty
 * cell leaves what was:
 *
 *	test,metric,margin_pct,alert_pct,higher_is_better
 *	map/lru_hash/ *,duration_ns,3,10,
 */
#include <math.h>
#include <stdlib.h>

#include "detect.h"

enum { MARGIN, ALERT, ALPHA, HIGHER, COMMENT, NSETTINGS };
static const char *const settings[NSETTINGS] = {"margin_pct", "alert_pct", "alpha",
						"higher_is_better", "comment"};

/* Where a cell is empty, what was. */
static void set_rule(struct rule *rule, struct csv_reader *in, const int *at)
{
	double margin = csv_double(in, at[MARGIN], 0, 1000, NAN) / 100;
	double alert = csv_double(in, at[ALERT], 0, 1000, NAN) / 100;
	double higher = csv_double(in, at[HIGHER], 0, 1, rule->higher_is_better);

	if (higher != 0 && higher != 1)
		csv_refuse(in, "%s is neither 0 nor 1: '%s'", settings[HIGHER],
			   in->cell[at[HIGHER]]);
	rule->higher_is_better = higher != 0;
	rule->alpha = csv_double(in, at[ALPHA], 1e-9, .5, rule->alpha);
	if (!isnan(margin))
		rule->margin = rule->exact = margin;
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

	patterns_open(&in, path, &c->cols.keys, settings, NSETTINGS, "settings");
	for (size_t s = 0; s < NSETTINGS; s++)
		at[s] = csv_column(&in, settings[s]);
	while (csv_must(&in, csv_next_row(&in))) {
		const char **pattern = patterns_of(&in, &c->cols.keys, &c->texts);
		struct rule unused = c->rule;

		/* A bad number is one even where no series matches. */
		set_rule(&unused, &in, at);
		for (size_t i = 0; i < c->nfindings; i++) {
			struct finding *f = &c->findings[i];

			if (patterns_match(pattern, &c->cols.keys, finding_cells(f),
					   c->cols.metrics.name[f->metric]))
				set_rule(&f->rule, &in, at);
		}
		free(pattern);
	}
	csv_release(&in);
}
