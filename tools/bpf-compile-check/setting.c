/* SPDX-License-Identifier: MIT */
#include "setting.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "csv.h"
#include "say.h"
#include "setup.h"
#include "text.h"
#include "work.h"
#include "xalloc.h"

/* Elements take many times their text in memory. */
#define MAP_FILE_MAX_BYTES (64 << 20)

/* No type lies deeper. */
#define COLUMN_DEPTH_MAX 32

/* Put a text at "member.member" of an object, below what is there. */
static bool put(json_t *object, const char *path, const char *text, int depth)
{
	const char *dot = strchr(path, '.');
	char *name = dot ? xasprintf("%.*s", (int)(dot - path), path) : xstrdup(path);
	json_t *inner = json_object_get(object, name);
	bool is_put;

	if (!dot) {
		is_put = !inner && !json_object_set_new(object, name, json_string(text));
	} else {
		if (!inner && !json_object_set_new(object, name, json_object()))
			inner = json_object_get(object, name);
		is_put = depth && json_is_object(inner) && put(inner, dot + 1, text, depth - 1);
	}
	free(name);
	return is_put;
}

static char *read_csv(const char *path, json_t *elements)
{
	struct csv_reader csv;
	char *wrong = NULL;
	int got;

	if (csv_open(&csv, path))
		goto failed;
	while ((got = csv_next_row(&csv)) == 1 && !wrong) {
		json_t *element = json_object();

		for (size_t c = 0; c < csv.ncolumns && !wrong; c++)
			if (!put(element, csv.header[c], csv.cell[c], COLUMN_DEPTH_MAX))
				wrong = xasprintf("column '%.60s' of '%s' is no UTF-8, names what "
						  "another column names, or lies too deep",
						  csv.header[c], path);
		json_array_append_new(elements, element);
	}
	if (wrong || !got) {
		csv_release(&csv);
		return wrong;
	}
failed:
	wrong = xstrdup(csv.error);
	csv_release(&csv);
	return wrong;
}

/* bpftool calls each nameless member "", and no name may come twice: they become " 1", " 2" ... */
static void name_nameless(FILE *from, FILE *to)
{
	bool in_text = false;
	size_t number = 0;
	int c;

	while ((c = getc(from)) != EOF) {
		putc(c, to);
		if (in_text && c == '\\' && (c = getc(from)) != EOF) {
			putc(c, to);
			continue;
		}
		if (c != '"')
			continue;
		in_text = !in_text;
		c = in_text ? getc(from) : EOF;
		if (c == '"') {
			in_text = false;
			while (isspace(c = getc(from)))
				;
			if (c == ':')
				fprintf(to, " %zu", ++number);
			putc('"', to);
		}
		ungetc(c, from);
	}
}

/* A file of JSON as text. Caller frees. NULL with errno set. */
static char *read_named(const char *path, size_t *n)
{
	FILE *from = fopen(path, "re"), *to;
	char *text = NULL;

	if (!from)
		return NULL;
	to = open_memstream(&text, n);
	if (!to)
		die_errno("no memory for '%s'", path);
	name_nameless(from, to);
	if (fclose(to))
		die_errno("no memory for '%s'", path);
	fclose(from);
	return text;
}

static char *read_json(const char *path, json_t **elements)
{
	json_error_t error;
	size_t n;
	char *text = read_named(path, &n);

	if (!text)
		return xasprintf("can't read '%s': %s", path, strerror(errno));
	json_decref(*elements);
	*elements = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
	free(text);
	if (!*elements)
		return xasprintf("'%s' is no JSON: %s (line %d)", path, error.text, error.line);
	if (!json_is_array(*elements))
		return xasprintf("'%s' is no list of elements, as `bpftool map dump -j` writes it",
				 path);
	return NULL;
}

char *setting_map(const char *path, json_t **elements)
{
	struct stat file;
	char *wrong;

	*elements = NULL;
	errno = 0;
	if (stat(path, &file) || !S_ISREG(file.st_mode))
		return xasprintf("can't read '%s': %s", path,
				 errno ? strerror(errno) : "not a regular file");
	if (file.st_size > MAP_FILE_MAX_BYTES)
		return xasprintf("'%s' is larger than %d bytes", path, MAP_FILE_MAX_BYTES);
	*elements = json_array();
	wrong =
	    text_ends_with(path, ".csv") ? read_csv(path, *elements) : read_json(path, elements);
	if (wrong) {
		json_decref(*elements);
		*elements = NULL;
	}
	return wrong;
}

void setting_packet(json_t *setting, const char *member, const struct frame *frame)
{
	static const char digits[] = "0123456789abcdef";
	char *text = xcalloc(2 + 2 * frame->n + 1, 1), *at = text;

	*at++ = '0';
	*at++ = 'x';
	for (size_t i = 0; i < frame->n; i++) {
		*at++ = digits[frame->bytes[i] >> 4];
		*at++ = digits[frame->bytes[i] & 15];
	}
	json_object_set_new(setting, member, json_string(text));
	free(text);
}

bool setting_is_hex(const char *text)
{
	size_t n = strlen(text);

	return n > 2 && n % 2 == 0 && !strncmp(text, "0x", 2) &&
	       strspn(text + 2, "0123456789abcdefABCDEF") == n - 2;
}

void setting_write(const struct work *work, struct plan_row *row, const char *setting)
{
	char hash[17] = "", *path;

	if (!setting)
		return;
	path =
	    xasprintf("%s/setup-%016" PRIx64 ".json", work->objdir, hash_text(HASH_START, setting));
	work_write_log(path, setting);
	plan_set(&row->setup, path);
	snprintf(hash, sizeof(hash), "%s", row->program_hash);
	if (*hash && !setup_hash(path, hash))
		plan_set(&row->program_hash, hash);
	free(path);
}
