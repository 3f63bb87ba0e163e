/* SPDX-License-Identifier: MIT */
/* Which columns name a series, which hold its values, and where a file has them. */
#ifndef COLUMNS_H
#define COLUMNS_H

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
	bool metrics_given;   /* all are judged; else of a series the first that has values */
	/* private: a file that has had values, and one that has had medians of all samples */
	const char *with_values, *with_medians;
	struct names old; /* private: what to say of files of schema version 1 */
};

/* Where this file has what; -1 for nowhere. */
struct layout {
	int *keys, *metrics;
	int *medians;	/* of each metric the column that stands for it in schema version 1 */
	bool by_round;	/* a row is of a round */
	bool noted_old; /* that the file is of that version */
	int build, run, timestamp, status, reason, control, runtime;
};

/** layout_find - find the columns; a missing one ends the tool with a message */
void layout_find(struct layout *l, struct columns *c, const struct csv_reader *in);

/** layout_key - add the current row's cells of the key columns to a key */
void layout_key(const struct layout *l, const struct columns *c, const struct csv_reader *in,
		struct key *key);

/**
 * layout_values - the current row's values, NaN for an empty cell; a bad one ends the tool
 *
 * The value of metric X is the column X (samples.csv, plan.csv), else value_X (rounds.csv,
 * summary.csv). Schema version 1 had median_X instead: in rounds.csv it was the value of the round
 * and is taken for it; in summary.csv it was the median of all samples, which is another number:
 * rows of both in one comparison end the tool. columns_tell_old() says which files those were.
 */
void layout_values(struct layout *l, struct columns *c, const struct csv_reader *in, double *value);

/** columns_tell_old - on standard error, once all is read: a line for each file of version 1 */
void columns_tell_old(const struct columns *c);
void columns_release(struct columns *c);

/** layout_open, layout_next_row - csv_open(), csv_next_row(): an error ends the tool */
void layout_open(struct csv_reader *in, const char *path);
bool layout_next_row(struct csv_reader *in);

/** layout_number - a cell of the current row as a number, or `otherwise` for an empty one or no
 * such column; a bad one ends the tool */
double layout_number(const struct csv_reader *in, int column, double min, double max,
		     double otherwise);

/** layout_cell - a cell of the current row, or `otherwise` when the file has no such column */
const char *layout_cell(const struct csv_reader *in, int column, const char *otherwise);
void layout_release(struct layout *l);

/** columns_check - a column that is neither a key, `metric` nor one of others ends the tool: a
 * misspelt one would make a rule of one test one of all
 * @what: the file, as the message names it */
void columns_check(const struct names *keys, const struct csv_reader *in, const char *const *others,
		   size_t n, const char *what);

/** pattern_matches - whether a shell pattern matches; an empty one does */
bool pattern_matches(const char *pattern, const char *text);

/** key_cell - the cell of a key column of a series, or "" when it is no key column */
const char *key_cell(const struct columns *c, const char *const *cells, const char *key);

/** keep_text - a copy that the table owns */
const char *keep_text(struct keytable *t, const char *text);

/** metric_is_exact - a count without noise
 * @counted: whether instructions are counted by an emulator */
bool metric_is_exact(const char *metric, bool counted);

#endif
