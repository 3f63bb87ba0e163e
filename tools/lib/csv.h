/* SPDX-License-Identifier: MIT */
/*
 * CSV as RFC 4180 has it, read row by row and written cell by cell.
 *
 * The header is required. LF or CRLF ends each row: a file that is cut has a last row without, and
 * is an error. Quoted cells may hold commas, doubled quotes and newlines. Each row has as many
 * cells as the header. A NUL byte is an error. Empty lines are skipped; where the header has one
 * column, they are empty cells.
 *
 * A function that can fail returns -1 and leaves one line for a person in `error`, with the file
 * and the line. csv_must() ends a tool with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CSV_COLUMNS_MAX 4096

struct csv_reader {
	char **cell;	  /* the current row: ncells strings, each ends in NUL; they are views
			     into the reader's buffer, valid until the next csv_next_row() */
	size_t *cell_len; /* their lengths in bytes */
	size_t ncells;	  /* cells in the current row */
	char **header;	  /* the column names: owned by the reader, valid until csv_release() */
	size_t ncolumns;
	size_t line;	 /* line of the file on which the current row begins, from 1 */
	char error[512]; /* what went wrong, after a function returned -1 */

	const char *path; /* as messages show it */
	/* private */
	FILE *f;
	char *row, *more; /* the row, and the next of its lines */
	size_t row_size, more_size, next_line, cells_size;
};

/**
 * csv_open - open a file and read its header, which must be there and name no column twice
 * @r: overwritten; csv_release() frees it, after an error too
 * @path: must outlive the reader; "-" or NULL is standard input
 */
int csv_open(struct csv_reader *r, const char *path);

/** csv_next_row - read the next row into r->cell: 1, 0 at the end of the input, or -1 */
int csv_next_row(struct csv_reader *r);

/** csv_column - the index of a column, or -1 when there is none of that name */
int csv_column(const struct csv_reader *r, const char *name);

/** csv_require - write the indices of n columns that must be there */
int csv_require(struct csv_reader *r, const char *const *names, size_t n, int *index);

/** csv_fail - say in r->error what is wrong with the current row, with file and line; returns -1 */
#define csv_fail(r, ...) csv_fail_at(r, (r)->line, __VA_ARGS__)

/** csv_fail_at - the same of another line; 0 for none */
int csv_fail_at(struct csv_reader *r, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** csv_must - the result of a function that can fail; a failure ends the tool with status 2 */
int csv_must(const struct csv_reader *r, int result);

/** csv_refuse - say what is wrong with the current row, and end the tool */
#define csv_refuse(r, ...) csv_must(r, csv_fail(r, __VA_ARGS__))

/** csv_cell - a cell of the current row; `otherwise` where there is no such column (-1) */
const char *csv_cell(const struct csv_reader *r, int column, const char *otherwise);

/** csv_double - a cell of the current row as a number; `otherwise` for an empty one, and where
 * there is no such column; a bad one ends the tool */
double csv_double(struct csv_reader *r, int column, double min, double max, double otherwise);

/** csv_release - close the file and free what the reader holds; it may be opened again */
void csv_release(struct csv_reader *r);

/** csv_number - the shortest text that reads back as the same number; NULL where there is none:
 * for NaN, and what is too large for a double */
#define CSV_NUMBER_BYTES 32
const char *csv_number(double v, char text[CSV_NUMBER_BYTES]);

/* Writing. A cell is quoted when it must be. Errors of the stream are kept by stdio: check the
 * stream once, at the end (cli_close_output() does). */
struct csv_writer {
	FILE *f;
	size_t cells; /* written so far in this row */
};

void csv_write_cell(struct csv_writer *w, const char *s); /* NULL is an empty cell */
void csv_write_double(struct csv_writer *w, double v);	  /* as csv_number() has it */
void csv_write_u64(struct csv_writer *w, unsigned long long v);
void csv_end_row(struct csv_writer *w);
