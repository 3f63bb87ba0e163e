/* SPDX-License-Identifier: MIT */
#include "suite_node.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

void bad_suite(const struct suite *suite, const yaml_node_t *at, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	errx(EXIT_TROUBLE, "%s (%s line %zu)", text, suite->path, at->start_mark.line + 1);
}

yaml_node_t *node(struct suite *suite, int index)
{
	return yaml_document_get_node(&suite->doc, index);
}

const char *scalar(struct suite *suite, const yaml_node_t *n, const char *what)
{
	const char *text = (const char *)n->data.scalar.value;

	if (n->type != YAML_SCALAR_NODE)
		bad_suite(suite, n, "'%s' must be a single value", what);
	if (strlen(text) != n->data.scalar.length)
		bad_suite(suite, n, "'%s' holds a NUL byte", what);
	return text;
}

const yaml_node_t *mapping(struct suite *suite, const yaml_node_t *n, const char *what)
{
	if (n->type != YAML_MAPPING_NODE)
		bad_suite(suite, n, "'%s' must be a mapping (name: value)", what);
	return n;
}

bool flag(struct suite *suite, const yaml_node_t *n, const char *what)
{
	const char *text = scalar(suite, n, what);

	if (!strcmp(text, "true") || !strcmp(text, "false"))
		return !strcmp(text, "true");
	bad_suite(suite, n, "'%s' must be true or false: '%s'", what, text);
}

void read_fields(struct suite *suite, const yaml_node_t *map, const char *const *names, size_t n,
		 const yaml_node_t **slots)
{
	memset(slots, 0, n * sizeof(*slots));
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++) {
		const yaml_node_t *key = node(suite, p->key);
		const char *name = scalar(suite, key, "field name");
		size_t i = 0;

		while (i < n && strcmp(name, names[i]))
			i++;
		if (i == n)
			bad_suite(suite, key, "unknown field '%s'", name);
		if (slots[i])
			bad_suite(suite, key, "field '%s' twice", name);
		slots[i] = node(suite, p->value);
	}
}
