/* SPDX-License-Identifier: MIT */
/*
 * Verdicts for people, worst first, and as a table for a terminal. All text comes from the input
 * and is not trusted: a terminal gets no control characters.
 */
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "xalloc.h"

static double distance(const struct finding *f)
{
	return isnan(f->ratio) || f->ratio <= 0 ? 0 : fabs(log(f->ratio));
}

static int worst_first(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a;
	const struct finding *y = *(const struct finding *const *)b;

	if (x->loaded != y->loaded)
		return x->loaded - y->loaded;
	/* Verdicts are listed worst first. */
	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? -1 : 1;
	if (distance(x) != distance(y))
		return distance(x) > distance(y) ? -1 : 1;
	return (x > y) - (x < y); /* in order of output */
}

/* An exact ratio has no interval. */
static bool is_exact(const struct finding *f)
{
	return isnan(f->ratio_low) || f->ratio_low == f->ratio_high;
}

/* A small exact change has more digits: one instruction of thousands is not 0.0 %. */
static char *change(const struct finding *f)
{
	double pct = 100 * (f->ratio - 1), size = is_exact(f) && pct != 0 ? fabs(pct) : 1;

	if (isnan(pct))
		return xstrdup("");
	return xasprintf("%+.*f %%", size < .1 ? 3 : size < 1 ? 2 : 1, pct);
}

static char *interval(const struct finding *f)
{
	if (is_exact(f))
		return xstrdup("");
	return xasprintf("%+.1f .. %+.1f %%", 100 * (f->ratio_low - 1), 100 * (f->ratio_high - 1));
}

static const char *build(const struct finding *f, enum side side)
{
	return f->side[side] && f->side[side]->build ? f->side[side]->build : "";
}

/* The cells of the key columns that tell a person what it is: all that differ in the table. */
static char *name_of(const struct comparison *c, const struct finding *f, const bool *differs)
{
	const char *const *cells = finding_cells(f);
	char *name = xstrdup("");

	for (size_t k = 0; k < c->cols.keys.n; k++)
		if (*cells[k] && (differs[k] || !strcmp(c->cols.keys.name[k], "test")))
			xappendf(&name, "%s%s", *name ? " " : "", cells[k]);
	return name;
}

/* Does key k tell rows apart? Metrics of a plan have no machine and no track: empty is no
 * difference. A program is mostly named after its test: its name counts where a test has two of
 * them. */
static bool key_differs(const struct comparison *c, size_t k)
{
	const struct names *keys = &c->cols.keys;
	int test = strcmp(keys->name[k], "entry_point") ? -1 : names_index(keys, "test");
	const char *const *seen = NULL;

	for (size_t i = 0; i < c->nfindings; i++) {
		const char *const *cells = finding_cells(&c->findings[i]);

		if (!*cells[k])
			continue;
		if (seen && strcmp(cells[k], seen[k]) &&
		    (test < 0 || !strcmp(cells[test], seen[test])))
			return true;
		seen = cells;
	}
	return false;
}

const char *table_word(enum verdict verdict, bool loaded)
{
	if (loaded && verdict == REGRESSION)
		return "grew";
	if (loaded && verdict == IMPROVEMENT)
		return "shrank";
	return verdict_names[verdict];
}

static void fill_row(const struct comparison *c, const struct finding *f, const bool *differs,
		     char *cell[NCOLUMNS])
{
	cell[VERDICT] = xstrdup(table_word(f->verdict, f->loaded));
	cell[TEST] = name_of(c, f, differs);
	cell[METRIC] = xstrdup(c->cols.metrics.name[f->metric]);
	cell[BUILDS] = xasprintf("%s..%s", build(f, BASELINE), build(f, CURRENT));
	cell[BASE] = number_text(f->value[BASELINE]);
	cell[NOW] = number_text(f->value[CURRENT]);
	cell[CHANGE] = change(f);
	cell[INTERVAL] = interval(f);
	cell[REASON] =
	    xasprintf("%s%s%s%s", f->first_bad ? "since " : "", f->first_bad ? f->first_bad : "",
		      f->first_bad && f->reason ? ": " : "", f->reason ? f->reason : "");
}

/* Columns without any text are left out, and builds that all rows share. */
static void choose_columns(struct table *t)
{
	for (enum column k = 0; k < NCOLUMNS; k++)
		for (size_t i = 0; i < t->n; i++)
			if (k == BUILDS)
				t->shown[k] |= strcmp(t->cells[i][k], t->cells[0][k]) != 0;
			else
				t->shown[k] |= *t->cells[i][k] != '\0';
}

struct table table_make(const struct comparison *c)
{
	struct table t = {
	    .n = c->nfindings,
	    .title = {"verdict", "test", "metric", "builds", "baseline", "current", "change",
		      /* That of a comparison knows nothing of other runs. */
		      c->history ? "interval" : "interval in these runs", "reason"},
	};

	t.differs = xcalloc(c->cols.keys.n, sizeof(*t.differs));
	for (size_t k = 0; k < c->cols.keys.n; k++)
		t.differs[k] = key_differs(c, k);
	t.cells = xcalloc(t.n, sizeof(*t.cells));
	t.findings = xmalloc(t.n * sizeof(struct finding *));
	for (size_t i = 0; i < t.n; i++)
		t.findings[i] = &c->findings[i];
	qsort(t.findings, t.n, sizeof(struct finding *), worst_first);
	for (size_t i = 0; i < t.n; i++)
		fill_row(c, t.findings[i], t.differs, t.cells[i]);
	choose_columns(&t);
	return t;
}

void table_release(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (enum column k = 0; k < NCOLUMNS; k++)
			free(t->cells[i][k]);
	free(t->cells);
	free(t->differs);
	free(t->findings);
}

/* Characters, not bytes: those that continue one in UTF-8 do not count. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

bool table_is_number(enum column k)
{
	return k == BASE || k == NOW || k == CHANGE || k == INTERVAL;
}

struct counts table_counts(const struct comparison *c)
{
	struct counts counts = {{{0}}, {0}};

	for (size_t i = 0; i < c->nfindings; i++) {
		const struct finding *f = &c->findings[i];

		counts.n[f->loaded][f->verdict]++;
		counts.all[f->loaded]++;
	}
	return counts;
}

void counts_write(const struct comparison *c, FILE *to)
{
	struct counts counts = table_counts(c);
	const char *before = "";

	for (int loaded = 0; loaded < 2; loaded++)
		for (enum verdict v = 0; v < VERDICT_COUNT; v++)
			if (counts.n[loaded][v]) {
				fprintf(to, "%s%zu %s", before, counts.n[loaded][v],
					table_word(v, loaded));
				before = ", ";
			}
	fputs(c->nfindings ? "\n" : "no series\n", to);
}

/* The colours of a terminal (SGR). */
static const char *const colours[] = {
    [SEVERITY_BAD] = "1;31", [SEVERITY_TROUBLE] = "31", [SEVERITY_OPEN] = "33",
    [SEVERITY_GOOD] = "32",  [SEVERITY_NONE] = "2",
};

static bool use_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no);
}

/* The cells of a row, padded; a row does not end in blanks. */
static void print_row(const struct table *t, char *const *cell, const int *width,
		      const char *colour)
{
	char *row = xstrdup("");

	for (enum column k = 0; k < NCOLUMNS; k++) {
		int pad = width[k] - width_of(cell[k]);
		bool right = table_is_number(k);

		if (t->shown[k])
			xappendf(&row, "%*s%s%*s  ", right ? pad : 0, "", cell[k], right ? 0 : pad,
				 "");
	}
	for (char *end = row + strlen(row); end > row && end[-1] == ' ';)
		*--end = '\0';
	if (colour)
		printf("\033[%sm%s\033[0m", colour, cell[VERDICT]);
	puts(row + (colour ? strlen(cell[VERDICT]) : 0));
	free(row);
}

/* What is unchanged is most of a table: it is counted, and shown when asked for. */
static bool is_shown(const struct comparison *c, const struct finding *f)
{
	return c->verbose || f->verdict != UNCHANGED;
}

void table_write(const struct comparison *c)
{
	struct table t = table_make(c);
	int width[NCOLUMNS];
	bool colour = use_colour();

	for (enum column k = 0; k < NCOLUMNS; k++) {
		width[k] = width_of(t.title[k]);
		for (size_t i = 0; i < t.n; i++) {
			text_to_line(t.cells[i][k]);
			if (is_shown(c, t.findings[i]) && width_of(t.cells[i][k]) > width[k])
				width[k] = width_of(t.cells[i][k]);
		}
	}
	for (size_t i = 0; i < t.n; i++) {
		if (!is_shown(c, t.findings[i]))
			continue;
		if (!i)
			print_row(&t, (char *const *)t.title, width, NULL);
		print_row(&t, t.cells[i], width,
			  colour ? colours[verdict_severity[t.findings[i]->verdict]] : NULL);
	}
	counts_write(c, stdout);
	table_release(&t);
}
