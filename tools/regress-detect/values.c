/* SPDX-License-Identifier: MIT */
/* The values of both sides of a finding, as the decision rule wants them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "history.h"
#include "stats.h"
#include "xalloc.h"

double *copy_values(const double *v, size_t n)
{
	double *copy = xmalloc(n * sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = v[i];
	return copy;
}

double median_of(const double *v, size_t n)
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
	if (is_net(c, s))
		net_subtract(&c->net_values, s->scope, f->metric, s->operations, b);
}

/* Move the values of the rounds that both sides have to the front. Returns how many there are. */
static size_t pair_rounds(const struct comparison *c, struct by_round *base,
			  struct by_round *current)
{
	size_t n = 0;

	for (size_t i = 0, j = 0; !c->rounds.single && i < base->n && j < current->n;) {
		if (base->round[i] == current->round[j]) {
			base->value[n] = base->value[i++];
			current->value[n++] = current->value[j++];
		} else if (rounds_before(&c->rounds, base->round[i], current->round[j])) {
			i++;
		} else {
			j++;
		}
	}
	return n;
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

/* The margin can't be finer than the values are: what is less than two steps away may be no step at
 * all, and half a step is what rounding hides. */
static void fit_rule(struct finding *f, const struct by_round *b)
{
	for (enum side s = BASELINE; s < NSIDES; s++) {
		double step = numbers_resolution(b[s].value, b[s].n) / f->value[s];

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

/* For a message: the sides of which something is said. */
static const char *sides(bool baseline, bool current)
{
	return !current ? "the baseline's side" : baseline ? "either side" : "the current side";
}

bool finding_set_below_noise(const struct comparison *c, struct finding *f)
{
	bool below[NSIDES];

	for (enum side s = BASELINE; s < NSIDES; s++)
		below[s] = f->value[s] <= 0 && !is_net(c, f->side[s]) &&
			   metric_is_cost(c->cols.metrics.name[f->metric]);
	if (!below[BASELINE] && !below[CURRENT])
		return false;
	finding_set(f, INCONCLUSIVE, "no value on %s: %s: %s",
		    sides(below[BASELINE], below[CURRENT]), status_names[STATUS_BELOW_NOISE],
		    status_meanings[STATUS_BELOW_NOISE]);
	for (enum side s = BASELINE; s < NSIDES; s++)
		if (below[s])
			f->value[s] = NAN;
	return true;
}

void finding_set_no_value(const struct comparison *c, struct finding *f, const size_t *n)
{
	const struct subject *s = f->side[n[BASELINE] ? CURRENT : BASELINE];
	const char *which = sides(!n[BASELINE], !n[CURRENT]), *why = "", *more = "";

	if (s->status) {
		why = s->status;
		more = s->reason;
	} else if (c->net && s->g.value && s->g.value[f->metric]) {
		why = "its program type's baseline is not there";
	}
	finding_set(f, INCONCLUSIVE, "no value on %s%s%s%s%s", which, *why ? ": " : "", why,
		    *more ? ": " : "", more);
}

/* The round values of both sides: of the rounds in common, or each side's own. */
static void collect_values(const struct comparison *c, struct finding *f, struct by_round *b)
{
	size_t pairs = 0;

	for (enum side s = BASELINE; s < NSIDES; s++)
		finding_rounds(c, f, s, &b[s]);
	if (same_run(f))
		pairs = pair_rounds(c, &b[BASELINE], &b[CURRENT]);
	f->paired = pairs > 0;
	f->one_run = f->paired || (same_run(f) && took_turns(c, b));
	if (f->paired)
		b[BASELINE].n = b[CURRENT].n = pairs;
}

static void take_logs(struct finding *f, const struct by_round *b)
{
	f->nx = b[BASELINE].n;
	if (!f->paired) {
		f->ny = b[CURRENT].n;
		f->x = logs_of(b[BASELINE].value, f->nx);
		f->y = logs_of(b[CURRENT].value, f->ny);
		return;
	}
	f->x = xmalloc(f->nx * sizeof(*f->x));
	/* A quotient is rounded once: equal ratios are equal numbers. */
	for (size_t i = 0; i < f->nx; i++) {
		double current = b[CURRENT].value[i], base = b[BASELINE].value[i];

		f->x[i] = isnormal(current / base) ? log(current / base) : log(current) - log(base);
	}
}

bool finding_take_values(const struct comparison *c, struct finding *f)
{
	struct by_round b[NSIDES];
	size_t n[NSIDES] = {0}, bad = 0;

	collect_values(c, f, b);
	for (enum side s = BASELINE; s < NSIDES; s++) {
		n[s] = b[s].n;
		if (n[s])
			f->value[s] = median_of(b[s].value, n[s]);
		bad += not_positive(b[s].value, n[s]);
	}
	f->rounds = n[BASELINE] < n[CURRENT] ? n[BASELINE] : n[CURRENT];
	if (!f->rounds) {
		finding_set_no_value(c, f, n);
	} else if (!bad) {
		fit_rule(f, b);
		take_logs(f, b);
	} else if (!finding_set_below_noise(c, f)) {
		finding_set(f, INCONCLUSIVE, "%zu of %zu round values are not above zero%s", bad,
			    n[BASELINE] + n[CURRENT], c->net ? ": too close to its baseline" : "");
	}
	by_round_release(&b[BASELINE]);
	by_round_release(&b[CURRENT]);
	return f->x != NULL;
}
