/* SPDX-License-Identifier: MIT */
/*
 * CSV as RFC 4180 has it, read row by row and written cell by cell.
 *
 * The header is required, and its line must end. LF or CRLF ends a row; the last row needs neither.
 * Quoted cells may hold commas, doubled quotes and newlines. Each row has as many cells as the
 * header, so a file that is cut inside a row is an error. A NUL byte is an error. Empty lines are
 * skipped; where the header has one column, they are empty cells.
 *
 * The library never exits. A function that can fail returns -1 and leaves one line for a person in
 * `error`, with the file and the line.
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

/** csv_fail - put what is wrong with the current row, with file and line, into r->error; returns -1
 */
#define csv_fail(r, ...) csv_fail_at(r, (r)->line, __VA_ARGS__)

/** csv_fail_at - the same of another line; 0 for none */
int csv_fail_at(struct csv_reader *r, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

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
