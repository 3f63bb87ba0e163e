/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "say.h"
#include "text.h"
#include "xalloc.h"

void names_add(struct names *l, const char *name)
{
	l->name = xrealloc(l->name, (l->n + 1) * sizeof(*l->name));
	l->name[l->n++] = xstrdup(name);
}

int names_index(const struct names *l, const char *name)
{
	size_t at = text_index((const char *const *)l->name, l->n, name);

	return at < l->n ? (int)at : -1;
}

bool names_have(const struct names *l, const char *name)
{
	return names_index(l, name) >= 0;
}

struct names names_split(const char *option, const char *text)
{
	char *copy = xstrdup(text), *rest = copy, *name;
	struct names l = {0};

	while ((name = strsep(&rest, ","))) {
		if (!*name)
			die("%s has an empty column name: '%s'", option, text);
		if (names_have(&l, name))
			die("%s names a column twice: '%s'", option, name);
		names_add(&l, name);
	}
	free(copy);
	return l;
}

void names_release(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
	*l = (struct names){0};
}
