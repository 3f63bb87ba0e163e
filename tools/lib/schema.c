/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "schema/verdicts.h"

#include "schema/tables.inc"
#include "text.h"

static_assert(SAMPLES_NCOLUMNS <= RECORD_COLUMNS && VERDICT_NCOLUMNS <= RECORD_COLUMNS,
	      "RECORD_COLUMNS is too small");

size_t schema_column(const struct schema *schema, const char *name)
{
	size_t i = 0;

	while (i < schema->ncolumns && strcmp(schema->columns[i].name, name) != 0)
		i++;
	return i;
}

void schema_write_header(const struct schema *schema, size_t from, struct csv_writer *w)
{
	for (size_t i = from; i < schema->ncolumns; i++)
		csv_write_cell(w, schema->columns[i].name);
}

enum status status_named(const char *name)
{
	return (enum status)text_index(status_names, STATUS_COUNT, name);
}

enum outcome outcome_of(const char *name)
{
	enum status status = status_named(name);

	return status == STATUS_COUNT ? OUTCOME_FAILED : status_outcome[status];
}

void record_text(struct record *r, size_t column, const char *text)
{
	r->cell[column].text = text;
}

void record_u64(struct record *r, size_t column, uint64_t value)
{
	snprintf(r->cell[column].number, CSV_NUMBER_BYTES, "%" PRIu64, value);
}

void record_double(struct record *r, size_t column, double value)
{
	csv_number(value, r->cell[column].number);
}

void record_write(const struct record *r, size_t from, struct csv_writer *w)
{
	for (size_t i = from; i < r->schema->ncolumns; i++)
		csv_write_cell(w, r->cell[i].text ? r->cell[i].text : r->cell[i].number);
}
