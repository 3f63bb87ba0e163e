/* SPDX-License-Identifier: MIT */
/*
 * The CSV library alone, for the tests: reads a CSV and writes it as CSV, or as JSON, an array of
 *objects.
 *
 *	csv-filter csv|json [FILE]
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "csv.h"

static void write_json_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20)
			printf("\\u%04x", c);
		else if (c == '"' || c == '\\')
			printf("\\%c", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void write_json_row(const struct csv_reader *csv, bool first)
{
	printf(first ? "{" : ",\n{");
	for (size_t i = 0; i < csv->ncells; i++) {
		printf(i ? "," : "");
		write_json_string(csv->header[i]);
		putchar(':');
		write_json_string(csv->cell[i]);
	}
	putchar('}');
}

static void write_csv_row(char **cells, size_t n)
{
	struct csv_writer w = {.f = stdout};

	for (size_t i = 0; i < n; i++)
		csv_write_cell(&w, cells[i]);
	csv_end_row(&w);
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && !strcmp(argv[1], "json"), first = true;
	struct csv_reader csv;
	int got;

	if (argc < 2 || csv_open(&csv, argv[2]))
		errx(EXIT_TROUBLE, "%s", argc < 2 ? "csv-filter csv|json [FILE]" : csv.error);
	if (json)
		printf("[");
	else
		write_csv_row(csv.header, csv.ncolumns);
	for (; (got = csv_next_row(&csv)) == 1; first = false)
		if (json)
			write_json_row(&csv, first);
		else
			write_csv_row(csv.cell, csv.ncells);
	if (got < 0)
		errx(EXIT_TROUBLE, "%s", csv.error);
	if (json)
		printf("]\n");
	csv_release(&csv);
	cli_close_output();
	return 0;
}
