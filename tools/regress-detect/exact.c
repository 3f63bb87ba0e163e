/* SPDX-License-Identifier: MIT */
/*
 * Metrics without noise: counts that the kernel or an emulator gives. Any difference is a change.
 * Only instructions may differ between rounds, which then are boots with other seeds: what those
 * explain is the resolution of the series.
 */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#include "detect.h"
#include "stats.h"

/* How far counts lie apart. */
struct spread {
	double rounds; /* the values of rounds, which may be boots with other seeds */
	double within; /* the samples of one round, which is one boot */
	double mean[NSIDES];
	double squares; /* of the round values' distances from their side's mean */
	size_t freedom;
};

/* Of this many pairs of equal builds one may be taken for different. A comparison has some fifty
 * series whose counts depend on the seed. */
#define SEED_ALPHA (1. / 5000)

/* The largest difference that is left to the seeds: Student's t of two means, with the variance of
 * both sides together. Of three seeds the mere range is exceeded by one pair in sixteen. */
static double seed_tolerance(const struct spread *s, const size_t *n)
{
	double error;

	if (!s->freedom)
		return 0;
	error = sqrt(s->squares / (double)s->freedom *
		     (1. / (double)n[BASELINE] + 1. / (double)n[CURRENT]));
	return error * gsl_cdf_tdist_Qinv(SEED_ALPHA / 2, (double)s->freedom);
}

static double range(const double *v, size_t n)
{
	return n ? gsl_stats_max(v, 1, n) - gsl_stats_min(v, 1, n) : 0;
}

/* Returns how many rounds have a value; the spread becomes that of the side where it is more. */
static size_t take_side(const struct comparison *c, struct finding *f, enum side side,
			struct spread *spread)
{
	struct by_round b;
	size_t n;

	finding_rounds(c, f, side, &b);
	n = b.n;
	for (size_t i = 0; i < n; i++)
		spread->within =
		    fmax(spread->within, range(b.sample + b.begin[i], b.begin[i + 1] - b.begin[i]));
	spread->rounds = fmax(spread->rounds, range(b.value, n));
	if (n) {
		spread->mean[side] = gsl_stats_mean(b.value, 1, n);
		spread->squares += gsl_stats_tss_m(b.value, 1, n, spread->mean[side]);
		spread->freedom += n - 1;
	}
	f->value[side] = stats_median(b.value, n);
	if (!side || n < f->rounds)
		f->rounds = n;
	by_round_release(&b);
	return n;
}

void judge_exact(const struct comparison *c, struct finding *f)
{
	bool instructions = !strcmp(c->cols.metrics.name[f->metric], "instructions");
	double tolerance = 0, change, seen, unseen = 0, allowed = 1 + f->rule.exact;
	struct spread spread = {0};
	size_t n[NSIDES];

	for (enum side s = BASELINE; s < NSIDES; s++)
		n[s] = take_side(c, f, s, &spread);
	if (!n[BASELINE] || !n[CURRENT]) {
		finding_set_no_value(c, f, n);
		return;
	}
	if (finding_set_below_noise(c, f))
		return;
	change = f->value[CURRENT] - f->value[BASELINE];
	seen = fabs(change);
	if (f->value[BASELINE] > 0 && f->value[CURRENT] > 0)
		f->ratio = f->ratio_low = f->ratio_high = f->value[CURRENT] / f->value[BASELINE];
	if (instructions) {
		tolerance = fmax(INSTRUCTIONS_TOLERANCE, seed_tolerance(&spread, n));
		/* Of counts in two places the median may jump where the mean hardly moves. */
		seen = fmin(seen, fabs(spread.mean[CURRENT] - spread.mean[BASELINE]));
		unseen = fmax(INSTRUCTIONS_TOLERANCE, f->rule.alert * f->value[BASELINE]);
	}
	if (!instructions && spread.rounds > 0) {
		finding_set(f, UNSTABLE, "a count that differs by %g within one build",
			    spread.rounds);
	} else if (instructions && spread.within > unseen) {
		finding_set(f, UNSTABLE, "a count that differs by %g within one round",
			    spread.within);
	} else if (seen <= tolerance && tolerance > unseen) {
		/* Too coarse to show that nothing changed. */
		finding_set(
		    f, INCONCLUSIVE,
		    "seeds explain a difference of up to %.3g; a larger one would have been seen",
		    tolerance);
	} else if (seen <= tolerance || (f->ratio <= allowed && f->ratio >= 1 / allowed)) {
		finding_set(f, UNCHANGED, NULL);
	} else {
		finding_set(f, (change > 0) != f->rule.higher_is_better ? REGRESSION : IMPROVEMENT,
			    NULL);
	}
}
