/* SPDX-License-Identifier: MIT */
/* Cells on their way into the pages of the site, by the site's own awk, which is one process for
 * all inputs. The pages have the same elements and attributes whatever the cell is, and hold it;
 * a script, a CSV and an address give it back; a name of a file has harmless characters only. */
#include <jv.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "fuzz.h"
#include "text.h"

#define AWK                                                                                        \
	"cat pipelines/site/pages/templates/*.html >build/fuzz/templates && "                      \
	"cd pipelines/site/pages/lib && LC_ALL=C templates=../../../../build/fuzz/templates "      \
	"exec awk -f decimals.awk -f text.awk -f template.awk -f ../../../../tests/fuzz/cells.awk"

enum { PAGE, HTML, JS, CSV, URL, SLUG, PLOT, LINK, NANSWERS };

struct answer {
	char *text;
	size_t n;
};

static void ask(const char *cell, struct answer *answer)
{
	static const char special[] = "\t\n\r\\";
	static FILE *to, *from;

	if (!to)
		fuzz_start((char *[]){"sh", "-c", AWK, NULL}, &to, &from);
	for (; *cell; cell++) {
		const char *at = strchr(special, *cell);

		if (at)
			fprintf(to, "\\%c", "tnr\\"[at - special]);
		else
			putc(*cell, to);
	}
	putc('\n', to);
	fflush(to);
	for (size_t i = 0; i < NANSWERS; i++) {
		FUZZ_CHECK(fscanf(from, "%zu", &answer[i].n) == 1 && getc(from) == '\n');
		answer[i].text = calloc(1, answer[i].n + 1);
		FUZZ_CHECK(fread(answer[i].text, 1, answer[i].n, from) == answer[i].n);
		FUZZ_CHECK(strlen(answer[i].text) == answer[i].n);
	}
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; (text = strchr(text, c)); text++)
		n++;
	return n;
}

/* What shows a cell on a page: control characters as pictures, what turns text by name; or in a
 * string only the latter. Caller frees. */
static char *shown(const char *cell, bool pictures)
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	const unsigned char *c = (const unsigned char *)cell;

	for (; *c; c++) {
		uint32_t two = (c[0] & 0x1fu) << 6 | (c[1] & 0x3fu);
		uint32_t three =
		    c[1] ? (c[0] & 0xfu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu) : 0;

		if (c[0] == 0xd8 && c[1] == 0x9c) {
			fprintf(f, "[U+%04X]", two);
			c++;
		} else if (c[0] == 0xe2 && (c[1] & 0xc0) == 0x80 && (c[2] & 0xc0) == 0x80 &&
			   text_turns(three)) {
			fprintf(f, "[U+%04X]", three);
			c += 2;
		} else if (pictures && (c[0] < ' ' || c[0] == 0x7f)) {
			fprintf(f, "\xe2\x90%c", c[0] == 0x7f ? 0xa1 : 0x80 + c[0]);
		} else {
			putc(c[0], f);
		}
	}
	fclose(f);
	return text;
}

/* Of a page the characters that make elements and attributes are those of any other cell's. */
static void check_structure(const struct answer *page)
{
	static size_t usual[4];
	static bool is_known;

	for (size_t i = 0; i < 4; i++) {
		size_t n = count(page->text, "<>\"'"[i]);

		if (!is_known)
			usual[i] = n;
		FUZZ_CHECK(n == usual[i]);
	}
	is_known = true;
}

static void check_page(const struct answer *page, const char *text)
{
	xmlDoc *doc = xmlReadMemory(page->text, (int)page->n, "page", "UTF-8",
				    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
	xmlChar *label;

	FUZZ_CHECK(doc);
	label = xmlGetProp(xmlFirstElementChild(xmlDocGetRootElement(doc)),
			   (const xmlChar *)"data-label");
	FUZZ_CHECK(label && !strcmp((const char *)label, text));
	xmlFree(label);
	xmlFreeDoc(doc);
}

static void check_js(const char *literal, const char *text)
{
	jv value = jv_parse(literal);

	FUZZ_CHECK(jv_get_kind(value) == JV_KIND_STRING && !strcmp(jv_string_value(value), text));
	jv_free(value);
}

static void check_csv(const char *cell, const char *text)
{
	struct csv_reader in;
	char *file;
	size_t n;
	FILE *f = open_memstream(&file, &n);

	fprintf(f, "a,b\n%s,\n", cell);
	fclose(f);
	FUZZ_CHECK(!csv_open(&in, fuzz_file((uint8_t *)file, n)) && csv_next_row(&in) == 1);
	FUZZ_CHECK(!strcmp(in.cell[0], text) && !csv_next_row(&in));
	csv_release(&in);
	free(file);
}

static void check_url(const char *url, const char *text)
{
	for (; *url; url++, text++) {
		unsigned int c = (unsigned char)*url;

		if (*url == '%') {
			FUZZ_CHECK(sscanf(url, "%%%2X", &c) == 1);
			url += 2;
		} else {
			FUZZ_CHECK(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					  "0123456789._~/-",
					  *url));
		}
		FUZZ_CHECK((unsigned char)*text == c);
	}
	FUZZ_CHECK(!*text);
}

/* jq puts another character for what is none. */
static bool is_utf8(const char *text)
{
	jv value = jv_string(text);
	bool is = !strcmp(jv_string_value(value), text);

	jv_free(value);
	return is;
}

/* Which escapes there are: what begins with &, \ or [U+. */
static void learn(const char *text)
{
	for (; (text = strpbrk(text, "&\\[")); text++) {
		char what[9] = {0};

		if (*text != '[' || !strncmp(text, "[U+", 3)) {
			strncpy(what, text,
				*text == '&'	 ? 4
				: *text == '['	 ? 8
				: text[1] == 'u' ? 6
						 : 2);
			fuzz_learn(what);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *cell = strndup((const char *)bytes, n), *text = shown(cell, true);
	struct answer answer[NANSWERS];

	if (*cell) {
		ask(cell, answer);
		check_structure(&answer[PAGE]);
		check_csv(answer[CSV].text, cell);
		check_url(answer[URL].text, cell);
		FUZZ_CHECK(!strpbrk(answer[HTML].text, "<>\"'") &&
			   !strpbrk(answer[JS].text, "<>&\n"));
		FUZZ_CHECK(answer[SLUG].n <= 70 && *answer[SLUG].text != '.' &&
			   strspn(answer[SLUG].text, "abcdefghijklmnopqrstuvwxyz0123456789.-") ==
			       answer[SLUG].n);
		FUZZ_CHECK(!strpbrk(answer[PLOT].text, "\n\r\t\x1b\x7f"));
		FUZZ_CHECK(!*answer[LINK].text ||
			   (!strpbrk(cell, "\"'<>\\ \n") && !strncmp(cell, "http", 4)));
		if (is_utf8(cell)) {
			char *string = shown(cell, false);

			check_js(answer[JS].text, string);
			free(string);
			if (!strstr(cell, "\xef\xbf\xbe") && !strstr(cell, "\xef\xbf\xbf"))
				check_page(&answer[PAGE], text);
		}
		learn(answer[HTML].text);
		learn(answer[JS].text);
		for (size_t i = 0; i < NANSWERS; i++)
			free(answer[i].text);
	}
	free(text);
	free(cell);
	return 0;
}
