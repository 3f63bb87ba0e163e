/* SPDX-License-Identifier: MIT */
/* What programs returned, merged over rows. */

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats-reduce.h"
#include "text.h"
#include "xalloc.h"

/* A program may return a random number, or a time: a cell lists no more values than this. */
#define MOST_VALUES 16

#define OTHERS "others"

struct entry {
	const char *value;
	uint64_t count;
};

static void count_value(struct returned *r, const char *value, uint64_t count)
{
	size_t known = r->values.n;
	uint32_t id = keytable_add(&r->values, value, strlen(value) + 1);

	if (id == known)
		r->count = xgrow(r->count, known, sizeof(*r->count));
	r->count[id] += count;
}

void returned_add(struct returned *r, const char *cell)
{
	char *copy = xstrdup(cell), *rest = copy, *word;

	while ((word = strsep(&rest, " "))) {
		char *colon = strrchr(word, ':');
		uint64_t count = 1;

		if (!*word)
			continue;
		if (colon && !number_parse_u64(colon + 1, 1, UINT32_MAX, &count))
			*colon = '\0';
		count_value(r, word, count);
	}
	free(copy);
}

/* The most frequent first; of equally frequent ones in order of the values, whatever came first. */
static int by_count(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	bool x_others = !strcmp(x->value, OTHERS), y_others = !strcmp(y->value, OTHERS);

	if (x_others != y_others)
		return x_others ? 1 : -1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strverscmp(x->value, y->value);
}

static void append(char **text, const char *value, uint64_t count)
{
	xappendf(text, "%s%s:%" PRIu64, **text ? " " : "", value, count);
}

char *returned_text(const struct returned *r)
{
	struct entry *entry = xmalloc(r->values.n * sizeof(*entry));
	char *text = xstrdup("");
	uint64_t others = 0;

	for (uint32_t i = 0; i < r->values.n; i++)
		entry[i] = (struct entry){keytable_key(&r->values, i), r->count[i]};
	qsort(entry, r->values.n, sizeof(*entry), by_count);
	for (size_t i = 0; i < r->values.n; i++)
		if (i >= MOST_VALUES || !strcmp(entry[i].value, OTHERS))
			others += entry[i].count;
		else if (r->values.n > 1)
			append(&text, entry[i].value, entry[i].count);
	if (others)
		append(&text, OTHERS, others);
	else if (r->values.n == 1) {
		free(text);
		text = xstrdup(entry[0].value);
	}
	free(entry);
	return text;
}

void returned_release(struct returned *r)
{
	keytable_release(&r->values);
	free(r->count);
	*r = (struct returned){0};
}
