/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite_test.h"
#include "xalloc.h"

const char *const field_names[FIELD_COUNT] = {
    [F_NAME] = "name",
    [F_DESCRIPTION] = "description",
    [F_PROOF] = "proof",
    [F_NET_OF] = "net_of",
    [F_PLATFORM] = "platform",
    [F_SOURCE] = "source",
    [F_DEFINES] = "defines",
    [F_VARIANTS] = "variants",
    [F_ELF_FILE] = "elf_file",
    [F_PROGRAM_TYPE] = "program_type",
    [F_ENTRY_POINT] = "entry_point",
    [F_CPU_ASSIGNMENT] = "program_cpu_assignment",
    [F_OPERATIONS] = "operations",
    [F_ITERATION_COUNT] = "iteration_count",
    [F_PREPARATION] = "map_state_preparation",
    [F_PACKET] = "packet",
    [F_FRESH_PACKET] = "fresh_packet",
    [F_CONSUMER] = "consumer",
    [F_CONSUMER_MODE] = "consumer_mode",
    [F_DROPPED_MAX] = "dropped_max_pct",
    [F_CHECK] = "check",
    [F_EXPECTED_RESULT] = "expected_result",
    [F_KEEP] = "keep",
    [F_VISITS] = "visits",
    [F_CONTROL] = "control",
    /* How the bpf_performance runner calls the kernel: accepted, and of no effect here. */
    [F_BATCH_SIZE] = "batch_size",
    [F_PASS_DATA] = "pass_data",
    [F_PASS_CONTEXT] = "pass_context",
};

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
	char *text = xstrdup("");
	size_t next = 0;

	while (*at) {
		size_t length = 1;
		const char *choice =
		    test->nchoices ? choice_at(suite, test, n, at, &next, &length) : NULL;

		xappendf(&text, "%.*s", choice ? INT_MAX : 1, choice ? choice : at);
		at += length;
	}
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

	if (variants && variants->type == YAML_SEQUENCE_NODE &&
	    variants->data.sequence.items.start < variants->data.sequence.items.top &&
	    node(e->suite, *variants->data.sequence.items.start)->type != YAML_SCALAR_NODE) {
		for (yaml_node_item_t *i = variants->data.sequence.items.start;
		     i < variants->data.sequence.items.top; i++)
			add_axis(e, node(e->suite, *i), F_VARIANTS);
	} else if (variants) {
		add_axis(e, variants, F_VARIANTS);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (stanza->field[lists[i]] && stanza->field[lists[i]]->type == YAML_SEQUENCE_NODE)
			add_axis(e, stanza->field[lists[i]], lists[i]);
}

/* A variant's settings: fields by their names, all else defines. */
static void apply(struct suite *suite, struct test *test, const yaml_node_t *settings)
{
	mapping(suite, settings, "variant");
	for (yaml_node_pair_t *p = settings->data.mapping.pairs.start;
	     p < settings->data.mapping.pairs.top; p++) {
		const char *name = scalar(suite, node(suite, p->key), "setting");
		size_t f = 0;

		while (f < FIELD_COUNT && strcmp(name, field_names[f]))
			f++;
		if (f == F_NAME || f == F_VARIANTS)
			bad_suite(suite, settings, "a variant can't set '%s'", name);
		if (f < FIELD_COUNT) {
			test->field[f] = node(suite, p->value);
			continue;
		}
		if (test->ndefines == DEFINES_MAX)
			bad_suite(suite, settings, "a test has more than %d defines", DEFINES_MAX);
		test->define[test->ndefines++] = p;
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
	if (n->type == YAML_MAPPING_NODE)
		for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
		     p < n->data.mapping.pairs.top; p++)
			choose_item(e, test, a, node(e->suite, p->key), node(e->suite, p->value));
	else
		for (yaml_node_item_t *i = n->data.sequence.items.start;
		     i < n->data.sequence.items.top; i++)
			choose_item(e, test, a, node(e->suite, *i), NULL);
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
