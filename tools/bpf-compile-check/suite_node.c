/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "say.h"
#include "suite.h"
#include "text.h"

void bad_suite(const struct suite *suite, const yaml_node_t *at, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	die("%s (%s line %zu)", text, suite->path, at->start_mark.line + 1);
}

size_t node_count(const yaml_node_t *n)
{
	return n->type == YAML_MAPPING_NODE
		   ? (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start)
	       : n->type == YAML_SEQUENCE_NODE
		   ? (size_t)(n->data.sequence.items.top - n->data.sequence.items.start)
		   : 0;
}

const yaml_node_t *node_name(struct suite *suite, const yaml_node_t *n, size_t i)
{
	return yaml_document_get_node(&suite->doc, n->type == YAML_MAPPING_NODE
						       ? n->data.mapping.pairs.start[i].key
						       : n->data.sequence.items.start[i]);
}

const yaml_node_t *node_value(struct suite *suite, const yaml_node_t *n, size_t i)
{
	return n->type == YAML_MAPPING_NODE
		   ? yaml_document_get_node(&suite->doc, n->data.mapping.pairs.start[i].value)
		   : NULL;
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
	memset(slots, 0, n * sizeof(const yaml_node_t *));
	for (size_t i = 0; i < node_count(map); i++) {
		const yaml_node_t *key = node_name(suite, map, i);
		const char *name = scalar(suite, key, "field name");
		size_t slot = text_index(names, n, name);

		if (slot == n)
			bad_suite(suite, key, "unknown field '%s'", name);
		if (slots[slot])
			bad_suite(suite, key, "field '%s' twice", name);
		slots[slot] = node_value(suite, map, i);
	}
}
