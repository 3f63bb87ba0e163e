/* SPDX-License-Identifier: MIT */
/* The tables of tools/lib/schema.c as CSV, for the tests: file,name,type,unit,required. */
#include <stdio.h>

#include "cli.h"
#include "csv.h"
#include "schema.h"

int main(void)
{
	const struct schema *const schemas[] = {&schema_plan,	     &schema_samples,
						&schema_environment, &schema_rounds,
						&schema_summary,     &schema_verdict};
	struct csv_writer w = {.f = stdout};

	puts("file,name,type,unit,required");
	for (size_t s = 0; s < sizeof(schemas) / sizeof(*schemas); s++)
		for (size_t i = 0; i < schemas[s]->ncolumns; i++) {
			const struct schema_column *column = &schemas[s]->columns[i];

			csv_write_cell(&w, schemas[s]->name);
			csv_write_cell(&w, column->name);
			csv_write_cell(&w, column->type);
			csv_write_cell(&w, column->unit);
			csv_write_cell(&w, column->required ? "true" : "false");
			csv_end_row(&w);
		}
	cli_close_output();
	return 0;
}
