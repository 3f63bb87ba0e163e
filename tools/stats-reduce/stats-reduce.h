/* SPDX-License-Identifier: MIT */
/*
 * input.c groups the rows, statistics.c has the numbers of a group, output.c writes a row a group;
 * returned.c merges what programs returned.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "group.h"
#include "keytable.h"
#include "names.h"
#include "net.h"

/* What is told of each value column, in the order of summary.csv. */
enum statistic {
	VALUE,
	AVERAGE,
	MEDIAN,
	CI_LOW,
	CI_HIGH,
	STDDEV,
	MAD,
	MIN,
	P95,
	MAX,
	LOW_HEAP,
	HIGH_HEAP,
	HIGH_HEAP_SHARE,
	NSTATISTICS
};

/* What programs returned, with counts (returned.c). Zeroed it is empty. */
struct returned {
	struct keytable values;
	uint64_t *count; /* one a value */
};

/* What a group says of each of its rows. */
struct reduced {
	struct group g;
	char **carried; /* a cell of each carried column; NULL when it differs between rows */
	char *status;	/* NULL as long as all rows are ok */
	char *reason;
	size_t marked; /* rows with a mark */
	double runs;   /* the smallest of its rows */
	bool has_runs;
	double trigger_cost;	  /* the sum of its ok rows that have one */
	size_t triggered;	  /* how many these are */
	double round, last_round; /* the last that is there, and the last that was asked for */
	struct returned returned;
	bool below_noise;  /* its cost is not above zero */
	uint32_t scope;	   /* of its empty program, under --net */
	double operations; /* of an invocation, under --net */
	bool gross;	   /* an empty program or control: nothing is subtracted */
};

struct reduction {
	/* what to do */
	struct names by; /* key columns, `round` among them under --per-round */
	struct names values;
	bool per_round, net, verbose;
	bool by_given;	   /* groups may hold several tests */
	bool whole_schema; /* neither --by nor --value: samples.csv in, summary.csv out */
	bool tells_runs;   /* how it ran (`runs` and so on) is merged, not carried */

	/* what was read */
	struct names carried; /* the other columns, kept where they are constant */
	bool *varies;	      /* a carried column that is not constant in a group */
	struct rounds rounds;
	struct keytable keys;
	struct reduced *groups; /* one a key */
	struct net net_values;
};

/** reduction_read - add the rows of a file; ends the tool with a message when they are bad */
void reduction_read(struct reduction *r, const char *path);

/** reduction_key - the cell of key column `k` of a group */
const char *reduction_key(const struct reduction *r, uint32_t id, size_t k);

/** is_failed - whether a status leaves a group without numbers. NULL is ok; an interrupted
 * measurement has good rounds */
bool is_failed(const char *status);

/** reduction_find_noise - set below_noise of the groups, once all is read. The rounds of one series
 * have it in common: single rounds may lie below zero where their median does not */
void reduction_find_noise(struct reduction *r);

/** reduction_find_cut - set the status of groups that end before the round that was asked for:
 * whoever measured them was killed, and in a pipe nobody has its exit status */
void reduction_find_cut(struct reduction *r);

/**
 * reduction_statistics - of a value column of a group
 * @value: written: NaN where there is none
 * @return: in how many rounds there is a number
 */
size_t reduction_statistics(const struct reduction *r, const struct reduced *g, size_t which,
			    double value[NSTATISTICS]);

/** returned_add - count what a cell of the column `returned` says: a value, or value:count pairs
 * separated by blanks, such as `2:19 0:1`; an empty one says nothing */
void returned_add(struct returned *r, const char *cell);

/** returned_text - all of it as one cell, the most frequent first; of many values the rarest are
 * one, `others`. Caller frees */
char *returned_text(const struct returned *r);
void returned_release(struct returned *r);

/** reduction_write - write the header and a row a group to standard output */
void reduction_write(struct reduction *r);
void reduction_release(struct reduction *r);
