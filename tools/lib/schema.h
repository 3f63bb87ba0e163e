/* SPDX-License-Identifier: MIT */
/*
 * The columns of each CSV of the flow, one table a file. A test proves these tables equal to
 * results-schema/, which also says what each column means.
 */
#ifndef LIB_SCHEMA_H
#define LIB_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Raised when the meaning of a column changes; recorded in environment.csv. */
#define SCHEMA_VERSION 2

struct schema_column {
	const char *name;
	const char *type; /* text, integer, number, enumeration, flag, timestamp */
	const char *unit; /* "" for none */
	bool required;	  /* a reader of this file refuses it without the column */
};

struct schema {
	const char *name; /* of the file, without .csv */
	const struct schema_column *columns;
	size_t ncolumns;
};

extern const struct schema schema_plan;
extern const struct schema schema_samples;
extern const struct schema schema_environment;
extern const struct schema schema_rounds;
extern const struct schema schema_summary;
extern const struct schema schema_verdict;

#endif
