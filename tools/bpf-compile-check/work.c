/* SPDX-License-Identifier: MIT */
#include "work.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "xalloc.h"

struct plan_row *work_add_row(struct work *work, size_t unit)
{
	struct plan_row *row = plan_add(&work->plan);

	work->unit_of_row =
	    xrealloc(work->unit_of_row, work->plan.nrows * sizeof(*work->unit_of_row));
	work->unit_of_row[work->plan.nrows - 1] = unit;
	return row;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool same_unit(const struct unit *u, const char *source, char **defines, size_t ndefines)
{
	if (strcmp(u->source, source) || u->ndefines != ndefines)
		return false;
	for (size_t i = 0; i < ndefines; i++)
		if (strcmp(u->defines[i], defines[i]))
			return false;
	return true;
}

size_t work_add_unit(struct work *work, const char *source, char **defines, size_t ndefines)
{
	if (ndefines)
		qsort(defines, ndefines, sizeof(*defines), compare_text);
	for (size_t i = 0; i < work->nunits; i++) {
		if (!same_unit(&work->units[i], source, defines, ndefines))
			continue;
		for (size_t d = 0; d < ndefines; d++)
			free(defines[d]);
		free(defines);
		return i;
	}
	work->units = xrealloc(work->units, (work->nunits + 1) * sizeof(*work->units));
	work->units[work->nunits] = (struct unit){
	    .source = xstrdup(source),
	    .defines = defines,
	    .ndefines = ndefines,
	};
	return work->nunits++;
}

char *work_log_path(const struct work *work, const char *subject, const char *key)
{
	char *slug = text_slug(subject);
	uint64_t hash = hash_text(hash_text(HASH_START, subject), key);
	/* A test's name may be longer than a file's may be. */
	char *path = xasprintf("%s/log/%.100s-%016" PRIx64 ".log", work->objdir, slug, hash);

	free(slug);
	return path;
}

void work_release(struct work *work)
{
	for (size_t i = 0; i < work->nunits; i++) {
		struct unit *u = &work->units[i];

		for (size_t d = 0; d < u->ndefines; d++)
			free(u->defines[d]);
		free(u->defines);
		free(u->source);
		free(u->object);
		free(u->log);
		free(u->reason);
	}
	free(work->units);
	free(work->unit_of_row);
	for (size_t i = 0; i < work->ncompiler_options; i++)
		free(work->compiler_options[i]);
	free(work->compiler_options);
	plan_release(&work->plan);
}
