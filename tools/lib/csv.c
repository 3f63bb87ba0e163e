/* SPDX-License-Identifier: MIT */
#include "csv.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "say.h"
#include "text.h"
#include "xalloc.h"

/* UTF-8's, which some programs put before the header. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

int csv_fail_at(struct csv_reader *r, size_t line, const char *fmt, ...)
{
	char text[220], where[32] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line)
		snprintf(where, sizeof(where), " line %zu", line);
	snprintf(r->error, sizeof(r->error), "%s (%.250s%s)", text, r->path, where);
	return -1;
}

/* Read the file's next line with its end. Returns its length, 0 at the end of the input, or -1. */
static ssize_t read_line(struct csv_reader *r, char **line, size_t *size)
{
	ssize_t n = getline(line, size, r->f);

	if (n < 0 && !feof(r->f))
		return csv_fail_at(r, 0, "can't read: %s", strerror(errno));
	if (n > 0 && memchr(*line, '\0', (size_t)n))
		return csv_fail_at(r, 0, "not a CSV file: it holds a NUL byte");
	return n < 0 ? 0 : n;
}

static size_t quotes_in(const char *text, size_t n)
{
	size_t quotes = 0;

	for (const char *end = text + n; (text = memchr(text, '"', (size_t)(end - text))); text++)
		quotes++;
	return quotes;
}

/* Read the next row, whose lines end inside quotes but for the last. Returns as read_line() does.
 */
static ssize_t read_row(struct csv_reader *r, size_t *quotes)
{
	ssize_t n = read_line(r, &r->row, &r->row_size), more;

	if (n <= 0)
		return n;
	*quotes = quotes_in(r->row, (size_t)n);
	for (; *quotes % 2; *quotes += quotes_in(r->more, (size_t)more)) {
		more = read_line(r, &r->more, &r->more_size);
		if (!more)
			return csv_fail_at(r, r->next_line, "a quoted cell has no end");
		if (more < 0)
			return -1;
		if ((size_t)(n + more) >= r->row_size) {
			r->row_size = 2 * (size_t)(n + more);
			r->row = xrealloc(r->row, r->row_size);
		}
		memcpy(r->row + n, r->more, (size_t)more + 1);
		n += more;
	}
	return n;
}

static void add_cell(struct csv_reader *r, char *begin, char *end)
{
	if (r->ncells == r->cells_size) {
		r->cells_size = r->cells_size ? 2 * r->cells_size : 64;
		r->cell = xrealloc(r->cell, r->cells_size * sizeof(*r->cell));
		r->cell_len = xrealloc(r->cell_len, r->cells_size * sizeof(*r->cell_len));
	}
	*end = '\0';
	r->cell[r->ncells] = begin;
	r->cell_len[r->ncells++] = (size_t)(end - begin);
}

/* A quoted cell: `from` is the byte behind its opening quote. Writes the cell without its quotes in
 * place; returns the byte behind the closing quote. */
static char *unquote(struct csv_reader *r, char *from, char **end)
{
	for (*end = from;; from++) {
		if (*from == '"' && *++from != '"')
			return from;
		r->next_line += *from == '\n';
		*(*end)++ = *from;
	}
}

/* Split the row that ends at `end`, where a newline is or the file ends. */
static int split_row(struct csv_reader *r, char *end, bool has_quotes)
{
	for (char *begin = r->row, *stop, *last; begin <= end; begin = stop + 1) {
		if (*begin == '"') {
			stop = unquote(r, ++begin, &last);
			stop += *stop == '\r' && stop + 1 == end;
			if (stop != end && *stop != ',')
				return csv_fail_at(r, r->next_line, "text behind a closing quote");
		} else {
			/* Cells are short: memchr() would take longer. */
			for (stop = begin; stop < end && *stop != ','; stop++)
				;
			if (has_quotes && memchr(begin, '"', (size_t)(stop - begin)))
				return csv_fail(r, "a quote inside a cell that does not begin "
						   "with one");
			last = stop - (stop == end && stop > begin && stop[-1] == '\r');
		}
		add_cell(r, begin, last);
	}
	return 0;
}

/* Read and split the next row: 1, 0 at the end of the input, -1 on error. */
static int next_row(struct csv_reader *r)
{
	size_t quotes;
	ssize_t n = read_row(r, &quotes);

	if (n > 0 && !r->header && !strncmp(r->row, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK))) {
		n -= (ssize_t)strlen(BYTE_ORDER_MARK);
		memmove(r->row, r->row + strlen(BYTE_ORDER_MARK), (size_t)n + 1);
	}
	if (n <= 0)
		return (int)n;
	if (r->row[n - 1] == '\n')
		n--;
	else /* Cut in its last cell a row would pass for whole. */
		return csv_fail_at(r, r->next_line, "the %s has no end of line: was the file cut?",
				   r->header ? "last row" : "header");
	r->ncells = 0;
	r->line = r->next_line;
	if (split_row(r, r->row + n, quotes))
		return -1;
	r->next_line++;
	return 1;
}

static int read_header(struct csv_reader *r)
{
	int got = next_row(r);

	if (got < 0)
		return -1;
	if (got == 0)
		return csv_fail_at(r, 0, "empty input: a CSV begins with a header");
	if (r->ncells > CSV_COLUMNS_MAX)
		return csv_fail(r, "more than %d columns", CSV_COLUMNS_MAX);
	r->header = xcalloc(r->ncells, sizeof(*r->header));
	for (; r->ncolumns < r->ncells; r->ncolumns++) {
		const char *name = r->cell[r->ncolumns];

		if (csv_column(r, name) >= 0)
			return csv_fail(r, "two columns are named '%s'", name);
		r->header[r->ncolumns] = xstrdup(name);
	}
	return 0;
}

int csv_open(struct csv_reader *r, const char *path)
{
	bool is_stdin = !path || !strcmp(path, "-");

	*r = (struct csv_reader){.path = is_stdin ? "standard input" : path, .next_line = 1};
	r->f = is_stdin ? stdin : fopen(path, "re");
	if (!r->f)
		return csv_fail_at(r, 0, "can't open: %s", strerror(errno));
	return read_header(r);
}

int csv_next_row(struct csv_reader *r)
{
	int got;

	do
		got = next_row(r);
	while (got == 1 && r->ncolumns > 1 && r->ncells == 1 && !r->cell_len[0]);
	if (got == 1 && r->ncells != r->ncolumns)
		return csv_fail(r, "%zu cells where the header has %zu", r->ncells, r->ncolumns);
	return got;
}

int csv_column(const struct csv_reader *r, const char *name)
{
	size_t at = text_index((const char *const *)r->header, r->ncolumns, name);

	return at < r->ncolumns ? (int)at : -1;
}

int csv_require(struct csv_reader *r, const char *const *names, size_t n, int *index)
{
	for (size_t i = 0; i < n; i++) {
		index[i] = csv_column(r, names[i]);
		if (index[i] < 0)
			return csv_fail_at(r, 0, "missing column '%s'", names[i]);
	}
	return 0;
}

int csv_must(const struct csv_reader *r, int result)
{
	if (result < 0)
		die("%s", r->error);
	return result;
}

const char *csv_cell(const struct csv_reader *r, int column, const char *otherwise)
{
	return column < 0 ? otherwise : r->cell[column];
}

double csv_double(struct csv_reader *r, int column, double min, double max, double otherwise)
{
	const char *cell = csv_cell(r, column, ""), *wrong;
	double value = otherwise;

	wrong = *cell ? number_parse_double(cell, min, max, &value) : NULL;
	if (wrong)
		csv_refuse(r, "%s %s: '%s'", r->header[column], wrong, cell);
	return value;
}

void csv_release(struct csv_reader *r)
{
	if (r->f && r->f != stdin)
		fclose(r->f);
	for (size_t i = 0; r->header && i < r->ncolumns; i++)
		free(r->header[i]);
	free(r->header);
	free(r->row);
	free(r->more);
	free(r->cell);
	free(r->cell_len);
	*r = (struct csv_reader){0};
}

void csv_write_cell(struct csv_writer *w, const char *s)
{
	if (w->cells++)
		putc_unlocked(',', w->f);
	if (!s)
		return;
	/* A byte order mark that is a cell's own would be skipped at the start of a file. */
	if (!strpbrk(s, ",\"\r\n") && strncmp(s, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) != 0) {
		fputs_unlocked(s, w->f);
		return;
	}
	putc_unlocked('"', w->f);
	for (; *s; s++) {
		if (*s == '"')
			putc_unlocked('"', w->f);
		putc_unlocked(*s, w->f);
	}
	putc_unlocked('"', w->f);
}

const char *csv_number(double v, char text[CSV_NUMBER_BYTES])
{
	if (!isfinite(v))
		return NULL;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, CSV_NUMBER_BYTES, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	return text;
}

void csv_write_double(struct csv_writer *w, double v)
{
	char text[CSV_NUMBER_BYTES];

	csv_write_cell(w, csv_number(v, text));
}

void csv_write_u64(struct csv_writer *w, unsigned long long v)
{
	char text[CSV_NUMBER_BYTES];

	snprintf(text, sizeof(text), "%llu", v);
	csv_write_cell(w, text);
}

void csv_end_row(struct csv_writer *w)
{
	putc_unlocked('\n', w->f);
	w->cells = 0;
}
