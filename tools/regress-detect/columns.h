/* SPDX-License-Identifier: MIT */
/* Rows of results: which columns name a series, which hold its values, where a file has them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "csv.h"
#include "keytable.h"
#include "names.h"

struct columns {
	struct names keys;    /* columns that name a series: host_class, track, … */
	struct names metrics; /* value columns as the verdict names them; empty until the first
				 file tells what there is */
	bool keys_given;      /* by --key */
	bool metrics_given;   /* by --value: a file without one of them is refused */
	bool judges_all;      /* the metrics; else of a series the first that has values */
	/* private: a file that has had values, and one that has had medians of all samples */
	const char *with_values, *with_medians;
	struct names old; /* private: what to say of files of schema version 1 */
};

/** columns_tell_old - on standard error, once all is read: a line for each file of version 1 */
void columns_tell_old(const struct columns *c);
void columns_release(struct columns *c);

/* A file of results, and its current row. A column that it does not have is -1. */
struct rows {
	struct csv_reader in;
	struct columns *columns;
	size_t n; /* rows read so far */
	int build, run, timestamp, status, reason, control, runtime, imported;
	int min_instructions, max_instructions;
	double *value; /* of rows_values() */
	/* private */
	int *keys, *metrics;
	int *medians;	/* of each metric the column that stands for it in schema version 1 */
	bool by_round;	/* a row is of a round */
	bool noted_old; /* that the file is of that version */
};

/** rows_open - open a file and find its columns; a missing one ends the tool with a message */
void rows_open(struct rows *r, struct columns *c, const char *path);
bool rows_next(struct rows *r);

/** rows_key - add the current row's cells of the key columns to a key */
void rows_key(const struct rows *r, struct key *key);

/** rows_measured - whether the current row has numbers, by its status */
bool rows_measured(const struct rows *r);

/**
 * rows_values - write the current row's numbers to r->value: NaN for an empty cell, and for a row
 * that is not measured. A bad one ends the tool
 *
 * The value of metric X is the column X (samples.csv, plan.csv), else value_X (rounds.csv,
 * summary.csv). Schema version 1 had median_X instead: in rounds.csv it was the value of the round
 * and is taken for it; in summary.csv it was the median of all samples, which is another number:
 * rows of both in one comparison end the tool.
 */
void rows_values(struct rows *r);
void rows_close(struct rows *r);

/** patterns_open - open a file that people keep: rows for the series that shell patterns match
 * @others: its n columns besides the keys and `metric`. Any other ends the tool: a misspelt one
 * would make a rule of one test one of all
 * @what: the file, as the message names it */
void patterns_open(struct csv_reader *in, const char *path, const struct names *keys,
		   const char *const *others, size_t n, const char *what);

/** patterns_of - the current row's patterns, whose texts go into a table; the caller frees them */
const char **patterns_of(const struct csv_reader *in, const struct names *keys, struct keytable *t);

/** patterns_match - whether they match a series; an empty one does
 * @metric: or NULL for any */
bool patterns_match(const char *const *pattern, const struct names *keys, const char *const *cells,
		    const char *metric);

/** key_cells - the n texts of a key; the caller frees the array */
const char **key_cells(const char *key, size_t n);

/** key_cell - the cell of a key column of a series, or "" when it is no key column */
const char *key_cell(const struct columns *c, const char *const *cells, const char *key);

/** keep_text - a copy that the table owns */
const char *keep_text(struct keytable *t, const char *text);

/* What a count counts, in words: "instruction", which has an s in the plural, and " verified". */
struct unit {
	const char *metric, *one, *rest;
	bool loaded; /* of a program as it was loaded, not as it ran */
};

/** metric_unit - what it counts; NULL for what is measured instead
 * @counted: whether instructions are counted by an emulator */
const struct unit *metric_unit(const char *metric, bool counted);
