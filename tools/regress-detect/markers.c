/* SPDX-License-Identifier: MIT */
#include "markers.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "columns.h"
#include "csv.h"
#include "xalloc.h"

struct marker {
	const char **cells; /* patterns of the key columns, "" for any */
	const char *metric;
	const char *build;
	size_t line; /* of the file */
	size_t *row; /* a machine: the first row of that build, SIZE_MAX before it came */
	size_t nrow;
};

static void take_row(struct markers *m, const struct csv_reader *in)
{
	struct marker new = {.line = in->line};

	new.cells = xmalloc(m->keys->n * sizeof(*new.cells));
	for (size_t k = 0; k < m->keys->n; k++)
		new.cells[k] =
		    keep_text(&m->text, layout_cell(in, csv_column(in, m->keys->name[k]), ""));
	new.metric = keep_text(&m->text, layout_cell(in, csv_column(in, "metric"), ""));
	new.build = keep_text(&m->text, in->cell[csv_column(in, "build")]);
	if (!*new.build)
		errx(EXIT_TROUBLE, "build is empty (%s line %zu)", in->path, in->line);
	m->at = xrealloc(m->at, (m->n + 1) * sizeof(*m->at));
	m->at[m->n++] = new;
}

void markers_read(struct markers *m, const struct names *keys, const char *path)
{
	static const char *const others[] = {"build", "kind", "label", "url", "date", "comment"};
	struct csv_reader in;

	m->keys = keys;
	m->path = path;
	layout_open(&in, path);
	columns_check(keys, &in, others, sizeof(others) / sizeof(*others), "markers");
	if (csv_column(&in, "build") < 0)
		errx(EXIT_TROUBLE, "missing column 'build' (%s)", in.path);
	while (layout_next_row(&in))
		take_row(m, &in);
	csv_release(&in);
}

void markers_notice(struct markers *m, uint32_t machine, const char *build, size_t row)
{
	for (size_t i = 0; i < m->n; i++) {
		struct marker *marker = &m->at[i];

		for (; marker->nrow <= machine; marker->nrow++) {
			marker->row =
			    xrealloc(marker->row, (marker->nrow + 1) * sizeof(*marker->row));
			marker->row[marker->nrow] = SIZE_MAX;
		}
		if (marker->row[machine] == SIZE_MAX && !strcmp(marker->build, build))
			marker->row[machine] = row;
	}
}

static bool matches(const struct markers *m, const struct marker *marker, const char *const *cells,
		    const char *metric)
{
	for (size_t k = 0; k < m->keys->n; k++)
		if (!pattern_matches(marker->cells[k], cells[k]))
			return false;
	return !metric || pattern_matches(marker->metric, metric);
}

bool markers_between(const struct markers *m, uint32_t machine, const char *const *cells,
		     const char *metric, size_t after, size_t to)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct marker *marker = &m->at[i];
		size_t row = machine < marker->nrow ? marker->row[machine] : SIZE_MAX;

		if (row != SIZE_MAX && row >= after && row <= to &&
		    matches(m, marker, cells, metric))
			return true;
	}
	return false;
}

void markers_tell_unused(const struct markers *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct marker *marker = &m->at[i];
		bool used = false;

		for (size_t machine = 0; machine < marker->nrow; machine++)
			used |= marker->row[machine] != SIZE_MAX;
		if (!used)
			warnx("no row of the build of a marker: '%s' (%s line %zu)", marker->build,
			      m->path, marker->line);
	}
}

void markers_release(struct markers *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->at[i].cells);
		free(m->at[i].row);
	}
	free(m->at);
	keytable_release(&m->text);
	*m = (struct markers){0};
}
