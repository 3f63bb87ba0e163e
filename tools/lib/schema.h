/* SPDX-License-Identifier: MIT */
/*
 * What results-schema/ says, as C: make generates the enums and the tables from there.
 *
 *	columns.h	PLAN_SUITE, …: the columns of each CSV of the flow; schema_plan, …: their
 *tables statuses.h	enum status, status_names, status_outcome
 */
#ifndef LIB_SCHEMA_H
#define LIB_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

/* Raised when the meaning of a column changes; recorded in environment.csv. */
#define SCHEMA_VERSION 2

struct schema_column {
	const char *name;
	const char *type; /* text, integer, number, metric, enumeration, flag, timestamp */
	const char *unit; /* "" for none */
	bool required;	  /* a reader of this file refuses it without the column */
};

struct schema {
	const char *name; /* of the file, without .csv */
	const struct schema_column *columns;
	size_t ncolumns;
};

#include "schema/columns.h"
#include "schema/statuses.h"

/** status_of - the status of a name; STATUS_COUNT for none */
enum status status_named(const char *name);

/** outcome_of - what a status of this name means for a row's numbers; one that nobody knows, of a
 * CSV from elsewhere, is a failure */
enum outcome outcome_of(const char *name);

#endif
