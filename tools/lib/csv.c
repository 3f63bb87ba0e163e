/* SPDX-License-Identifier: MIT */
#include "csv.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xalloc.h"

/* UTF-8's, which some programs put before the header. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* One read() at a time; the buffer doubles when a row is longer. */
#define BUFFER_BYTES ((size_t)256 * 1024)

int csv_fail_at(struct csv_reader *r, size_t line, const char *fmt, ...)
{
	char where[300] = "";
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(r->error, sizeof(r->error), fmt, ap);
	va_end(ap);
	if (line)
		snprintf(where, sizeof(where), " (%s line %zu)", r->path, line);
	else
		snprintf(where, sizeof(where), " (%s)", r->path);
	if (n < 0 || (size_t)n + strlen(where) >= sizeof(r->error))
		n = (int)(sizeof(r->error) - strlen(where) - 1);
	strcpy(r->error + n, where);
	return -1;
}

/* Make room for more input behind the row that begins at `pos`, and read some. Moves the row to
 * the front of the buffer. Returns 1 when bytes came, 0 at the end of the input, -1 on error. */
static int fill(struct csv_reader *r)
{
	ssize_t n;

	if (r->eof)
		return 0;
	memmove(r->buf, r->buf + r->pos, r->end - r->pos);
	r->end -= r->pos;
	r->pos = 0;
	/* One byte stays free: the last row may need a NUL where no newline is. */
	if (r->end + 1 >= r->size) {
		r->size *= 2;
		r->buf = xrealloc(r->buf, r->size);
	}
	do
		n = read(r->fd, r->buf + r->end, r->size - r->end - 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return csv_fail_at(r, 0, "can't read: %s", strerror(errno));
	if (n == 0) {
		r->eof = true;
		return 0;
	}
	if (memchr(r->buf + r->end, '\0', (size_t)n))
		return csv_fail_at(r, 0, "not a CSV file: it holds a NUL byte");
	r->end += (size_t)n;
	return 1;
}

static void add_cell(struct csv_reader *r, size_t begin, size_t end)
{
	if (r->ncells == r->cells_size) {
		r->cells_size = r->cells_size ? 2 * r->cells_size : 64;
		r->cell = xrealloc(r->cell, r->cells_size * sizeof(*r->cell));
		r->cell_len = xrealloc(r->cell_len, r->cells_size * sizeof(*r->cell_len));
	}
	r->buf[end] = '\0';
	r->cell[r->ncells] = r->buf + begin;
	r->cell_len[r->ncells++] = end - begin;
}

/* A quoted cell of a whole row: `from` is the byte behind its opening quote. Writes the cell
 * without its quotes in place; returns the index of the byte behind the closing quote. */
static size_t unquote(struct csv_reader *r, size_t from, size_t *end)
{
	size_t to = from, i = from;

	for (;; i++) {
		if (r->buf[i] == '"' && r->buf[++i] != '"') {
			*end = to;
			return i;
		}
		r->next_line += r->buf[i] == '\n';
		r->buf[to++] = r->buf[i];
	}
}

/* The commas among eight bytes: the top bit of each. Exact, unlike the shorter test for a zero byte
 * that is known from strlen(). */
static uint64_t commas_in(uint64_t bytes)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
	uint64_t x = bytes ^ 0x2c2c2c2c2c2c2c2cu;

	return ~(((x & low) + low) | x | low);
}

/* A cell of the row that ends at `end`, where a carriage return may be. */
static void add_last_cell(struct csv_reader *r, size_t begin, size_t end)
{
	add_cell(r, begin, end - (end > begin && r->buf[end - 1] == '\r'));
}

/* Split a row without quotes: most rows by far. */
static void split_plain_row(struct csv_reader *r, size_t end)
{
	size_t begin = r->pos, i = begin;
	uint64_t eight;

	for (; i + sizeof(eight) <= end; i += sizeof(eight)) {
		memcpy(&eight, r->buf + i, sizeof(eight));
		for (uint64_t c = commas_in(le64toh(eight)); c; c &= c - 1) {
			size_t comma = i + (size_t)__builtin_ctzll(c) / 8;

			add_cell(r, begin, comma);
			begin = comma + 1;
		}
	}
	for (; i < end; i++)
		if (r->buf[i] == ',') {
			add_cell(r, begin, i);
			begin = i + 1;
		}
	add_last_cell(r, begin, end);
}

static int split_quoted_row(struct csv_reader *r, size_t end)
{
	for (size_t begin = r->pos, stop; begin <= end; begin = stop + 1) {
		bool quoted = r->buf[begin] == '"';
		size_t last = end;

		if (quoted) {
			stop = unquote(r, ++begin, &last);
			stop += r->buf[stop] == '\r' && stop + 1 == end;
			if (stop != end && r->buf[stop] != ',')
				return csv_fail_at(r, r->next_line, "text behind a closing quote");
		} else {
			stop = begin + strcspn(r->buf + begin, ",\"\n");
			if (r->buf[stop] == '"')
				return csv_fail(r, "a quote inside a cell that does not begin "
						   "with one");
		}
		if (quoted || stop < end)
			add_cell(r, begin, quoted ? last : stop);
		else
			add_last_cell(r, begin, end);
	}
	return 0;
}

/* The newline that ends the row that begins at `pos`; NULL when it is not in the buffer.
 * @quotes: written: how many are in the row */
static char *row_end(const struct csv_reader *r, size_t *quotes)
{
	const char *at = r->buf + r->pos, *end = r->buf + r->end;
	const char *newline;

	*quotes = 0;
	while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
		for (; (at = memchr(at, '"', (size_t)(newline - at))); at++)
			++*quotes;
		if (*quotes % 2 == 0)
			return (char *)newline;
		at = newline + 1;
	}
	for (; (at = memchr(at, '"', (size_t)(end - at))); at++)
		++*quotes;
	return NULL;
}

/* Split the next row: 1, 0 at the end of the input, -1 on error. */
static int split_row(struct csv_reader *r)
{
	size_t quotes;
	char *newline;
	int got = 0;

	while (!(newline = row_end(r, &quotes)) && (got = fill(r)) > 0)
		;
	if (got < 0)
		return -1;
	if (!newline) {
		if (quotes % 2)
			return csv_fail_at(r, r->next_line, "a quoted cell has no end");
		if (r->pos == r->end)
			return 0;
		/* Cut in its last name a header would pass for a table without rows. */
		if (!r->header)
			return csv_fail_at(r, r->next_line, "the header has no end of line");
		newline = r->buf + r->end++;
		*newline = '\n';
	}
	r->ncells = 0;
	r->line = r->next_line;
	if (!quotes)
		split_plain_row(r, (size_t)(newline - r->buf));
	else if (split_quoted_row(r, (size_t)(newline - r->buf)))
		return -1;
	r->pos = (size_t)(newline - r->buf) + 1;
	r->next_line++;
	return 1;
}

static int read_header(struct csv_reader *r)
{
	int got = 1;

	while (got > 0 && r->end < strlen(BYTE_ORDER_MARK))
		got = fill(r);
	if (got < 0)
		return -1;
	if (r->end >= strlen(BYTE_ORDER_MARK) &&
	    !memcmp(r->buf, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		r->pos = strlen(BYTE_ORDER_MARK);
	got = split_row(r);
	if (got < 0)
		return -1;
	if (got == 0)
		return csv_fail_at(r, 0, "empty input: a CSV begins with a header");
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

	*r = (struct csv_reader){.path = is_stdin ? "standard input" : path, .fd = -1};
	r->next_line = 1;
	r->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return csv_fail_at(r, 0, "can't open: %s", strerror(errno));
	r->size = BUFFER_BYTES;
	r->buf = xmalloc(r->size);
	return read_header(r);
}

int csv_next_row(struct csv_reader *r)
{
	int got;

	do
		got = split_row(r);
	while (got == 1 && r->ncolumns > 1 && r->ncells == 1 && !r->cell_len[0]);
	if (got == 1 && r->ncells != r->ncolumns)
		return csv_fail(r, "%zu cells where the header has %zu", r->ncells, r->ncolumns);
	return got;
}

int csv_column(const struct csv_reader *r, const char *name)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (!strcmp(r->header[i], name))
			return (int)i;
	return -1;
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

void csv_release(struct csv_reader *r)
{
	if (r->fd > STDIN_FILENO)
		close(r->fd);
	for (size_t i = 0; r->header && i < r->ncolumns; i++)
		free(r->header[i]);
	free(r->header);
	free(r->buf);
	free(r->cell);
	free(r->cell_len);
	*r = (struct csv_reader){.fd = -1};
}

static void separate(struct csv_writer *w)
{
	if (w->cells++)
		putc_unlocked(',', w->f);
}

void csv_write_cell(struct csv_writer *w, const char *s)
{
	separate(w);
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

void csv_write_empty(struct csv_writer *w)
{
	separate(w);
}

void csv_write_double(struct csv_writer *w, double v)
{
	char text[32];

	separate(w);
	if (isnan(v))
		return;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	fputs_unlocked(text, w->f);
}

void csv_write_u64(struct csv_writer *w, unsigned long long v)
{
	separate(w);
	fprintf(w->f, "%llu", v);
}

void csv_end_row(struct csv_writer *w)
{
	putc_unlocked('\n', w->f);
	w->cells = 0;
}
