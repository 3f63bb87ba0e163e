/* SPDX-License-Identifier: MIT */
/*
 * The variants of a stanza.
 *
 *	name: map/{}/{}/read
 *	variants:
 *	  - {hash: {MAP_TYPE: BPF_MAP_TYPE_HASH}, array: {MAP_TYPE: BPF_MAP_TYPE_ARRAY}}
 *	  - [tcp4-64, udp6-1500]
 *	packet: "{2}"
 *
 * A list or mapping is an axis: there is a test for each combination of names on them.
 * bpf-compile-check(1) says what the settings and the {} mean.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "suite.h"
#include "text.h"
#include "xalloc.h"

#define FIELD_NAME(field, name) [field] = (name),
const char *const field_names[FIELD_COUNT] = {FIELDS(FIELD_NAME)};

/* The axis that a {} stands for: counted in the text, or named by its number. NULL: no {} is here.
 */
static const char *choice_at(struct suite *suite, const struct test *test, const yaml_node_t *n,
			     const char *at, size_t *next, size_t *length)
{
	size_t digits = (size_t)(isdigit((unsigned char)at[1]) != 0), axis;

	if (at[0] != '{' || at[1 + digits] != '}')
		return NULL;
	*length = 2 + digits;
	axis = digits ? (size_t)(at[1] - '1') : (*next)++;
	if (axis >= test->nchoices)
		bad_suite(suite, n, "there is no axis of variants for the '%.*s' in '%s'",
			  (int)*length, at, (const char *)n->data.scalar.value);
	return test->choice[axis];
}

char *test_expand(struct suite *suite, const struct test *test, const yaml_node_t *n,
		  const char *what)
{
	const char *at = scalar(suite, n, what);
	size_t next = 0, bytes;
	char *text = NULL;
	FILE *f = open_memstream(&text, &bytes);

	while (f && *at) {
		size_t length = 1;
		const char *choice =
		    test->nchoices ? choice_at(suite, test, n, at, &next, &length) : NULL;

		if (choice)
			fputs(choice, f);
		else
			putc(*at, f);
		at += length;
	}
	if (!f || fclose(f))
		die_errno("can't make a text");
	return text;
}

char *test_text(struct suite *suite, const struct test *test, enum field f)
{
	return test->field[f] ? test_expand(suite, test, test->field[f], field_names[f])
			      : xstrdup("");
}

struct axis {
	const yaml_node_t *node; /* a mapping or a list */
	enum field field;	 /* F_VARIANTS, or the field that it lists values of */
};

struct expansion {
	struct suite *suite;
	struct axis axis[AXES_MAX];
	size_t naxes;
	void (*each)(struct suite *suite, const struct test *test, void *context);
	void *context;
};

static void add_axis(struct expansion *e, const yaml_node_t *n, enum field f)
{
	if (n->type == YAML_SCALAR_NODE)
		bad_suite(e->suite, n, "'%s' must be a mapping or a list", field_names[f]);
	if (e->naxes == AXES_MAX)
		bad_suite(e->suite, n, "a test has more than %d axes of variants", AXES_MAX);
	e->axis[e->naxes++] = (struct axis){n, f};
}

static void find_axes(struct expansion *e, const struct test *stanza)
{
	const yaml_node_t *variants = stanza->field[F_VARIANTS];
	const enum field lists[] = {F_PROGRAM_TYPE, F_PACKET};

	/* A list of lists and mappings is several axes. */
	if (variants && variants->type == YAML_SEQUENCE_NODE && node_count(variants) &&
	    node_name(e->suite, variants, 0)->type != YAML_SCALAR_NODE)
		for (size_t i = 0; i < node_count(variants); i++)
			add_axis(e, node_name(e->suite, variants, i), F_VARIANTS);
	else if (variants)
		add_axis(e, variants, F_VARIANTS);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (stanza->field[lists[i]] && stanza->field[lists[i]]->type == YAML_SEQUENCE_NODE)
			add_axis(e, stanza->field[lists[i]], lists[i]);
}

/* A variant's settings: fields by their names, all else defines. */
static void apply(struct suite *suite, struct test *test, const yaml_node_t *settings)
{
	mapping(suite, settings, "variant");
	for (size_t i = 0; i < node_count(settings); i++) {
		const yaml_node_t *key = node_name(suite, settings, i);
		const yaml_node_t *value = node_value(suite, settings, i);
		const char *name = scalar(suite, key, "setting");
		size_t f = text_index(field_names, FIELD_COUNT, name);

		if (f == F_NAME || f == F_VARIANTS)
			bad_suite(suite, settings, "a variant can't set '%s'", name);
		if (f < FIELD_COUNT) {
			test->field[f] = value;
			continue;
		}
		if (test->ndefines == DEFINES_MAX)
			bad_suite(suite, settings, "a test has more than %d defines", DEFINES_MAX);
		test->define[test->ndefines].name = key;
		test->define[test->ndefines++].value = value;
	}
}

static void choose(struct expansion *e, const struct test *test, size_t a);

static void choose_item(struct expansion *e, const struct test *before, size_t a,
			const yaml_node_t *name, const yaml_node_t *settings)
{
	struct test test = *before;
	enum field f = e->axis[a].field;

	test.choice[test.nchoices++] = scalar(e->suite, name, field_names[f]);
	if (f != F_VARIANTS)
		test.field[f] = name;
	if (settings)
		apply(e->suite, &test, settings);
	choose(e, &test, a + 1);
}

static void choose(struct expansion *e, const struct test *test, size_t a)
{
	const yaml_node_t *n;

	if (a == e->naxes) {
		e->each(e->suite, test, e->context);
		return;
	}
	n = e->axis[a].node;
	for (size_t i = 0; i < node_count(n); i++)
		choose_item(e, test, a, node_name(e->suite, n, i), node_value(e->suite, n, i));
}

/* Else two tests would have one name. */
static void check_name(struct expansion *e, const struct test *stanza)
{
	const char *name = scalar(e->suite, stanza->field[F_NAME], "name");
	size_t holes = 0;

	for (const char *at = name; (at = strchr(at, '{')); at++)
		holes += at[1] == '}' || (isdigit((unsigned char)at[1]) && at[2] == '}');
	if (holes < e->naxes)
		bad_suite(e->suite, stanza->field[F_NAME],
			  "a test with variants needs a {} in its name for each axis");
}

void test_each(struct suite *suite, const struct test *stanza,
	       void (*each)(struct suite *suite, const struct test *test, void *context),
	       void *context)
{
	struct expansion e = {.suite = suite, .each = each, .context = context};

	find_axes(&e, stanza);
	check_name(&e, stanza);
	choose(&e, stanza, 0);
}
