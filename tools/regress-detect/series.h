/* SPDX-License-Identifier: MIT */
/* Rows in time order as series of points: what history.c judges. */
#ifndef SERIES_H
#define SERIES_H

#include "history.h"
#include "markers.h"

/* A row of a series. */
struct point {
	size_t row;	/* of the whole input, from 0 */
	uint32_t build; /* index in builds */
	/* under --net, else zero */
	uint32_t net_scope;
	double operations; /* of an invocation */
};

struct series {
	struct subject subject; /* its key cells, and the status of its newest row */
	struct subject before;	/* the build it is compared with */
	uint32_t scope;		/* host class, track and suite: what is measured together */
	uint32_t run;		/* of its newest row */
	const char *timestamp;	/* of its newest row */
	struct point *points;
	bool gross;	    /* nothing is subtracted from it under --net */
	uint32_t machine;   /* host class and track */
	double **value;	    /* a column a metric, NaN for an empty cell */
	double **whole;	    /* the same before something was subtracted; NULL where nothing was */
	double *resolution; /* of instructions: how far the rounds of a build lie apart */
	size_t n, size;
};

/* What is measured together: a series that is not in its newest run is missing. */
struct scope {
	uint32_t run;
	const char *timestamp; /* the newest */
};

struct history {
	struct comparison *c;
	const struct history_options *o;
	struct keytable keys, builds, runs, times, scopes, machines;
	struct series **series;
	size_t series_size;
	struct scope *scope;
	size_t scope_size;
	struct markers markers;
	size_t rows, nmetrics;
	bool told_order; /* that rows are not in time order */
};

/** series_read - add the rows of a file; what is no CSV ends the tool with status 2 */
void series_read(struct history *h, const char *path);

/** series_make_net - when all is read: subtract each run's baselines from its values */
void series_make_net(struct history *h);

/** series_release - free all series, and what their rows named */
void series_release(struct history *h);

#endif
