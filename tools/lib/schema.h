/* SPDX-License-Identifier: MIT */
/*
 * What results-schema/ says, as C, and rows of its files. make generates the enums and the tables:
 *
 *	columns.h    PLAN_SUITE, …: the columns of each CSV of the flow; schema_plan, …: their
 *tables statuses.h   enum status, status_names, status_outcome
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "csv.h"

/* Raised when the meaning of a column changes; recorded in environment.csv. */
#define SCHEMA_VERSION 2

struct schema_column {
	const char *name;
	bool required; /* a reader of this file refuses it without the column */
};

struct schema {
	const char *name; /* of the file, without .csv */
	const struct schema_column *columns;
	size_t ncolumns;
};

#include "schema/columns.h"
#include "schema/statuses.h"

/** schema_column - the place of a column; ncolumns for none of that name */
size_t schema_column(const struct schema *schema, const char *name);

/** schema_write_header - write the names of the columns from one on; others may follow, then
 * csv_end_row() */
void schema_write_header(const struct schema *schema, size_t from, struct csv_writer *w);

/** status_named - the status of a name; STATUS_COUNT for none */
enum status status_named(const char *name);

/** outcome_of - what a status of this name means for a row's numbers; one that nobody knows, of a
 * CSV from elsewhere, is a failure */
enum outcome outcome_of(const char *name);

/* A row of one of these files, filled in any order. What is not set is empty. */
#define RECORD_COLUMNS 64
struct record {
	const struct schema *schema; /* set by the caller; all else is zero */
	struct {
		const char *text; /* else number */
		char number[CSV_NUMBER_BYTES];
	} cell[RECORD_COLUMNS]; /* private */
};

/** record_text, record_u64, record_double - set a cell
 * @column: of schema/columns.h, such as SAMPLES_TEST
 * @text: not copied: it must live until the row is written; NULL is empty, as a NaN is */
void record_text(struct record *r, size_t column, const char *text);
void record_u64(struct record *r, size_t column, uint64_t value);
void record_double(struct record *r, size_t column, double value);

/** record_write - write the cells from a column on; as schema_write_header() does */
void record_write(const struct record *r, size_t from, struct csv_writer *w);
