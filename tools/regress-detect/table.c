/* SPDX-License-Identifier: MIT */
/*
 * The verdicts for people: as an aligned table or as markdown, worst first. All text comes from
 * the input and is not trusted: a terminal gets no control characters, markdown no markup.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "detect.h"
#include "xalloc.h"

/* As SGR has them. */
static const char *const colours[VERDICT_COUNT] = {
    [REGRESSION] = "1;31", [SUSPECTED] = "1;31",  [FAILED] = "31",   [MISSING] = "31",
    [STALE] = "33",	   [CONTAMINATED] = "33", [UNSTABLE] = "33", [INCONCLUSIVE] = "33",
    [NEW] = "36",	   [IMPROVEMENT] = "32",  [UNCHANGED] = "2",
};

enum column { VERDICT, TEST, METRIC, BUILDS, BASE, NOW, CHANGE, INTERVAL, REASON, NCOLUMNS };
static const char *const titles[NCOLUMNS] = {"verdict", "test",	  "metric",   "builds", "baseline",
					     "current", "change", "interval", "reason"};

struct table {
	char *(*cells)[NCOLUMNS]; /* a row a finding */
	const struct finding **findings;
	size_t n;
	const char *title[NCOLUMNS];
	bool shown[NCOLUMNS];
};

static double distance(const struct finding *f)
{
	return isnan(f->ratio) || f->ratio <= 0 ? 0 : fabs(log(f->ratio));
}

static int worst_first(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a;
	const struct finding *y = *(const struct finding *const *)b;

	/* Verdicts are listed worst first. */
	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? -1 : 1;
	if (distance(x) != distance(y))
		return distance(x) > distance(y) ? -1 : 1;
	return (x > y) - (x < y); /* in order of output */
}

static char *number(double v)
{
	return isnan(v) ? xstrdup("") : xasprintf("%.4g", v);
}

static char *change(const struct finding *f)
{
	return isnan(f->ratio) ? xstrdup("") : xasprintf("%+.1f %%", 100 * (f->ratio - 1));
}

static char *interval(const struct finding *f)
{
	if (isnan(f->ratio_low) || f->exact)
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
	const struct subject *s = f->side[CURRENT] ? f->side[CURRENT] : f->side[BASELINE];
	char *name = xstrdup("");

	for (size_t k = 0; k < c->cols.keys.n; k++) {
		char *longer;

		if (!differs[k] && strcmp(c->cols.keys.name[k], "test") != 0)
			continue;
		longer = xasprintf("%s%s%s", name, *name ? " " : "", s->cells[k]);
		free(name);
		name = longer;
	}
	return name;
}

static const char *const *cells_of(const struct finding *f)
{
	return f->side[CURRENT] ? f->side[CURRENT]->cells : f->side[BASELINE]->cells;
}

/* Two programs of one test make the entry point part of its name; one program is the rule. */
static bool *differing_keys(const struct comparison *c)
{
	bool *differs = xcalloc(c->cols.keys.n, sizeof(*differs));

	for (size_t k = 0; k < c->cols.keys.n; k++)
		for (size_t i = 1; i < c->nfindings && !differs[k]; i++) {
			const char *const *a = cells_of(&c->findings[i - 1]);
			const char *const *b = cells_of(&c->findings[i]);

			differs[k] = strcmp(a[k], b[k]) != 0;
			/* Programs are mostly named after what their test does. */
			for (size_t t = 0; t < c->cols.keys.n && differs[k]; t++)
				if (!strcmp(c->cols.keys.name[k], "entry_point") &&
				    !strcmp(c->cols.keys.name[t], "test") && strcmp(a[t], b[t]))
					differs[k] = false;
		}
	return differs;
}

static void fill_row(const struct comparison *c, const struct finding *f, const bool *differs,
		     char *cell[NCOLUMNS])
{
	cell[VERDICT] = xstrdup(verdict_names[f->verdict]);
	cell[TEST] = name_of(c, f, differs);
	cell[METRIC] = xstrdup(c->cols.metrics.name[f->metric]);
	cell[BUILDS] = xasprintf("%s..%s", build(f, BASELINE), build(f, CURRENT));
	cell[BASE] = number(f->value[BASELINE]);
	cell[NOW] = number(f->value[CURRENT]);
	cell[CHANGE] = change(f);
	cell[INTERVAL] = interval(f);
	if (f->first_bad)
		cell[REASON] = xasprintf("since %s%s%s", f->first_bad, f->reason ? ": " : "",
					 f->reason ? f->reason : "");
	else
		cell[REASON] = xstrdup(f->reason ? f->reason : "");
}

/* The interval of a comparison knows nothing of other runs. */
static void choose_titles(struct table *t, const struct comparison *c)
{
	for (enum column k = 0; k < NCOLUMNS; k++)
		t->title[k] = titles[k];
	if (!c->history)
		t->title[INTERVAL] = "interval in these runs";
}

/* Columns without any text are left out, and metrics and builds that all rows share. */
static void choose_columns(struct table *t)
{
	for (enum column k = 0; k < NCOLUMNS; k++)
		for (size_t i = 0; i < t->n; i++)
			if (k == METRIC || k == BUILDS)
				t->shown[k] |= strcmp(t->cells[i][k], t->cells[0][k]) != 0;
			else
				t->shown[k] |= *t->cells[i][k] != '\0';
}

static struct table make_table(const struct comparison *c)
{
	struct table t = {.n = c->nfindings};
	bool *differs = differing_keys(c);

	t.cells = xcalloc(t.n, sizeof(*t.cells));
	t.findings = xmalloc(t.n * sizeof(struct finding *));
	for (size_t i = 0; i < t.n; i++)
		t.findings[i] = &c->findings[i];
	qsort(t.findings, t.n, sizeof(*t.findings), worst_first);
	for (size_t i = 0; i < t.n; i++)
		fill_row(c, t.findings[i], differs, t.cells[i]);
	choose_columns(&t);
	choose_titles(&t, c);
	free(differs);
	return t;
}

static void release_table(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (enum column k = 0; k < NCOLUMNS; k++)
			free(t->cells[i][k]);
	free(t->cells);
	free(t->findings);
}

/* A control character could move the cursor or change colours; those of C1 are c2 80 to c2 9f. */
static void make_plain(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++) {
		if (*p < ' ' || *p == 0x7f)
			*p = '?';
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = '?';
	}
}

/* Characters, not bytes: those that continue one in UTF-8 do not count. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static bool is_number_column(enum column k)
{
	return k == BASE || k == NOW || k == CHANGE || k == INTERVAL;
}

/* Returns how many blanks are owed before the next cell: a row does not end in blanks. */
static int print_padded(const char *text, int width, bool right, int owed)
{
	int pad = width - width_of(text);

	if (right)
		owed += pad;
	if (*text)
		printf("%*s%s", owed, "", text);
	return (*text ? 0 : owed + width_of(text)) + (right ? 0 : pad) + 2;
}

/* How many there are of each verdict, worst first. */
static void print_counts(const struct comparison *c)
{
	const char *separator = "";

	for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
		size_t n = 0;

		for (size_t i = 0; i < c->nfindings; i++)
			n += c->findings[i].verdict == v;
		if (n) {
			printf("%s%zu %s", separator, n, verdict_names[v]);
			separator = ", ";
		}
	}
	if (!c->nfindings)
		fputs("no series", stdout);
}

static bool use_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no);
}

static void print_row(const struct table *t, char *const *cell, const int *width,
		      const char *colour)
{
	int owed = 0;

	for (enum column k = 0; k < NCOLUMNS; k++) {
		if (!t->shown[k])
			continue;
		if (colour && k == VERDICT)
			printf("\033[%sm", colour);
		owed = print_padded(cell[k], width[k], is_number_column(k), owed);
		if (colour && k == VERDICT)
			fputs("\033[0m", stdout);
	}
	putchar('\n');
}

void table_write(const struct comparison *c)
{
	struct table t = make_table(c);
	int width[NCOLUMNS];
	bool colour = use_colour();

	for (enum column k = 0; k < NCOLUMNS; k++) {
		width[k] = width_of(t.title[k]);
		for (size_t i = 0; i < t.n; i++) {
			make_plain(t.cells[i][k]);
			if (width_of(t.cells[i][k]) > width[k])
				width[k] = width_of(t.cells[i][k]);
		}
	}
	if (t.n)
		print_row(&t, (char *const *)t.title, width, NULL);
	for (size_t i = 0; i < t.n; i++)
		print_row(&t, t.cells[i], width, colour ? colours[t.findings[i]->verdict] : NULL);
	print_counts(c);
	putchar('\n');
	release_table(&t);
}

/* Text as text: what markdown, HTML or GitHub would take for more becomes an entity. */
static void print_markdown(const char *text)
{
	for (; *text; text++) {
		unsigned char ch = (unsigned char)*text;

		if (ch < ' ' || ch == 0x7f)
			putchar(' ');
		else if (strchr("&<>|`*_~[]()!\\@#$:{}'\"", ch))
			printf("&#%u;", ch);
		else
			putchar(ch);
	}
}

static void print_markdown_row(const struct table *t, char *const *cell)
{
	for (enum column k = 0; k < NCOLUMNS; k++)
		if (t->shown[k]) {
			fputs(k ? " | " : "| ", stdout);
			print_markdown(cell[k]);
		}
	puts(" |");
}

void markdown_write(const struct comparison *c)
{
	struct table t = make_table(c);

	fputs("**", stdout);
	print_counts(c);
	fputs("**", stdout);
	if (t.n && !t.shown[BUILDS]) {
		fputs(", builds ", stdout);
		print_markdown(t.cells[0][BUILDS]);
	}
	puts("\n");
	if (t.n) {
		print_markdown_row(&t, (char *const *)t.title);
		for (enum column k = 0; k < NCOLUMNS; k++)
			if (t.shown[k])
				fputs(is_number_column(k) ? "|---:" : "|---", stdout);
		puts("|");
	}
	for (size_t i = 0; i < t.n; i++)
		print_markdown_row(&t, t.cells[i]);
	release_table(&t);
}
