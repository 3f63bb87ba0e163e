/* SPDX-License-Identifier: MIT */
/* Rows in time order as series of points, and the markers between them: what is judged. */
#pragma once

#include <time.h>

#include "history.h"

/* Changes that were accepted, or of infrastructure: with their builds a level begins anew. Zeroed
 * it is empty. */
struct markers {
	size_t n;
	/* private */
	struct marker *at;
	const struct names *keys;
	struct keytable text;
};

/**
 * markers_read - add the markers of a CSV; ends the tool with a message when it is bad
 * @keys: the key columns of a series, which the file may have as patterns; must outlive the markers
 */
void markers_read(struct markers *m, const struct names *keys, const char *path);

/**
 * markers_notice - tell of a row, in order of rows
 * @machine: number of its host class and track: on each a marker begins with the first row of its
 * build there, and a series that has no row of that build begins with its next one
 */
void markers_notice(struct markers *m, uint32_t machine, const char *build, size_t row);

/**
 * markers_between - whether a marker of a series begins in the rows from @after to @to
 * @cells: those of the series' key columns
 * @metric: or NULL for any
 */
bool markers_between(const struct markers *m, uint32_t machine, const char *const *cells,
		     const char *metric, size_t after, size_t to);

void markers_release(struct markers *m);

/* A row of a series. */
struct point {
	size_t row; /* of the whole input, from 0 */
	const char *build;
	double resolution; /* of instructions: how far the rounds of a build lie apart, or NaN */
	/* under --net, else zero */
	uint32_t net_scope;
	double operations; /* of an invocation */
};

struct series {
	struct subject subject; /* its key cells, its values, and the status of its newest row */
	struct subject before;	/* the build it is compared with */
	uint32_t scope;		/* host class, track and suite: what is measured together */
	uint32_t machine;	/* host class and track */
	const char *run, *timestamp; /* of its newest row */
	bool gross;		     /* nothing is subtracted from it under --net */
	struct point *points;	     /* one for each of its values */
	double **net; /* a metric each: net values; NULL where nothing is subtracted */
};

/* What is measured together: a series that is not in its newest run is missing. */
struct scope {
	const char *run;
	bool imported;	       /* that run: nothing is expected to follow */
	const char *timestamp; /* the newest */
};

struct history {
	struct comparison *c;
	const struct history_options *o;
	struct keytable keys, scopes, machines;
	struct rounds each_row; /* each row is a round of its own */
	struct series *series;	/* one for each of the keys */
	struct scope *scope;
	struct markers markers;
	const char *now; /* staleness is told by it */
	size_t rows, nmetrics;
	bool told_order; /* that rows are not in time order */
};

/** series_read - add the rows of a file; what is no CSV ends the tool with status 2 */
void series_read(struct history *h, const char *path);

/** series_make_net - when all is read: subtract each run's baselines from its values */
void series_make_net(struct history *h);

/** series_release - free all series, and what their rows named */
void series_release(struct history *h);

/* The values of one metric of a series, without the points that have none. */
struct track {
	double *v, *resolution;
	bool *reset;   /* a marker begins here */
	size_t *point; /* which point each value is of */
	size_t n;
};

/** track_of - the values, net or as measured; track_release() frees them */
struct track track_of(const struct history *h, const struct series *s, size_t metric, bool whole);
void track_release(struct track *t);

/* Noise hides the beginning of a step by so many builds. */
#define STEP_BLUR 2

/** nomination_of - the rule for the values of a finding's series */
struct nomination nomination_of(const struct history *h, const struct finding *f);

/** seconds_of - since the epoch; -1 for what is no ISO 8601 time. A day is enough; no zone means
 * UTC
 */
time_t seconds_of(const char *timestamp);

/** newest_judge - the verdict of the newest build of a finding's series */
void newest_judge(const struct history *h, struct finding *f);

/** newest_apply_controls - if a control moved, the machine did, not the build */
void newest_apply_controls(const struct history *h);
