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

static int vfail(struct csv_reader *r, size_t line, const char *fmt, va_list ap)
{
	char where[300] = "";
	int n = vsnprintf(r->error, sizeof(r->error), fmt, ap);

	if (line)
		snprintf(where, sizeof(where), " (%s line %zu)", r->path, line);
	else
		snprintf(where, sizeof(where), " (%s)", r->path);
	if (n < 0 || (size_t)n + strlen(where) >= sizeof(r->error))
		n = (int)(sizeof(r->error) - strlen(where) - 1);
	strcpy(r->error + n, where);
	return -1;
}

static int fail(struct csv_reader *r, size_t line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(r, line, fmt, ap);
	va_end(ap);
	return -1;
}

int csv_fail(struct csv_reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(r, r->line, fmt, ap);
	va_end(ap);
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
		return fail(r, 0, "can't read: %s", strerror(errno));
	if (n == 0) {
		r->eof = true;
		return 0;
	}
	if (memchr(r->buf + r->end, '\0', (size_t)n))
		return fail(r, 0, "not a CSV file: it holds a NUL byte");
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

/* A quoted cell: `from` is the byte behind its opening quote. Writes the cell without its quotes
 * in place and returns the index of the byte behind the closing quote; SIZE_MAX when the closing
 * quote is not in the buffer. */
static size_t unquote(struct csv_reader *r, size_t from, size_t *end)
{
	size_t to = from, i = from;

	while (i < r->end) {
		if (r->buf[i] == '"') {
			if (i + 1 == r->end && !r->eof)
				return SIZE_MAX;
			if (i + 1 == r->end || r->buf[i + 1] != '"') {
				*end = to;
				return i + 1;
			}
			i++;
		} else if (r->buf[i] == '\n') {
			r->next_line++;
		}
		r->buf[to++] = r->buf[i++];
	}
	return SIZE_MAX;
}

/* The commas among eight bytes: the top bit of each. Exact, unlike the shorter test for a zero byte
 * that is known from strlen(). */
static uint64_t commas_in(uint64_t bytes)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
	uint64_t x = bytes ^ 0x2c2c2c2c2c2c2c2cu;

	return ~(((x & low) + low) | x | low);
}

/* Split a row without quotes, which ends in the newline at `end`: most rows by far. */
static int split_plain_row(struct csv_reader *r, size_t end)
{
	size_t begin = r->pos, i = begin, last = end;
	uint64_t eight;

	r->ncells = 0;
	r->line = r->next_line++;
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
	if (last > begin && r->buf[last - 1] == '\r')
		last--;
	add_cell(r, begin, last);
	r->pos = end + 1;
	return 1;
}

/* Read the next row if it lies in the buffer and has no quotes. */
static bool next_plain_row(struct csv_reader *r)
{
	char *row = r->buf + r->pos, *end = memchr(row, '\n', r->end - r->pos);

	if (!end || memchr(row, '"', (size_t)(end - row)))
		return false;
	return split_plain_row(r, (size_t)(end - r->buf));
}

/* Whether the row that begins at `pos` lies whole in the buffer. Needed before the row is split,
 * since splitting overwrites quotes and separators. */
static bool row_is_whole(const struct csv_reader *r, size_t *scanned, bool *quoted)
{
	size_t i = *scanned;

	while (i < r->end) {
		if (*quoted) {
			const char *q = memchr(r->buf + i, '"', r->end - i);

			if (!q)
				break;
			*quoted = false;
			i = (size_t)(q - r->buf) + 1;
			continue;
		}
		if (r->buf[i] == '\n')
			return true;
		if (r->buf[i] == '"')
			*quoted = true;
		i++;
	}
	*scanned = r->end;
	return false;
}

/* Bring the whole next row into the buffer: 1, 0 at the end of the input, -1 on error. */
static int load_row(struct csv_reader *r)
{
	size_t scanned = r->pos;
	bool quoted = false;

	while (!row_is_whole(r, &scanned, &quoted)) {
		size_t behind = scanned - r->pos;
		int got = fill(r);

		if (got < 0)
			return -1;
		scanned = r->pos + behind;
		if (!got) {
			if (quoted)
				return fail(r, r->next_line, "a quoted cell has no end");
			return r->pos < r->end;
		}
	}
	return 1;
}

/* Split the row that begins at `pos` and lies whole in the buffer. */
static int split_row(struct csv_reader *r)
{
	size_t i = r->pos;

	r->ncells = 0;
	r->line = r->next_line;
	for (;;) {
		size_t begin = i, end;

		if (i < r->end && r->buf[i] == '"') {
			begin = i + 1;
			i = unquote(r, begin, &end);
			if (i == SIZE_MAX)
				return fail(r, r->line, "a quoted cell has no end");
			if (i < r->end && r->buf[i] == '\r' && i + 1 < r->end &&
			    r->buf[i + 1] == '\n')
				i++;
			if (i < r->end && r->buf[i] != ',' && r->buf[i] != '\n')
				return fail(r, r->next_line, "text behind a closing quote");
		} else {
			while (i < r->end && r->buf[i] != ',' && r->buf[i] != '\n') {
				if (r->buf[i] == '"')
					return fail(r, r->line,
						    "a quote inside a cell that does "
						    "not begin with one");
				i++;
			}
			end = i;
			if (i < r->end && r->buf[i] == '\n' && end > begin &&
			    r->buf[end - 1] == '\r')
				end--;
		}
		char stop = i < r->end ? r->buf[i] : '\n';

		add_cell(r, begin, end);
		i++;
		if (stop == '\n')
			break;
	}
	r->pos = i < r->end ? i : r->end;
	r->next_line++;
	return 1;
}

static int read_header(struct csv_reader *r)
{
	int got = load_row(r);
	size_t scanned = r->pos;
	bool quoted = false;

	if (got == 1) {
		/* Cut in its last name it would pass for a table without rows. */
		if (!row_is_whole(r, &scanned, &quoted))
			return fail(r, r->next_line, "the header has no end of line");
		if (r->end - r->pos >= 3 && !memcmp(r->buf + r->pos, BYTE_ORDER_MARK, 3))
			r->pos += 3; /* the byte order mark that spreadsheets write */
		got = split_row(r);
	}
	if (got < 0)
		return -1;
	if (got == 0)
		return fail(r, 0, "empty input: a CSV begins with a header");
	r->ncolumns = r->ncells;
	r->header = xcalloc(r->ncolumns, sizeof(*r->header));
	for (size_t i = 0; i < r->ncells; i++) {
		for (size_t j = 0; j < i; j++)
			if (!strcmp(r->header[j], r->cell[i]))
				return fail(r, r->line, "two columns are named '%s'", r->cell[i]);
		r->header[i] = xstrdup(r->cell[i]);
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
		return fail(r, 0, "can't open: %s", strerror(errno));
	r->size = BUFFER_BYTES;
	r->buf = xmalloc(r->size);
	return read_header(r);
}

int csv_next_row(struct csv_reader *r)
{
	int got;

	do {
		if (next_plain_row(r)) {
			got = 1;
			continue;
		}
		got = load_row(r);
		if (got == 1)
			got = split_row(r);
	} while (got == 1 && r->ncolumns > 1 && r->ncells == 1 && !r->cell_len[0]);
	if (got == 1 && r->ncells != r->ncolumns)
		return fail(r, r->line, "%zu cells where the header has %zu", r->ncells,
			    r->ncolumns);
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
			return fail(r, 0, "missing column '%s'", names[i]);
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
	if (!strpbrk(s, ",\"\r\n") && strncmp(s, BYTE_ORDER_MARK, 3) != 0) {
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
