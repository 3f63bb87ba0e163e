/* SPDX-License-Identifier: MIT */
/*
 * Values grouped by round: what stats-reduce and regress-detect hold of their input. A group (a
 * test of a build, say) keeps every value with the round and the CPU that it is of; once all is
 * read, group_by_round() sorts them out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "csv.h"
#include "keytable.h"

struct round_id {
	uint32_t run;
	uint64_t number; /* the cell `round` */
};

/* What one CPU took in one visit of a round to a group's test: samples of one load, one after
 * another. */
struct round_cell {
	uint32_t round, cpu, visit;
	uint64_t samples; /* those of the numbers 1 to 64 that have come, a bit each */
};

/* The rounds of the whole input, numbered as they come; two runs have no round in common. */
struct rounds {
	bool single; /* no column `round`: every row is one, and neither ids nor cells are kept */
	struct round_id *ids;
	size_t n;
	/* private */
	struct round_cell *cell; /* one for each key of cells */
	struct keytable places;	 /* names of CPUs and visits */
	struct keytable runs, keys, cells, of_groups, samples;
	struct key key;
	int run_column, round_column, cpu_column, visit_column, sample_column;
	bool any;
};

/** rounds_columns - find the columns of this file that tell rounds apart; all may be missing.
 * Returns 0, or -1 with in->error set when one file has rounds and another has none */
int rounds_columns(struct rounds *r, struct csv_reader *in);

/** rounds_row - the number of the current row's round; without a column `round` every row is one.
 * Returns 0, or -1 with in->error set when the cell is not a whole number */
int rounds_row(struct rounds *r, struct csv_reader *in, uint32_t *id);

/** rounds_before - whether round a comes before round b: by run as met, then by number */
bool rounds_before(const struct rounds *r, uint32_t a, uint32_t b);
void rounds_release(struct rounds *r);

/* One group. Zeroed it is empty. */
struct group {
	size_t n, size;
	size_t nrounds; /* in which it has a value */
	double **value; /* nvalues arrays of n values, NaN where a cell was empty; an array is
			   NULL as long as all are empty */
	uint32_t *cell; /* the number of each value's round_cell; NULL for rounds of one row */
};

/**
 * group_add - add a row's values
 * @id: number of the group, unique over the groups that share `rounds`
 * @round: from rounds_row() on the current row of `in`
 * @value: nvalues values, NaN for an empty cell
 * @return: whether this is the row's only one: false when one of the same round, CPU, visit and
 * `sample` has come
 */
bool group_add(struct group *g, uint32_t id, struct rounds *rounds, const struct csv_reader *in,
	       uint32_t round, const double *value, size_t nvalues);

/* For a tool whose groups are of one entry point: what such a row means. */
#define GROUP_TWICE "a sample that is there already: is a file given twice?"

/** metric_is_cost - whether values of this name are what a program costs, which is above zero; any
 * other column may hold anything */
bool metric_is_cost(const char *metric);

void group_release(struct group *g, size_t nvalues);

/* One value column of a group, sorted by round, then by CPU, then by visit. Rounds without a value
 * are left out. */
struct by_round {
	size_t n;	 /* rounds */
	uint32_t *round; /* n round numbers, in order of rounds_before() */
	double *value;	 /* n round values */
	size_t *begin;	 /* n + 1: the samples of round i are sample[begin[i]..begin[i + 1] - 1] */
	double *sample;	 /* without the empty ones, in ascending order within a cell */
	size_t ncells;	 /* see struct round_cell; one without a sample is left out */
	size_t *cell;	 /* ncells + 1: where each begins in sample, like begin */
};

void group_by_round(const struct group *g, size_t which, const struct rounds *rounds,
		    struct by_round *out);
void by_round_release(struct by_round *b);
