/* SPDX-License-Identifier: MIT */
/* The values of both sides of a finding, as the decision rule wants them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "stats.h"
#include "xalloc.h"

double *copy_values(const double *v, size_t n)
{
	double *copy = xmalloc(n * sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = v[i];
	return copy;
}

static double median_of(const double *v, size_t n)
{
	double *copy = copy_values(v, n), median = stats_median(copy, n);

	free(copy);
	return median;
}

/* Whether a baseline is subtracted from its values. */
static bool is_net(const struct comparison *c, const struct subject *s)
{
	return c->net && !s->is_baseline && !s->control;
}

void finding_rounds(const struct comparison *c, const struct finding *f, enum side side,
		    struct by_round *b)
{
	const struct subject *s = f->side[side];

	group_by_round(&s->g, f->metric, &c->rounds, b);
	for (size_t i = 0; is_net(c, s) && i < b->n; i++)
		b->value[i] -=
		    net_value(&c->net_values, s->scope, b->round[i], f->metric, s->operations);
}

/* Values of the rounds that both sides have. */
struct rounds_in_common {
	double *value[NSIDES];
	size_t n;
};

static void common_rounds(const struct comparison *c, const struct by_round *b,
			  struct rounds_in_common *r)
{
	size_t most = b[BASELINE].n < b[CURRENT].n ? b[BASELINE].n : b[CURRENT].n;

	r->n = 0;
	r->value[BASELINE] = xmalloc(most * sizeof(double));
	r->value[CURRENT] = xmalloc(most * sizeof(double));
	for (size_t i = 0, j = 0; !c->rounds.single && i < b[BASELINE].n && j < b[CURRENT].n;) {
		uint32_t base = b[BASELINE].round[i], current = b[CURRENT].round[j];

		if (base == current) {
			if (!isnan(b[BASELINE].value[i]) && !isnan(b[CURRENT].value[j])) {
				r->value[BASELINE][r->n] = b[BASELINE].value[i];
				r->value[CURRENT][r->n++] = b[CURRENT].value[j];
			}
			i++;
			j++;
		} else if (rounds_before(&c->rounds, base, current)) {
			i++;
		} else {
			j++;
		}
	}
}

/* Without rounds in common: each side's own. */
static double *own_rounds(const struct by_round *b, size_t *n)
{
	double *value = xmalloc(b->n * sizeof(*value));

	*n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (!isnan(b->value[i]))
			value[(*n)++] = b->value[i];
	return value;
}

static size_t not_positive(const double *v, size_t n)
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++)
		bad += v[i] <= 0;
	return bad;
}

static double *logs_of(const double *v, size_t n)
{
	double *logs = xmalloc(n * sizeof(*logs));

	for (size_t i = 0; i < n; i++)
		logs[i] = log(v[i]);
	return logs;
}

/* Whole numbers have a resolution of 1: what is less than two steps away may be no step at all.
 * A round value may lie between two of them. Half a step is what rounding hides. */
static double resolution(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (2 * v[i] != floor(2 * v[i]))
			return 0;
	return n ? 1 : 0;
}

/* The margin can't be finer than the values are. */
static void fit_rule(struct finding *f, double *const *value, const size_t *n)
{
	for (enum side s = BASELINE; s < NSIDES; s++) {
		double step = resolution(value[s], n[s]) / f->value[s];

		f->rule.margin = fmax(f->rule.margin, 2 * step);
		f->rounding = fmax(f->rounding, step / 2);
	}
}

static bool same_run(const struct finding *f)
{
	const char *a = f->side[BASELINE]->run, *b = f->side[CURRENT]->run;

	return a && b && *a && !strcmp(a, b);
}

/* Whether the sides took turns, as boots of two kernels do: one side's rounds all before the
 * other's are two moments, whatever the run is called. In pairs of random order they change places
 * once a pair. */
static bool took_turns(const struct comparison *c, const struct by_round *b)
{
	size_t i = 0, j = 0, turns = 0;
	enum side last = NSIDES;

	while (i < b[BASELINE].n || j < b[CURRENT].n) {
		enum side now =
		    j == b[CURRENT].n ||
			    (i < b[BASELINE].n &&
			     rounds_before(&c->rounds, b[BASELINE].round[i], b[CURRENT].round[j]))
			? BASELINE
			: CURRENT;

		turns += last != NSIDES && now != last;
		last = now;
		*(now == BASELINE ? &i : &j) += 1;
	}
	return 2 * turns >= (b[BASELINE].n < b[CURRENT].n ? b[BASELINE].n : b[CURRENT].n);
}

static const char *const side_names[NSIDES] = {"the baseline's side", "the current side"};

bool finding_set_below_noise(const struct comparison *c, struct finding *f)
{
	bool below[NSIDES];

	for (enum side s = BASELINE; s < NSIDES; s++)
		below[s] = f->value[s] <= 0 && !is_net(c, f->side[s]) &&
			   metric_is_cost(c->cols.metrics.name[f->metric]);
	if (!below[BASELINE] && !below[CURRENT])
		return false;
	finding_set(f, INCONCLUSIVE, "no value on %s: %s: %s",
		    !below[BASELINE]  ? side_names[CURRENT]
		    : !below[CURRENT] ? side_names[BASELINE]
				      : "either side",
		    status_names[STATUS_BELOW_NOISE], BELOW_NOISE_REASON);
	for (enum side s = BASELINE; s < NSIDES; s++)
		if (below[s])
			f->value[s] = NAN;
	return true;
}

void finding_set_no_value(const struct comparison *c, struct finding *f, const size_t *n)
{
	enum side without = n[BASELINE] ? CURRENT : BASELINE;
	const struct subject *s = f->side[without];
	const char *which = n[CURRENT]	  ? side_names[BASELINE]
			    : n[BASELINE] ? side_names[CURRENT]
					  : "either side";

	if (s->status)
		finding_set(f, INCONCLUSIVE, "no value on %s: %s%s%s", which, s->status,
			    *s->reason ? ": " : "", s->reason);
	else if (c->net && s->g.value && s->g.value[f->metric])
		finding_set(f, INCONCLUSIVE,
			    "no value on %s: its program type's baseline is not there", which);
	else
		finding_set(f, INCONCLUSIVE, "no value on %s", which);
}

/* The round values of both sides: of the rounds in common, or each side's own. */
static void collect_values(const struct comparison *c, struct finding *f,
			   struct rounds_in_common *r, size_t *n)
{
	struct by_round b[NSIDES];

	for (enum side s = BASELINE; s < NSIDES; s++)
		finding_rounds(c, f, s, &b[s]);
	if (same_run(f))
		common_rounds(c, b, r);
	f->paired = r->n > 0;
	f->one_run = f->paired || (same_run(f) && took_turns(c, b));
	n[BASELINE] = n[CURRENT] = r->n;
	for (enum side s = BASELINE; s < NSIDES; s++) {
		if (!f->paired) {
			free(r->value[s]);
			r->value[s] = own_rounds(&b[s], &n[s]);
		}
		by_round_release(&b[s]);
	}
}

static void take_logs(struct finding *f, double *const *value, const size_t *n)
{
	f->nx = n[BASELINE];
	if (!f->paired) {
		f->ny = n[CURRENT];
		f->x = logs_of(value[BASELINE], f->nx);
		f->y = logs_of(value[CURRENT], f->ny);
		return;
	}
	f->x = xmalloc(f->nx * sizeof(*f->x));
	/* A quotient is rounded once: equal ratios are equal numbers. */
	for (size_t i = 0; i < f->nx; i++)
		f->x[i] = log(value[CURRENT][i] / value[BASELINE][i]);
}

/* Returns false, with the reason in the finding, when its values have no ratio.
 * n: values a side; bad: how many of them are not above zero */
static bool can_be_judged(const struct comparison *c, struct finding *f, const size_t *n,
			  size_t bad)
{
	if (!f->rounds)
		finding_set_no_value(c, f, n);
	else if (bad && !finding_set_below_noise(c, f))
		finding_set(f, INCONCLUSIVE, "%zu of %zu round values are not above zero%s", bad,
			    n[BASELINE] + n[CURRENT], c->net ? ": too close to its baseline" : "");
	return f->rounds && !bad;
}

bool finding_take_values(const struct comparison *c, struct finding *f)
{
	struct rounds_in_common r = {0};
	size_t n[NSIDES], bad = 0;

	collect_values(c, f, &r, n);
	for (enum side s = BASELINE; s < NSIDES; s++) {
		if (n[s])
			f->value[s] = median_of(r.value[s], n[s]);
		bad += not_positive(r.value[s], n[s]);
	}
	f->rounds = n[BASELINE] < n[CURRENT] ? n[BASELINE] : n[CURRENT];
	if (can_be_judged(c, f, n, bad)) {
		fit_rule(f, r.value, n);
		take_logs(f, r.value, n);
	}
	free(r.value[BASELINE]);
	free(r.value[CURRENT]);
	return f->x != NULL;
}
