/* SPDX-License-Identifier: MIT */
/*
 * Walks through a series in time order and keeps the level: the last values that were not
 * nominated. A value that leaves the level's median by more than the rule allows is nominated. It
 * does not enter the level, so a step stays nominated until a marker accepts it. What comes back
 * soon was an outlier, and enters the level after all.
 */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "schema/limits.h"
#include "stats.h"
#include "xalloc.h"

/* Values of the level. */
#define LEVEL_MOST 30
#define LEVEL_LEAST 6
/* A value of the level lies beyond what is nominated with this probability, on each side. The
 * spread is Rousseeuw and Croux's Qn (1993), which outliers can't move. It is as good as a standard
 * deviation of 82 % of the values; of few, as Student knew, more must be allowed. */
#define BEYOND .003
/* A spread that is not estimated: as many sigmas. */
#define SIGMAS 3.
/* The spread of a level is never taken to be less than this part of it. */
#define LEAST_SPREAD .003
/* So many nominated values in a row are a lasting step, not outliers. */
#define LASTING 3
/* So many better values in a row are the new level, without anybody accepting it. */
#define BETTER_LEVEL 5

/* Two levels in turn: each of at least a tenth of the values, so many standard deviations apart
 * (Ashman's D, 1994; two halves of one normal distribution are 2.65 apart), and left so often that
 * it is no step. */
#define MODES_LEAST 10
#define MODE_SHARE 10
#define MODES_APART 4.5
#define MODE_TURNS 5

struct modes {
	double low, high; /* averages */
	double spread;	  /* standard deviation about them */
};

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
	bool bimodal;	  /* the values before it are */
	struct modes modes;
	/* What lay at two levels before the last marker or new level goes on so: as parts of the
	 * lower one. 0 for what did not. */
	double apart, spread;
	bool again; /* a lasting step was left for something better than the level */
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

double numbers_resolution(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (2 * v[i] != floor(2 * v[i]))
			return 0;
	return 1;
}

/* Sigma of n sorted values. */
static double qn(const double *sorted, size_t n)
{
	double work[3 * LEVEL_MOST];
	int more[5 * LEVEL_MOST];

	return gsl_stats_Qn_from_sorted_data(sorted, 1, n, work, more);
}

/* In units of their Qn: how far from the median of n values another may lie. */
static double allowance(size_t n)
{
	static double known[LEVEL_MOST + 1]; /* it takes long to compute */

	if (known[n] == 0) {
		double freedom = .8 * ((double)n - 1) - 1;

		known[n] = gsl_cdf_tdist_Qinv(BEYOND, freedom) * sqrt(1 + M_PI_2 / (double)n);
	}
	return known[n];
}

/* Spread sorted whole numbers evenly over what each stands for, as in grouped data: equal ones are
 * not known to have been equal. */
static void ungroup(double *sorted, size_t n, double resolution)
{
	for (size_t from = 0, to; resolution > 0 && from < n; from = to) {
		double value = sorted[from];

		for (to = from; to < n && sorted[to] == value;)
			to++;
		for (size_t i = from; i < to; i++)
			sorted[i] +=
			    resolution * (((double)(i - from) + .5) / (double)(to - from) - .5);
	}
}

struct band level_band(double *v, size_t n, const struct nomination *rule, double resolution)
{
	double center = stats_median(v, n), unit = numbers_resolution(v, n), width, least;

	if (rule->exact)
		return (struct band){center,
				     fmin(center - resolution, center / (1 + rule->allowed)),
				     fmax(center + resolution, center * (1 + rule->allowed))};
	/* Zero spread, of whole numbers or of few values, does not make an alarm of a trifle. */
	least = fmax(unit / 2, LEAST_SPREAD * fabs(center));
	gsl_sort(v, 1, n);
	ungroup(v, n, unit);
	center = gsl_stats_median_from_sorted_data(v, 1, n);
	width = allowance(n) * qn(v, n);
	width = fmax(width, fmax(rule->least * fabs(center), SIGMAS * least));
	return (struct band){center, center - width, center + width};
}

/* Fisher's split of n sorted values into two groups (1958): with the least squares about their
 * averages. */
static void split_in_two(const double *v, size_t n, size_t least, struct modes *m)
{
	double all = stats_average(v, n), low = 0, best = -1, squares = 0;

	for (size_t k = 1; k + least <= n; k++) {
		double before, behind, between;

		low += v[k - 1] - all;
		before = low / (double)k;
		behind = -low / (double)(n - k);
		between = (double)k * before * before + (double)(n - k) * behind * behind;
		if (k < least || between <= best)
			continue;
		best = between;
		*m = (struct modes){all + before, all + behind, 0};
	}
	for (size_t k = 0; k < n; k++)
		squares += pow(v[k] - all, 2);
	m->spread = sqrt(fmax(0, squares - best) / (double)(n - 2));
}

/* Whether the values before `end` lie at two levels in turn, as those of two machines do. */
static bool find_modes(const struct walk *w, size_t end, struct modes *m)
{
	size_t from = end - w->begin > LEVEL_MOST ? end - LEVEL_MOST : w->begin, n = end - from;
	double v[LEVEL_MOST], middle, least;
	size_t turns = 0;

	if (w->rule->exact || n < MODES_LEAST)
		return false;
	memcpy(v, w->v + from, n * sizeof(*v));
	gsl_sort(v, 1, n);
	split_in_two(v, n, (n + MODE_SHARE - 1) / MODE_SHARE, m);
	middle = (m->low + m->high) / 2;
	least = fmax(numbers_resolution(v, n) / 2, LEAST_SPREAD * fabs(middle));
	m->spread = fmax(m->spread, least);
	for (size_t i = from + 1; i < end; i++)
		turns += (w->v[i] > middle) != (w->v[i - 1] > middle);
	return turns >= MODE_TURNS && m->high - m->low > MODES_APART * m->spread &&
	       m->high - m->low > w->rule->least * fabs(middle);
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
	struct modes m;

	if (find_modes(w, at, &m) && m.low > 0) {
		w->apart = m.high / m.low - 1;
		w->spread = m.spread / m.low;
	} else if (at - w->begin >= LEVEL_MOST) {
		w->apart = 0;
	}
	w->level = (struct level){0};
	w->begin = at;
	w->count = w->nback = 0;
	w->again = w->bimodal = false;
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

/* Whether two levels are expected of a level that is too young to show them. */
static bool remembers_modes(const struct walk *w, size_t i)
{
	return !w->bimodal && w->apart > 0 && i - w->begin < LEVEL_MOST;
}

/* Let values at either of two levels be at the level. */
static void widen_band(struct walk *w, double low, double high, double spread)
{
	double width = fmax(w->rule->least * fabs(w->band.center), SIGMAS * spread);

	w->band.low = fmin(w->band.low, low - width);
	w->band.high = fmax(w->band.high, high + width);
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
	w->bimodal = find_modes(w, i, &w->modes);
	/* The median may be at one of the two, or between them. */
	if (w->bimodal)
		widen_band(w, w->modes.low, w->modes.high, w->modes.spread);
	else if (remembers_modes(w, i))
		widen_band(w, w->band.center / (1 + w->apart), w->band.center * (1 + w->apart),
			   w->band.center * w->spread);
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

void level_interval(double *v, size_t n, struct level_answer *a)
{
	double half = numbers_resolution(v, n) / 2;

	stats_interval(v, n, .95, &a->low, &a->high);
	a->low -= half;
	a->high += half;
}

static void describe_level(const struct walk *w, size_t n, struct level_answer *a)
{
	double v[LEVEL_MOST];

	a->builds = level_values(w, n - 1, v, &a->last_good);
	a->level = stats_median(v, a->builds);
	level_interval(v, a->builds, a);
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
	} else if (w->bimodal) {
		a.verdict = UNSTABLE;
		snprintf(a.why, sizeof(a.why),
			 "two levels in turn, %.4g and %.4g: do two machines share this series?",
			 w->modes.low, w->modes.high);
	} else if (remembers_modes(w, n - 1)) {
		a.verdict = UNSTABLE;
		snprintf(a.why, sizeof(a.why),
			 "two levels in turn before the last change, %.3g %% apart; too few "
			 "values since",
			 100 * w->apart);
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
