/* SPDX-License-Identifier: MIT */
/* A row of a CSV of the flow, filled column by column in any order. What is not set is empty. */
#ifndef LIB_RECORD_H
#define LIB_RECORD_H

#include <stdint.h>

#include "csv.h"
#include "schema.h"

#define RECORD_COLUMNS 64

/* private */
struct record_cell {
	enum { CELL_EMPTY, CELL_TEXT, CELL_U64, CELL_DOUBLE } kind;
	union {
		const char *text;
		uint64_t u64;
		double number;
	} value;
};

struct record {
	const struct schema *schema; /* set by the caller; all else is zero */
	struct record_cell cell[RECORD_COLUMNS];
};

/** record_text, record_u64, record_double - set a cell
 * @column: of schema/columns.h, such as SAMPLES_TEST
 * @text: not copied: it must live until the row is written; NULL is empty, as a NaN is */
void record_text(struct record *r, size_t column, const char *text);
void record_u64(struct record *r, size_t column, uint64_t value);
void record_double(struct record *r, size_t column, double value);

/** record_write - write the cells from a column on; others may follow, then csv_end_row() */
void record_write(const struct record *r, size_t from, struct csv_writer *w);

/** schema_write_header - write the names of the columns from one on; likewise */
void schema_write_header(const struct schema *schema, size_t from, struct csv_writer *w);

#endif
