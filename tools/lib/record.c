/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <assert.h>

static_assert(SAMPLES_NCOLUMNS <= RECORD_COLUMNS && VERDICT_NCOLUMNS <= RECORD_COLUMNS,
	      "RECORD_COLUMNS is too small");

void record_text(struct record *r, size_t column, const char *text)
{
	r->cell[column] = (struct record_cell){CELL_TEXT, {.text = text}};
}

void record_u64(struct record *r, size_t column, uint64_t value)
{
	r->cell[column] = (struct record_cell){CELL_U64, {.u64 = value}};
}

void record_double(struct record *r, size_t column, double value)
{
	r->cell[column] = (struct record_cell){CELL_DOUBLE, {.number = value}};
}

static void write_cell(const struct record_cell *cell, struct csv_writer *w)
{
	switch (cell->kind) {
	case CELL_EMPTY:
		csv_write_empty(w);
		return;
	case CELL_TEXT:
		csv_write_cell(w, cell->value.text);
		return;
	case CELL_U64:
		csv_write_u64(w, cell->value.u64);
		return;
	case CELL_DOUBLE:
		csv_write_double(w, cell->value.number);
		return;
	}
}

void record_write(const struct record *r, size_t from, struct csv_writer *w)
{
	for (size_t i = from; i < r->schema->ncolumns; i++)
		write_cell(&r->cell[i], w);
}

void schema_write_header(const struct schema *schema, size_t from, struct csv_writer *w)
{
	for (size_t i = from; i < schema->ncolumns; i++)
		csv_write_cell(w, schema->columns[i].name);
}
