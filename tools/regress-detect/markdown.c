/* SPDX-License-Identifier: MIT */
/*
 * Verdicts as markdown for GitHub's summaries and comments: a headline, what became worse, and all
 * series folded. All text from outside is inline code in which nothing is markup.
 */
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "cli.h"
#include "say.h"
#include "table.h"
#include "text.h"

/* A comment may have 65536 characters: so many bytes of rows, above the fold and below it. */
#define MOST_WORSE 15000
#define MOST_ALL 40000
#define MOST_WORSE_ROWS 20
/* A longer name is cut: characters. */
#define MOST_NAME 200
#define REPLACEMENT 0xfffd /* for bytes that are no UTF-8 */

/* The next character of UTF-8 text. */
static wchar_t next_character(const char **text)
{
	mbstate_t start = {0};
	wchar_t c;
	size_t len = mbrtowc(&c, *text, strlen(*text), &start);

	/* It is negative for what is no character. */
	*text += (ssize_t)len > 0 ? len : 1;
	return (ssize_t)len > 0 ? c : REPLACEMENT;
}

/* Whether a character is no markup wherever it stands in <code>, or between these two: no link
 * begins with the point of a number, and no emphasis with a line between letters. The same as code
 * in pipelines/issues/text.jq. */
static bool is_plain(wchar_t before, wchar_t c, wchar_t next)
{
	if (c > 0x7e)
		return false;
	if (isalnum(c) || wcschr(L"/ %+,()", c))
		return true;
	if (before > 0x7e || next > 0x7e)
		return false;
	return c == '.' ? isdigit(before) && isdigit(next)
			: (c == '-' || c == '_') && isalnum(before) && isalnum(next);
}

/* All but plain characters become entities, which are text to GitHub wherever they stand. */
static void print_code(FILE *to, const char *text)
{
	wchar_t before = 0;

	fputs("<code>", to);
	for (size_t n = 0; *text; n++) {
		wchar_t c = next_character(&text);

		if (n == MOST_NAME) {
			fputs("&#8230;", to);
			break;
		}
		if (c < ' ' || c == 0x7f)
			fputc(' ', to);
		else if (text_turns(c))
			fprintf(to, "[U+%04X]", (unsigned)c);
		else if (is_plain(before, c, (unsigned char)*text))
			fputc(c, to);
		else
			fprintf(to, "&#%u;", (unsigned)c);
		before = c;
	}
	fputs("</code>", to);
}

/* What fails a job: it is shown above the fold, and in bold. */
static bool is_worse(const struct finding *f)
{
	return verdict_severity[f->verdict] == SEVERITY_BAD && !f->loaded;
}

static void print_cell(FILE *to, const struct table *t, size_t row, enum column k)
{
	const char *cell = t->cells[row][k];

	if (k == VERDICT)
		fprintf(to, is_worse(t->findings[row]) ? "**%s**" : "%s", cell);
	else if (!*cell || table_is_number(k))
		fputs(cell, to);
	else
		print_code(to, cell);
}

/* A row as text of its own, which the caller frees: whether it fits is seen by its length. */
static char *row_of(const struct table *t, size_t row)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		die("out of memory");
	for (enum column k = 0; k < NCOLUMNS; k++)
		if (t->shown[k]) {
			fputs(k ? " | " : "| ", to);
			print_cell(to, t, row, k);
		}
	fputs(" |\n", to);
	fclose(to);
	return text;
}

static void print_rows(const struct table *t, size_t n, size_t most)
{
	size_t bytes = 0;

	for (enum column k = 0; k < NCOLUMNS; k++)
		if (t->shown[k])
			printf(k ? " | %s" : "\n| %s", t->title[k]);
	puts(" |");
	for (enum column k = 0; k < NCOLUMNS; k++)
		if (t->shown[k])
			fputs(table_is_number(k) ? "|--:" : "|---", stdout);
	puts("|");
	for (size_t i = 0; i < n; i++) {
		char *row = row_of(t, i);

		bytes += strlen(row);
		if (bytes <= most)
			fputs(row, stdout);
		free(row);
		if (bytes > most) {
			puts("\n… and more, in the CSV files");
			return;
		}
	}
}

static void print_count(const char *before, size_t n, const char *what)
{
	printf("%s%zu %s%s", before, n, what, n == 1 ? "" : "s");
}

static void print_headline(const struct counts *counts)
{
	const size_t *n = counts->n[false];
	const char *before = " Also ";

	print_count("**", n[REGRESSION], "regression");
	if (n[SUSPECTED])
		print_count(", ", n[SUSPECTED], "suspected regression");
	if (n[IMPROVEMENT])
		print_count(", ", n[IMPROVEMENT], "improvement");
	printf("** in %zu series.", counts->all[false]);
	if (n[CONTAMINATED])
		fputs(" A control moved: this run is inconclusive.", stdout);
	for (enum verdict v = 0; v < VERDICT_COUNT; v++)
		if (verdict_severity[v] != SEVERITY_BAD && verdict_severity[v] != SEVERITY_GOOD &&
		    n[v]) {
			printf("%s%zu %s", before, n[v], verdict_names[v]);
			before = ", ";
		}
	puts(*before == ',' ? "." : "");
}

/* They inform: what the verifier walks through takes no time when the program runs. */
static void print_loaded(const struct counts *counts)
{
	const size_t *n = counts->n[true];

	print_count("Of the programs as they were loaded, ", counts->all[true], "count");
	printf(": %zu grew, %zu shrank.\n", n[REGRESSION], n[IMPROVEMENT]);
}

/* The machine and the track where all rows have one; the names of rows tell others apart. */
static void print_scope(const struct comparison *c, const struct table *t)
{
	static const char *const scope[] = {"host_class", "track"}, *const word[] = {" on ",
										     " track "};
	const char *before = "\nMeasured";
	size_t least = SIZE_MAX, most = 0;

	for (size_t i = 0; i < sizeof(scope) / sizeof(*scope); i++) {
		int k = names_index(&c->cols.keys, scope[i]);

		if (k < 0 || t->differs[k] || !*finding_cells(t->findings[0])[k])
			continue;
		printf("%s%s", before, word[i]);
		print_code(stdout, finding_cells(t->findings[0])[k]);
		before = ",";
	}
	/* Those of a history are builds. */
	for (size_t i = 0; i < t->n; i++)
		if (!isnan(t->findings[i]->p_value)) {
			least = t->findings[i]->rounds < least ? t->findings[i]->rounds : least;
			most = t->findings[i]->rounds > most ? t->findings[i]->rounds : most;
		}
	if (most) {
		printf("%s in ", before);
		if (least < most)
			printf("%zu to ", least);
		printf("%zu rounds", most);
		before = ",";
	}
	puts(*before == ',' ? "." : "");
}

void markdown_write(const struct comparison *c)
{
	struct counts counts = table_counts(c);
	struct table t;
	size_t worse = 0;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (!c->nfindings) {
		puts("There is nothing to compare with yet.");
		return;
	}
	t = table_make(c);
	if (!t.shown[BUILDS]) {
		print_code(stdout, t.cells[0][BUILDS]);
		fputs(": ", stdout);
	}
	if (counts.all[false])
		print_headline(&counts);
	if (counts.all[true])
		print_loaded(&counts);
	print_scope(c, &t);
	while (worse < t.n && worse < MOST_WORSE_ROWS && is_worse(t.findings[worse]))
		worse++;
	if (worse)
		print_rows(&t, worse, MOST_WORSE);
	printf("\n<details><summary>All %zu series</summary>\n", t.n);
	print_rows(&t, t.n, MOST_ALL);
	puts("\n</details>");
	if (t.shown[INTERVAL] && !c->history)
		puts("\nThe interval of a comparison holds for the runs compared only.");
	table_release(&t);
}
