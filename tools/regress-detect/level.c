/* SPDX-License-Identifier: MIT */
/*
 * Walks through a series in time order and keeps the level: the last values that were not
 * nominated. A value that leaves the level's median by more than the rule allows is nominated. It
 * does not enter the level, so a step stays nominated until a marker accepts it. What comes back
 * soon was an outlier, and enters the level after all.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "history.h"
#include "schema/limits.h"
#include "stats.h"
#include "xalloc.h"

/* Values of the level. */
#define LEVEL_MOST 30
#define LEVEL_LEAST 6
/* A value this many sigmas away is nominated; sigma is 1.4826 MAD, as for normal noise, and a
 * little more: that of n values is on the average too small by n / (n - .8) (Croux and Rousseeuw
 * 1992). */
#define SIGMAS 3.
#define SMALL_SAMPLE .8
/* What a tenth of the level's values reach is no news: a machine may have two speeds. */
#define USUAL .9
/* The spread of a level is never taken to be less than this part of it. */
#define LEAST_SPREAD .003
/* So many nominated values in a row are a lasting step, not outliers. */
#define LASTING 3
/* So many better values in a row are the new level, without anybody accepting it. */
#define BETTER_LEVEL 5

struct level {
	size_t index[LEVEL_MOST]; /* a ring of the values that make it */
	size_t n, next;
};

struct walk {
	const double *v;
	const double *resolution; /* of each value, or NULL */
	bool *left;		  /* of each value: of a lasting step that is over */
	const struct nomination *rule;
	struct level level;
	size_t begin;		      /* first value since the last marker or new level */
	size_t first, count;	      /* nominated values in a row: first one and how many */
	int direction;		      /* of them: 1 up, -1 down */
	size_t back[RECOVERY_BUILDS]; /* values back at the level, after a lasting step */
	size_t nback;
	struct band band; /* of the newest value */
	bool again;	  /* a lasting step was left for something better than the level */
};

static void level_add(struct level *l, size_t index)
{
	l->index[l->next] = index;
	l->next = (l->next + 1) % LEVEL_MOST;
	if (l->n < LEVEL_MOST)
		l->n++;
}

/* The values of the level, but for one: the newest is not part of what it is compared with. */
static size_t level_values(const struct walk *w, size_t but, double *to, size_t *newest)
{
	size_t n = 0;

	for (size_t i = 0; i < w->level.n; i++) {
		size_t index = w->level.index[i];

		if (index == but)
			continue;
		if (!n || index > *newest)
			*newest = index;
		to[n++] = w->v[index];
	}
	return n;
}

static bool whole_numbers(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] != floor(v[i]))
			return false;
	return true;
}

struct band level_band(double *v, size_t n, const struct nomination *rule, double resolution)
{
	double center = stats_median(v, n), width, spread, low, high;

	if (rule->exact)
		return (struct band){center, center - resolution, center + resolution};
	/* Zero spread, of whole numbers or of few values, does not make an alarm of a trifle. */
	spread = whole_numbers(v, n) ? 1 : 0;
	high = stats_quantile(v, n, USUAL);
	low = stats_quantile(v, n, 1 - USUAL);
	spread = fmax(spread, SIGMA_PER_MAD * (double)n / ((double)n - SMALL_SAMPLE) *
				  stats_mad(v, n, center));
	spread = fmax(spread, LEAST_SPREAD * fabs(center));
	width = fmax(rule->least * fabs(center), SIGMAS * spread);
	return (struct band){center, fmin(low, center - width), fmax(high, center + width)};
}

/* How finely value i can be told from the level: of instructions, whose rounds are boots with other
 * seeds, how far the rounds lie apart, in it or typically in the level. */
static double resolution_at(const struct walk *w, size_t i)
{
	double r[LEVEL_MOST], own;
	size_t n = 0;

	if (!w->rule->counted)
		return 0;
	if (!w->resolution)
		return INSTRUCTIONS_TOLERANCE;
	for (size_t k = 0; k < w->level.n; k++)
		if (w->level.index[k] != i && !isnan(w->resolution[w->level.index[k]]))
			r[n++] = w->resolution[w->level.index[k]];
	own = n ? stats_median(r, n) : 0;
	return fmax(INSTRUCTIONS_TOLERANCE, fmax(own, w->resolution[i]));
}

static void start_again(struct walk *w, size_t at)
{
	w->level = (struct level){0};
	w->begin = at;
	w->count = w->nback = 0;
	w->again = false;
}

static bool is_lasting(const struct walk *w)
{
	return w->count >= LASTING;
}

/* The nominated values did not last: they belong to the level's noise. */
static void take_outliers(struct walk *w)
{
	for (size_t i = 0; i < w->count; i++)
		level_add(&w->level, w->first + i);
	w->count = 0;
}

/* The level is what it was before the step: nothing that looks for steps or creep need see it. */
static void end_step(struct walk *w)
{
	for (size_t i = w->first; i < w->back[0]; i++)
		w->left[i] = true;
	for (size_t i = 0; i < w->nback; i++)
		level_add(&w->level, w->back[i]);
	w->nback = w->count = 0;
}

static void at_level(struct walk *w, size_t i)
{
	w->again = false;
	if (!is_lasting(w)) {
		take_outliers(w);
		level_add(&w->level, i);
		return;
	}
	w->back[w->nback++] = i;
	if (w->nback == RECOVERY_BUILDS)
		end_step(w);
}

static void off_level(struct walk *w, size_t i, int direction)
{
	size_t enough = w->rule->exact ? 1 : BETTER_LEVEL;

	if (w->count && w->direction != direction) {
		w->again = is_lasting(w);
		if (!w->again)
			take_outliers(w);
		w->count = 0;
	}
	w->nback = 0;
	w->direction = direction;
	if (!w->count++)
		w->first = i;
	if (direction != w->rule->worse && w->count > enough) {
		size_t first = i + 1 - w->count;

		start_again(w, first);
		for (size_t j = first; j <= i; j++)
			level_add(&w->level, j);
	}
}

static size_t least_level(const struct walk *w)
{
	return w->rule->exact ? 1 : LEVEL_LEAST;
}

static void step_on(struct walk *w, size_t i)
{
	double v[LEVEL_MOST];
	size_t newest;

	if (w->level.n < least_level(w)) {
		level_add(&w->level, i);
		return;
	}
	w->band = level_band(v, level_values(w, i, v, &newest), w->rule, resolution_at(w, i));
	if (w->v[i] > w->band.high)
		off_level(w, i, 1);
	else if (w->v[i] < w->band.low)
		off_level(w, i, -1);
	else
		at_level(w, i);
}

/* Where the step begins that was nominated at w->first: its first values may have hidden in the
 * noise. What belongs to a step that is over does not. */
static size_t beginning(const struct walk *w, double before, double after)
{
	size_t least = w->first;

	while (least > w->begin + 1 && w->first - least < LEVEL_MOST && !w->left[least - 1])
		least--;
	return best_split(w->v, least, w->first, before, after);
}

/* Look for slow changes in the values since the last marker, without those of steps that are over.
 */
static void answer_slow_change(const struct walk *w, size_t n, struct level_answer *a)
{
	double *v = xmalloc((n - w->begin) * sizeof(*v));
	size_t *index = xmalloc((n - w->begin) * sizeof(*index)), settled = 0;

	for (size_t i = w->begin; i < n; i++) {
		if (w->left[i])
			continue;
		v[settled] = w->v[i];
		index[settled++] = i;
	}
	if (slow_change(v, settled, w->rule, a)) {
		a->last_good = index[a->first_bad - 1];
		a->first_bad = index[a->first_bad];
	}
	free(v);
	free(index);
}

static void describe_level(const struct walk *w, size_t n, struct level_answer *a)
{
	double v[LEVEL_MOST];

	a->builds = level_values(w, n - 1, v, &a->last_good);
	a->level = stats_median(v, a->builds);
	stats_interval(v, a->builds, .95, &a->low, &a->high);
}

/* The newest value is off the level. */
static void answer_nominated(const struct walk *w, size_t n, struct level_answer *a)
{
	size_t last = n - w->first < LEVEL_MOST ? n - w->first : LEVEL_MOST;

	describe_level(w, n, a);
	a->first_bad = beginning(w, a->level, median_of(w->v + n - last, last));
	a->last_good = a->first_bad - 1;
	a->verdict = w->direction == w->rule->worse ? SUSPECTED : IMPROVEMENT;
	if (w->again)
		snprintf(a->why, sizeof(a->why),
			 "changed again: better than before the last step, for %zu builds",
			 w->count);
	else if (w->count == 1)
		snprintf(a->why, sizeof(a->why), "beyond the level");
	else
		snprintf(a->why, sizeof(a->why), "%zu values in a row are beyond the level",
			 w->count);
}

static struct level_answer answer(const struct walk *w, size_t n)
{
	struct level_answer a = {.verdict = UNCHANGED, .level = NAN, .low = NAN, .high = NAN};

	if (w->count && !w->nback) {
		answer_nominated(w, n, &a);
		return a;
	}
	describe_level(w, n, &a);
	if (n == 1) {
		a.verdict = NEW;
	} else if (!a.builds) {
		snprintf(a.why, sizeof(a.why), "the first value after an accepted change");
	} else if (a.builds < least_level(w)) {
		a.verdict = INCONCLUSIVE;
		snprintf(a.why, sizeof(a.why), "too few values before it: %zu of %d", a.builds,
			 LEVEL_LEAST);
	} else if (w->nback) {
		a.verdict = INCONCLUSIVE;
		snprintf(a.why, sizeof(a.why),
			 "back at the level before the step for %zu of %d values", w->nback,
			 RECOVERY_BUILDS);
	} else if (!w->rule->exact) {
		answer_slow_change(w, n, &a);
	}
	return a;
}

struct level_answer level_judge(const double *v, const double *resolution, const bool *reset,
				size_t n, const struct nomination *rule)
{
	struct walk w = {.v = v, .resolution = resolution, .rule = rule};
	struct level_answer a;

	w.left = xcalloc(n, sizeof(*w.left));
	for (size_t i = 0; i < n; i++) {
		if (reset[i])
			start_again(&w, i);
		step_on(&w, i);
	}
	a = answer(&w, n);
	free(w.left);
	return a;
}
