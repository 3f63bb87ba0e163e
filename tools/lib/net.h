/* SPDX-License-Identifier: MIT */
/*
 * Net values: what a test costs beyond the empty program of its type. That is the test whose name
 * begins with `baseline/`, of the same program type, suite, run and build; its value in the same
 * round is subtracted. Values are per operation, and the empty program costs once an invocation: a
 * test with two operations an invocation loses half of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "csv.h"
#include "group.h"
#include "keytable.h"

struct net_scope {
	struct group g;
	char *test;
	double operations; /* of an invocation of the empty program */
	bool ambiguous;
};

/* Zeroed it is empty. */
struct net {
	/* private */
	struct keytable scopes, rounds_of_scope;
	struct net_scope *scope;
	double *subtrahend; /* nvalues for each key of rounds_of_scope */
	size_t nvalues;
	struct key key;
	int column[8], test_column, operations_column;
};

#define NET_PREFIX "baseline/"

/** net_columns - find the columns; -1 with in->error set when one is missing. by_round: whether a
 * row is of a round, or else of a run */
int net_columns(struct net *n, struct csv_reader *in, size_t nvalues, bool by_round);

/** net_scope - the number of the run, build, suite and program type of the current row. The salt
 * keeps apart what is the same in two files */
uint32_t net_scope(struct net *n, const struct csv_reader *in, const char *salt);

/** net_is_empty - whether the current row is of an empty program: nothing is subtracted from it */
bool net_is_empty(const struct net *n, const struct csv_reader *in);

/** net_operations - of an invocation, in the current row; 1 where it does not say */
double net_operations(const struct net *n, const struct csv_reader *in);

/** net_add - take the values of the current row, which is of an empty program. Returns 0, or -1
 * with in->error set when the scope has a second one: then net_value() has no number for it */
int net_add(struct net *n, struct csv_reader *in, uint32_t scope, struct rounds *rounds,
	    uint32_t round, const double *value);

/** net_finish - form the round values, once all rows are read */
void net_finish(struct net *n, const struct rounds *rounds);

/** net_value - what to subtract from value column `which` in a round, of a test with so many
 * operations; NaN when there is none */
double net_value(const struct net *n, uint32_t scope, uint32_t round, size_t which,
		 double operations);

/** net_subtract - make the rounds of a value column net, samples and round values; rounds without a
 * empty program are left out */
void net_subtract(const struct net *n, uint32_t scope, size_t which, double operations,
		  struct by_round *b);
void net_release(struct net *n);
