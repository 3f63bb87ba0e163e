/* SPDX-License-Identifier: MIT */
#include "work.h"

#include <ctype.h>
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "keytable.h"
#include "text.h"
#include "xalloc.h"

size_t work_macro_name(const char *definition)
{
	size_t n = strspn(definition, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_");

	return isdigit((unsigned char)*definition) ||
		       (definition[n] && !strchr("=(", definition[n]))
		   ? 0
		   : n;
}

struct plan_row *work_add_row(struct work *work, size_t unit)
{
	struct plan_row *row = plan_add(&work->plan);

	work_note_origins(work, work->plan.nrows - 1, unit);
	return row;
}

void work_note_origins(struct work *work, size_t first, size_t unit)
{
	work->origins = xrealloc(work->origins, work->plan.nrows * sizeof(*work->origins));
	for (size_t i = first; i < work->plan.nrows; i++)
		work->origins[i] = (struct origin){unit, work->operand};
}

__attribute__((noreturn)) static void refuse_row(const struct work *work, size_t a, size_t b)
{
	const struct plan_row *row = &work->plan.rows[a];

	errx(EXIT_TROUBLE,
	     "a row twice: suite '%s', test '%s', entry point '%s', build '%s' (of '%s' and '%s')",
	     text_line(row->suite), text_line(row->test), text_line(row->entry_point),
	     text_line(row->build), work->origins[a].operand, work->origins[b].operand);
}

void work_refuse_twice(const struct work *work)
{
	struct keytable seen = {0};
	struct key key = {0};

	for (size_t i = 0; i < work->plan.nrows; i++) {
		const struct plan_row *row = &work->plan.rows[i];
		const char *const cells[] = {row->suite, row->test, row->entry_point, row->build};
		uint32_t first;

		key_clear(&key);
		for (size_t c = 0; c < sizeof(cells) / sizeof(*cells); c++)
			key_add(&key, cells[c], strlen(cells[c]));
		first = keytable_add(&seen, key.text, key.len);
		if (first != i)
			refuse_row(work, first, i);
	}
	key_release(&key);
	keytable_release(&seen);
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool same_unit(const struct unit *u, const char *source, char **defines, size_t ndefines)
{
	if (u->is_object || strcmp(u->source, source) || u->ndefines != ndefines)
		return false;
	for (size_t i = 0; i < ndefines; i++)
		if (strcmp(u->defines[i], defines[i]))
			return false;
	return true;
}

static size_t append_unit(struct work *work, struct unit unit)
{
	cli_reads(work->cli, unit.source);
	work->units = xrealloc(work->units, (work->nunits + 1) * sizeof(*work->units));
	work->units[work->nunits] = unit;
	return work->nunits++;
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
	return append_unit(work, (struct unit){
				     .source = xstrdup(source),
				     .defines = defines,
				     .ndefines = ndefines,
				 });
}

size_t work_add_object(struct work *work, const char *path)
{
	for (size_t i = 0; i < work->nunits; i++)
		if (work->units[i].is_object && !strcmp(work->units[i].source, path))
			return i;
	return append_unit(work, (struct unit){.source = xstrdup(path), .is_object = true});
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
	free(work->origins);
	for (size_t i = 0; i < work->ncompiler_options; i++)
		free(work->compiler_options[i]);
	free(work->compiler_options);
	keytable_release(&work->seen);
	plan_release(&work->plan);
}
