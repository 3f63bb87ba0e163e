/* SPDX-License-Identifier: MIT */
#include "work.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "keytable.h"
#include "say.h"
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

char *work_stem(const char *path)
{
	static const char *const ends[] = {".bpf.c", ".c", ".bpf.o", ".o"};
	char *stem = xstrdup(path), *name = basename(stem);
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (n > strlen(ends[i]) && text_ends_with(name, ends[i])) {
			name[n - strlen(ends[i])] = '\0';
			break;
		}
	return stem;
}

struct plan_row *work_add_row(struct work *work, size_t unit)
{
	struct plan_row *row = plan_add(&work->plan);

	work_note_origins(work, work->plan.nrows - 1, (struct origin){.unit = unit});
	return row;
}

void work_note_origins(struct work *work, size_t first, struct origin origin)
{
	origin.operand = work->operand;
	for (size_t i = first; i < work->plan.nrows; i++) {
		work->origins = xgrow(work->origins, i, sizeof(*work->origins));
		work->origins[i] = origin;
	}
}

void work_refuse_twice(const struct work *work)
{
	struct keytable seen = {0};
	struct key key = {0};

	for (size_t i = 0; i < work->plan.nrows; i++) {
		const struct plan_row *row = &work->plan.rows[i];
		const char *const cells[] = {row->suite, row->test, row->entry_point, row->build};
		uint32_t first;

		key_set(&key, cells, sizeof(cells) / sizeof(*cells));
		first = keytable_add(&seen, key.text, key.len);
		if (first != i)
			die("a row twice: suite '%s', test '%s', entry point '%s', build '%s' (of "
			    "'%s' and '%s')",
			    row->suite, row->test, row->entry_point, row->build,
			    work->origins[first].operand, work->origins[i].operand);
	}
	key_release(&key);
	keytable_release(&seen);
}

/* What a row's net_of names: tests of its suite, NAME or N*NAME, with blanks between. */
#define BLANKS " \t\r\n"

static struct keytable all_tests(const struct plan *plan)
{
	struct keytable tests = {0};
	struct key key = {0};

	for (size_t i = 0; i < plan->nrows; i++) {
		key_set(&key, (const char *const[]){plan->rows[i].suite, plan->rows[i].test}, 2);
		keytable_add(&tests, key.text, key.len);
	}
	key_release(&key);
	return tests;
}

/* The test of a term, behind its "N*"; NULL when what stands before the star is no number. */
static const char *term_test(char *term)
{
	char *star = strchr(term, '*');
	uint64_t times;

	if (!star)
		return term;
	*star = '\0';
	return number_parse_u64(term, 1, UINT32_MAX, &times) ? NULL : star + 1;
}

static void check_term(const struct work *work, size_t i, const struct keytable *tests,
		       const char *term)
{
	const struct plan_row *row = &work->plan.rows[i];
	const char *file = work->origins[i].operand, *named;
	char *copy = xstrdup(term);
	struct key key = {0};

	named = term_test(copy);
	if (!named)
		die("net_of of test '%s' has '%s', which is not N*TEST (%s)", row->test, term,
		    file);
	key_set(&key, (const char *const[]){row->suite, named}, 2);
	if (!work->origins[i].of_plan && keytable_find(tests, key.text, key.len) == KEYTABLE_NONE)
		die("net_of of test '%s' names a test that is not there: '%s' (%s)", row->test,
		    named, file);
	if (!strcmp(named, row->test))
		die("net_of of test '%s' names the test itself (%s)", row->test, file);
	key_release(&key);
	free(copy);
}

void work_check_net_of(const struct work *work)
{
	struct keytable tests = all_tests(&work->plan);

	for (size_t i = 0; i < work->plan.nrows; i++) {
		char *terms = xstrdup(work->plan.rows[i].net_of), *rest = terms, *term;

		while ((term = strtok_r(rest, BLANKS, &rest)))
			check_term(work, i, &tests, term);
		free(terms);
	}
	keytable_release(&tests);
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool same_unit(const struct unit *a, const struct unit *b)
{
	if (a->is_object != b->is_object || strcmp(a->source, b->source) ||
	    a->ndefines != b->ndefines)
		return false;
	for (size_t i = 0; i < a->ndefines; i++)
		if (strcmp(a->defines[i], b->defines[i]))
			return false;
	return true;
}

static void release_unit(struct unit *u)
{
	for (size_t d = 0; d < u->ndefines; d++)
		free(u->defines[d]);
	free(u->defines);
	free(u->source);
	free(u->object);
	free(u->log);
	free(u->reason);
}

size_t work_add_unit(struct work *work, struct unit unit)
{
	if (unit.ndefines)
		qsort(unit.defines, unit.ndefines, sizeof(*unit.defines), compare_text);
	for (size_t i = 0; i < work->nunits; i++)
		if (same_unit(&work->units[i], &unit)) {
			work->units[i].adhoc |= unit.adhoc;
			release_unit(&unit);
			return i;
		}
	cli_reads(work->cli, unit.source);
	work->units = xgrow(work->units, work->nunits, sizeof(*work->units));
	work->units[work->nunits] = unit;
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

void work_give(int fd, const char *path)
{
	char *copy = xstrdup(path);
	struct stat folder;

	if (!geteuid() && !stat(dirname(copy), &folder) && fchown(fd, folder.st_uid, folder.st_gid))
		say_errno("can't give to its folder's owner: '%s'", path);
	free(copy);
}

/* A log may show what only its reader may read. A new file takes its place, so that a link that
 * lies there leads nowhere. */
void work_write_log(const char *path, const char *text)
{
	char *written = xasprintf("%s.%ld", path, (long)getpid());
	int fd = open(written, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f) {
		work_give(fd, path);
		fputs(text, f);
	}
	if (!f || ferror(f) | fclose(f) || rename(written, path)) {
		int error = errno;

		unlink(written);
		errno = error;
		die_errno("can't write log: '%s'", path);
	}
	free(written);
}

void work_release(struct work *work)
{
	for (size_t i = 0; i < work->nunits; i++)
		release_unit(&work->units[i]);
	free(work->units);
	for (size_t i = 0; i < work->plan.nrows; i++)
		free(work->origins[i].setting);
	free(work->origins);
	for (size_t i = 0; i < work->ncompiler_options; i++)
		free(work->compiler_options[i]);
	free(work->compiler_options);
	free(work->cflags);
	if (work->program)
		regfree(&work->program_regex);
	keytable_release(&work->seen);
	keytable_release(&work->told);
	given_release(&work->given);
	plan_release(&work->plan);
}
