/* SPDX-License-Identifier: MIT */
/*
 * Metrics without noise: counts that the kernel or an emulator gives. No test is needed: any
 * difference is a change. Only instructions may differ between rounds, which then are boots with
 * other seeds: how far they differ is the resolution of the series.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "stats.h"

/* Instructions are counted over many invocations and divided: half of one is rounding. */
#define INSTRUCTIONS_TOLERANCE .5

static bool take_side(const struct comparison *c, struct finding *f, enum side side, double *low,
		      double *high)
{
	struct by_round b;
	size_t n = 0;

	finding_rounds(c, f, side, &b);
	*low = INFINITY;
	*high = -INFINITY;
	for (size_t i = 0; i < b.n; i++) {
		if (isnan(b.value[i]))
			continue;
		b.value[n++] = b.value[i];
		*low = fmin(*low, b.value[i]);
		*high = fmax(*high, b.value[i]);
	}
	f->value[side] = stats_median(b.value, n);
	if (!side || n < f->rounds)
		f->rounds = n;
	by_round_release(&b);
	return n > 0;
}

void judge_exact(const struct comparison *c, struct finding *f)
{
	bool instructions = !strcmp(c->cols.metrics.name[f->metric], "instructions");
	double low[NSIDES], high[NSIDES], range = 0, tolerance, change;
	bool have = true;

	for (enum side s = BASELINE; s < NSIDES; s++) {
		have &= take_side(c, f, s, &low[s], &high[s]);
		range = fmax(range, high[s] - low[s]);
	}
	if (!have) {
		finding_set(f, INCONCLUSIVE, "no value on %s side",
			    isnan(f->value[BASELINE]) ? "the baseline's" : "the current");
		return;
	}
	change = f->value[CURRENT] - f->value[BASELINE];
	if (f->value[BASELINE] > 0 && f->value[CURRENT] > 0)
		f->ratio = f->ratio_low = f->ratio_high = f->value[CURRENT] / f->value[BASELINE];
	tolerance = instructions ? fmax(INSTRUCTIONS_TOLERANCE, range) : 0;
	if (!instructions && range > 0) {
		finding_set(f, UNSTABLE, "a count that differs by %g within one build", range);
	} else if (fabs(change) <= tolerance && range > INSTRUCTIONS_TOLERANCE &&
		   range > f->rule.alert * f->value[BASELINE]) {
		/* Too coarse to show that nothing changed. */
		finding_set(f, INCONCLUSIVE,
			    "the count differs by %g within one build: a change of more would have "
			    "been seen",
			    range);
	} else if (fabs(change) <= tolerance) {
		finding_set(f, UNCHANGED, NULL);
	} else {
		finding_set(f, (change > 0) != f->rule.higher_is_better ? REGRESSION : IMPROVEMENT,
			    NULL);
	}
}
