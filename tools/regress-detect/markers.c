/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "series.h"
#include "xalloc.h"

struct marker {
	const char **pattern;
	const char *build;
	size_t *row; /* a machine: the first row of that build, SIZE_MAX before it came */
	size_t nrow;
};

void markers_read(struct markers *m, const struct names *keys, const char *path)
{
	static const char *const others[] = {"build", "kind", "label", "url", "date", "comment"};
	struct csv_reader in;
	int build;

	m->keys = keys;
	patterns_open(&in, path, keys, others, sizeof(others) / sizeof(*others), "markers");
	csv_must(&in, csv_require(&in, others, 1, &build));
	while (csv_must(&in, csv_next_row(&in))) {
		if (!*in.cell[build])
			csv_refuse(&in, "build is empty");
		m->at = xgrow(m->at, m->n, sizeof(*m->at));
		m->at[m->n].pattern = patterns_of(&in, keys, &m->text);
		m->at[m->n++].build = keep_text(&m->text, in.cell[build]);
	}
	csv_release(&in);
}

void markers_notice(struct markers *m, uint32_t machine, const char *build, size_t row)
{
	for (size_t i = 0; i < m->n; i++) {
		struct marker *marker = &m->at[i];

		for (; marker->nrow <= machine; marker->nrow++) {
			marker->row = xgrow(marker->row, marker->nrow, sizeof(*marker->row));
			marker->row[marker->nrow] = SIZE_MAX;
		}
		if (marker->row[machine] == SIZE_MAX && !strcmp(marker->build, build))
			marker->row[machine] = row;
	}
}

bool markers_between(const struct markers *m, uint32_t machine, const char *const *cells,
		     const char *metric, size_t after, size_t to)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct marker *marker = &m->at[i];
		size_t row = machine < marker->nrow ? marker->row[machine] : SIZE_MAX;

		if (row != SIZE_MAX && row >= after && row <= to &&
		    patterns_match(marker->pattern, m->keys, cells, metric))
			return true;
	}
	return false;
}

void markers_release(struct markers *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->at[i].pattern);
		free(m->at[i].row);
	}
	free(m->at);
	keytable_release(&m->text);
}
