/* SPDX-License-Identifier: MIT */
/*
 * CSV as RFC 4180 has it, read row by row and written cell by cell.
 *
 * Reading: a header is always there; columns are found by name. LF and CRLF end a row, the last
 * row, unless it is the header, needs neither. Quoted cells may hold commas, quotes (doubled) and
 * newlines. Every row has as many cells as the header: a file that was cut in the middle of a row
 * is an error, and so is a NUL byte. An empty line is skipped, unless the header has one column
 * (then it is an empty cell).
 *
 * The library never exits: a function that can fail returns -1 and leaves one line for a person
 * in `error`, with the file and the line.
 */
#ifndef LIB_CSV_H
#define LIB_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

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
	int fd;
	char *buf;
	size_t size, pos, end, next_line, cells_size;
	bool eof;
};

/**
 * csv_open - open a file and read its header
 * @r: a reader; what was in it is overwritten
 * @path: a file; "-" or NULL is standard input; must outlive the reader
 * @return: 0, or -1 with r->error set; in both cases csv_release() frees what is held
 *
 * An empty input is an error: a CSV has a header. Two columns of one name are an error.
 */
int csv_open(struct csv_reader *r, const char *path);

/**
 * csv_next_row - read the next row into r->cell
 * @return: 1 for a row, 0 at the end of the input, -1 with r->error set
 */
int csv_next_row(struct csv_reader *r);

/** csv_column - the index of a column, or -1 when there is none of that name */
int csv_column(const struct csv_reader *r, const char *name);

/**
 * csv_require - find columns that must be there
 * @names: n column names
 * @index: n indices, written
 * @return: 0, or -1 with r->error naming the first that is missing
 */
int csv_require(struct csv_reader *r, const char *const *names, size_t n, int *index);

/**
 * csv_fail - for what is wrong with a cell of the current row: put the message, with the file and
 * the line, into r->error and return -1
 */
int csv_fail(struct csv_reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** csv_release - close the file and free what the reader holds; it may be opened again */
void csv_release(struct csv_reader *r);

/* Writing. A cell is quoted when it must be. Errors of the stream are kept by stdio: check the
 * stream once, at the end (cli_close_output() does). */
struct csv_writer {
	FILE *f;
	size_t cells; /* written so far in this row */
};

void csv_write_cell(struct csv_writer *w, const char *s); /* NULL is an empty cell */
void csv_write_empty(struct csv_writer *w);

/** csv_write_double - the shortest text that reads back as the same number; NaN is an empty cell */
void csv_write_double(struct csv_writer *w, double v);
void csv_write_u64(struct csv_writer *w, unsigned long long v);
void csv_end_row(struct csv_writer *w);

#endif
