/* SPDX-License-Identifier: MIT */
/*
 * Histories: rows in time order, one a build and series. How the parts meet:
 *
 *	series.c   rows → series of points
 *	markers.c  where a level begins anew
 *	history.c  series → findings: of their newest builds, or every change of level (--all)
 *	newest.c   a series → the verdict of its newest build: suspected, missing, stale, …
 *	level.c    values → is the newest suspect, and since which build
 *	creep.c    values → what no one build shows
 *	steps.c    values → every lasting change of level
 */
#pragma once

#include "detect.h"

/* The rule by which a value is nominated; fractions, not percent. */
struct nomination {
	double least;	/* of the level: smaller changes are never nominated */
	double margin;	/* the same for changes that have lasted */
	double allowed; /* the same of a count, for all changes */
	bool exact;	/* a count without noise: any change beyond `tolerance` */
	bool counted;	/* instructions: the tolerance is half of one, or the spread over rounds */
	int worse;	/* 1 when larger is worse, -1 when smaller is */
};

/* What level_judge() says of the newest value of a series. */
struct level_answer {
	enum verdict verdict; /* SUSPECTED, IMPROVEMENT, UNCHANGED, UNSTABLE, INCONCLUSIVE or NEW */
	size_t first_bad;     /* of what is suspected or improved: index of the first value */
	size_t last_good;     /* index of the last value of the level before */
	size_t builds;	      /* values in the level before */
	double level;	      /* their median, NaN without */
	double low, high;     /* interval of that median, NaN when there are too few */
	char why[96];	      /* "" for none */
};

/**
 * level_judge - is the newest of n values suspect? Linear in n
 * @v: n ≥ 1 finite values in time order
 * @resolution: of each how far its rounds lie apart, NaN where that is not known; or NULL
 * @reset: n flags: an accepted change or one of infrastructure begins here
 */
struct level_answer level_judge(const double *v, const double *resolution, const bool *reset,
				size_t n, const struct nomination *rule);

/* Values of one level. */
struct band {
	double center, low, high;
};

/** level_band - what lies within is the level of these values, which are reordered
 * @resolution: of a count: how far it may lie from the level */
struct band level_band(double *v, size_t n, const struct nomination *rule, double resolution);

/** level_interval - of the median of n values, which are reordered; of whole numbers as far as the
 * values that they stand for may lie */
void level_interval(double *v, size_t n, struct level_answer *a);

/** slow_change - fill in the answer if n values in time order changed slowly, for the worse
 * @return: whether they did */
bool slow_change(const double *v, size_t n, const struct nomination *rule, struct level_answer *a);

/** numbers_resolution - 1 if the values are whole numbers or lie in the middle of two, else 0 */
double numbers_resolution(const double *v, size_t n);

/* Sigma of normal noise in units of the median absolute deviation. */
#define SIGMA_PER_MAD 1.4826

/**
 * best_split - where v goes from the level `before` to the level `after`
 *
 * Of the places from low to high the one that leaves the least distance to both levels.
 */
size_t best_split(const double *v, size_t low, size_t high, double before, double after);

/* A lasting change of level: the new one begins at value `first`. */
struct step {
	size_t first;
	double before, after;
	double ratio, ratio_low, ratio_high; /* NaN where values are not above zero */
};

/* Evidence of a step: -log10 of a p-value. The first makes less than one false step in 5000 builds
 * of noise; the second, which nominates, one in some thousand, and finds steps of two sigmas
 * within 12 builds: see `make power`. */
#define STEP_EVIDENCE 6
#define NOMINATE_EVIDENCE 5

/**
 * steps_find - every change of level that lasts, in time order; linear in n
 * @evidence: that each needs
 * @steps: written: the caller frees it
 * @return: how many there are
 */
size_t steps_find(const double *v, size_t n, const struct nomination *rule, double evidence,
		  struct step **steps);

struct history_options {
	const char *markers; /* file of accepted changes, or NULL */
	const char *now;     /* time of day that staleness is told by; NULL: the newest row's */
	bool all;
	bool net_in_vm; /* --net for what ran in a VM, and for nothing else */
	bool whole;	/* judge net values, and write whole ones */
};

struct history;

/**
 * history_run - read files and make the findings of c, whose columns and rules are set
 * @settings: file of rules of single series, or NULL
 * @return: what the findings point into: release it after them
 */
struct history *history_run(struct comparison *c, char **paths, int npaths, const char *settings,
			    const struct history_options *o);
void history_release(struct history *h);
