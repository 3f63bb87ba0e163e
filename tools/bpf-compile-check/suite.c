/* SPDX-License-Identifier: MIT */
/*
 * Suites: YAML as the bpf_performance runner has it, and what a source-built suite needs.
 *
 *	tests:
 *	  - name: map/{}/read
 *	    description: look up a random element
 *	    source: ../map.bpf.c              # relative to the suite
 *	    variants:                         # one test each: {} in the name, these defines
 *	      hash: {MAP_TYPE: BPF_MAP_TYPE_HASH}
 *	      array: {MAP_TYPE: BPF_MAP_TYPE_ARRAY}
 *	    entry_point: read
 *	    map_state_preparation: {program: fill, iteration_count: 1}
 *
 * The fields are those of the table `fields` below; bpf-compile-check(1) explains them.
 */
#include <err.h>
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "cli.h"
#include "number.h"
#include "packet.h"
#include "program.h"
#include "text.h"
#include "work.h"
#include "xalloc.h"

struct suite {
	const char *path;
	char *name;	  /* the file's name without .yml */
	char *dir;	  /* where its sources are looked for */
	size_t first_row; /* of the plan */
	yaml_document_t doc;
};

__attribute__((noreturn, format(printf, 3, 4))) static void
bad_suite(const struct suite *suite, const yaml_node_t *at, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	errx(EXIT_TROUBLE, "%s (%s line %zu)", text, suite->path, at->start_mark.line + 1);
}

static yaml_node_t *node(struct suite *suite, int index)
{
	return yaml_document_get_node(&suite->doc, index);
}

static const char *scalar(struct suite *suite, const yaml_node_t *n, const char *what)
{
	const char *text = (const char *)n->data.scalar.value;

	if (n->type != YAML_SCALAR_NODE)
		bad_suite(suite, n, "'%s' must be a single value", what);
	if (strlen(text) != n->data.scalar.length)
		bad_suite(suite, n, "'%s' holds a NUL byte", what);
	return text;
}

static const yaml_node_t *mapping(struct suite *suite, const yaml_node_t *n, const char *what)
{
	if (n->type != YAML_MAPPING_NODE)
		bad_suite(suite, n, "'%s' must be a mapping (name: value)", what);
	return n;
}

static bool flag(struct suite *suite, const yaml_node_t *n, const char *what)
{
	const char *text = scalar(suite, n, what);

	if (!strcmp(text, "true") || !strcmp(text, "false"))
		return !strcmp(text, "true");
	bad_suite(suite, n, "'%s' must be true or false: '%s'", what, text);
}

static uint64_t count(struct suite *suite, const yaml_node_t *n, const char *what)
{
	const char *text = scalar(suite, n, what), *wrong;
	uint64_t value = 0;

	wrong = number_parse_u64(text, 1, UINT32_MAX, &value);
	if (wrong)
		bad_suite(suite, n, "'%s' %s: '%s'", what, wrong, text);
	return value;
}

/* The fields of a test. */
enum field {
	F_NAME,
	F_DESCRIPTION,
	F_PLATFORM,
	F_SOURCE,
	F_DEFINES,
	F_VARIANTS,
	F_ELF_FILE,
	F_PROGRAM_TYPE,
	F_ENTRY_POINT,
	F_CPU_ASSIGNMENT,
	F_OPERATIONS,
	F_ITERATION_COUNT,
	F_PREPARATION,
	F_PACKET,
	F_CONSUMER,
	F_CHECK,
	F_EXPECTED_RESULT,
	F_KEEP,
	F_CONTROL,
	F_BATCH_SIZE,
	F_PASS_DATA,
	F_PASS_CONTEXT,
	FIELD_COUNT,
};

static const char *const field_names[FIELD_COUNT] = {
    [F_NAME] = "name",
    [F_DESCRIPTION] = "description",
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
    [F_CONSUMER] = "consumer",
    [F_CHECK] = "check",
    [F_EXPECTED_RESULT] = "expected_result",
    [F_KEEP] = "keep",
    [F_CONTROL] = "control",
    /* How the bpf_performance runner calls the kernel: accepted, and of no effect here. */
    [F_BATCH_SIZE] = "batch_size",
    [F_PASS_DATA] = "pass_data",
    [F_PASS_CONTEXT] = "pass_context",
};

/* One test of the file: its fields' nodes, NULL where absent. */
struct test {
	const yaml_node_t *node;
	const yaml_node_t *field[FIELD_COUNT];
};

/* Sort the pairs of a mapping into slots by their names. */
static void read_fields(struct suite *suite, const yaml_node_t *map, const char *const *names,
			size_t n, const yaml_node_t **slots)
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

static const char *text_of(struct suite *suite, const struct test *test, enum field f)
{
	return test->field[f] ? scalar(suite, test->field[f], field_names[f]) : "";
}

/* The place of a define: that of the same name, or a new one. */
static char **place_define(char ***defines, size_t *n, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < *n; i++)
		if (!strncmp((*defines)[i], name, length) && (*defines)[i][length] == '=')
			return &(*defines)[i];
	*defines = xrealloc(*defines, (*n + 1) * sizeof(**defines));
	(*defines)[*n] = NULL;
	return &(*defines)[(*n)++];
}

/* `defines` and then those of the variant, which override them, as NAME=VALUE. */
static void add_defines(struct suite *suite, const yaml_node_t *map, char ***defines, size_t *n)
{
	if (!map)
		return;
	mapping(suite, map, "defines");
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++) {
		const char *name = scalar(suite, node(suite, p->key), "define");
		char **define = place_define(defines, n, name);

		free(*define);
		*define = xasprintf("%s=%s", name, scalar(suite, node(suite, p->value), name));
	}
}

static size_t add_unit(struct work *work, struct suite *suite, const struct test *test,
		       const yaml_node_t *variant)
{
	const char *source = text_of(suite, test, F_SOURCE);
	char **defines = NULL, *path;
	size_t ndefines = 0, unit;

	path = *source == '/' ? xstrdup(source) : xasprintf("%s/%s", suite->dir, source);
	if (access(path, R_OK))
		bad_suite(suite, test->field[F_SOURCE], "can't read source '%s': %s", path,
			  strerror(errno));
	if (!text_ends_with(path, ".c"))
		bad_suite(suite, test->field[F_SOURCE], "a source ends in .c: '%s'", path);
	add_defines(suite, test->field[F_DEFINES], &defines, &ndefines);
	add_defines(suite, variant, &defines, &ndefines);
	unit = work_add_unit(work, path, defines, ndefines);
	free(path);
	return unit;
}

/* Whether a text is all, remaining, any, or numbers and ranges separated by commas. */
static bool are_cpus(const char *text)
{
	if (!strcmp(text, "all") || !strcmp(text, "remaining") || !strcmp(text, "any"))
		return true;
	for (;; text++) {
		size_t digits = strspn(text, "0123456789");

		if (!digits)
			return false;
		text += digits;
		if (!*text)
			return true;
		if (*text != ',' && *text != '-')
			return false;
	}
}

/* The CPUs of an entry point: a word, a number, or a list, which becomes 0,1,2. */
static char *cpus_of(struct suite *suite, const yaml_node_t *n)
{
	char *list = xstrdup("");

	if (n->type == YAML_SCALAR_NODE) {
		free(list);
		list = xstrdup(scalar(suite, n, "program_cpu_assignment"));
		if (!are_cpus(list))
			bad_suite(suite, n,
				  "CPUs must be all, remaining, any, a number or a list: '%s'",
				  list);
		return list;
	}
	if (n->type != YAML_SEQUENCE_NODE)
		bad_suite(suite, n, "CPUs must be all, remaining, any, a number or a list");
	for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top;
	     i++) {
		const yaml_node_t *item = node(suite, *i);
		char *longer = xasprintf("%s%s%s", list, *list ? "," : "",
					 scalar(suite, item, "program_cpu_assignment"));

		free(list);
		list = longer;
	}
	if (!are_cpus(list))
		bad_suite(suite, n, "not a list of CPUs: '%s'", list);
	return list;
}

static void set_preparation(struct suite *suite, const yaml_node_t *n, struct plan_row *row)
{
	static const char *const names[] = {"program", "iteration_count", "every"};
	const yaml_node_t *slots[3];

	read_fields(suite, mapping(suite, n, "map_state_preparation"), names, 3, slots);
	/* A consumer prepares too: it drains the buffer every so many invocations. */
	if (!slots[0] && !slots[2])
		bad_suite(suite, n, "'map_state_preparation' needs a 'program' or 'every'");
	if (slots[0]) {
		plan_set(&row->prepare, scalar(suite, slots[0], "program"));
		row->prepare_iterations = slots[1] ? count(suite, slots[1], "iteration_count") : 1;
	}
	row->prepare_every = slots[2] ? count(suite, slots[2], "every") : 0;
}

static void set_expected_result(struct suite *suite, const yaml_node_t *n, struct plan_row *row)
{
	const char *text = n ? scalar(suite, n, "expected_result") : "0", *wrong;
	double value = 0;

	wrong = number_parse_double(text, INT32_MIN, UINT32_MAX, &value);
	if (wrong || value != (double)(int64_t)value)
		bad_suite(suite, n, "'expected_result' is not a whole number: '%s'", text);
	row->has_expected_result = true;
	row->expected_result = (uint32_t)(int64_t)value;
}

static void set_program_type(struct suite *suite, const struct test *test, const char *name,
			     struct plan_row *row)
{
	enum bpf_attach_type attach_type;
	int type;

	/* The objects of bpf_performance carry sections that say nothing: it runs them as XDP. */
	if (!*name && test->field[F_ELF_FILE])
		name = "xdp";
	if (!*name)
		return;
	if (!strcmp(name, PLAN_USER_TYPE)) {
		plan_set(&row->program_type, name);
		return;
	}
	type = program_type_by_name(name, &attach_type);
	if (type < 0)
		bad_suite(suite, test->field[F_PROGRAM_TYPE], "no program type is named '%s'",
			  name);
	plan_set(&row->program_type, libbpf_bpf_prog_type_str(type));
}

static void set_packet(struct suite *suite, const struct test *test, struct plan_row *row)
{
	unsigned char bytes[PACKET_MAX_BYTES];
	const char *name = text_of(suite, test, F_PACKET);

	if (!*name)
		name = test->field[F_ELF_FILE] ? "zeros-1024" : PACKET_DEFAULT;
	if (!packet_build(name, bytes))
		bad_suite(suite, test->field[F_PACKET], "no packet is named '%s'", name);
	plan_set(&row->packet, name);
}

/* A list or mapping of several tests' differences: of none, the test would vanish. */
static void refuse_empty(struct suite *suite, const struct test *test, enum field f)
{
	const yaml_node_t *n = test->field[f];

	if (n && ((n->type == YAML_SEQUENCE_NODE &&
		   n->data.sequence.items.start == n->data.sequence.items.top) ||
		  (n->type == YAML_MAPPING_NODE &&
		   n->data.mapping.pairs.start == n->data.mapping.pairs.top)))
		bad_suite(suite, n, "'%s' is empty", field_names[f]);
}

/* One test of a stanza that describes several: by variants, or by a list of program types. */
struct variant {
	const char *name;	    /* what {} in the test's name stands for; NULL for one test */
	const yaml_node_t *defines; /* NULL for none */
	const char *program_type;   /* "" for that of the section */
};

/* The test's name, with {} replaced by the variant's. */
static char *name_of(struct suite *suite, const struct test *test, const char *variant)
{
	const char *name = text_of(suite, test, F_NAME), *hole = strstr(name, "{}");

	if (!*name)
		bad_suite(suite, test->node, "a test needs a 'name'");
	if (!variant)
		return xstrdup(name);
	if (!hole)
		bad_suite(suite, test->field[F_NAME], "a test with variants needs {} in its name");
	return xasprintf("%.*s%s%s", (int)(hole - name), name, variant, hole + 2);
}

static void refuse_twice(struct work *work, struct suite *suite, const struct test *test)
{
	const struct plan *plan = &work->plan;
	const struct plan_row *last = &plan->rows[plan->nrows - 1];

	for (const struct plan_row *row = &plan->rows[suite->first_row]; row < last; row++)
		if (!strcmp(row->test, last->test) && !strcmp(row->entry_point, last->entry_point))
			bad_suite(suite, test->node, "test '%s' with entry point '%s' twice",
				  row->test, row->entry_point);
}

static void add_row(struct work *work, struct suite *suite, const struct test *test, size_t unit,
		    const struct variant *variant, const char *entry_point, const yaml_node_t *cpus)
{
	struct plan_row *row = work_add_row(work, unit);
	const char *elf_file = text_of(suite, test, F_ELF_FILE);

	plan_set(&row->suite, suite->name);
	free(row->test);
	row->test = name_of(suite, test, variant->name);
	plan_set(&row->entry_point, entry_point);
	if (!*entry_point)
		bad_suite(suite, test->node, "a test's entry point needs a name");
	refuse_twice(work, suite, test);
	free(row->cpus);
	row->cpus = cpus ? cpus_of(suite, cpus) : xstrdup("any");
	if (*elf_file) {
		free(row->object);
		row->object =
		    *elf_file == '/'
			? xstrdup(elf_file)
			: xasprintf("%s/%s", work->elf_dir ? work->elf_dir : suite->dir, elf_file);
	}
	set_program_type(suite, test, variant->program_type, row);
	if (test->field[F_OPERATIONS])
		row->operations = count(suite, test->field[F_OPERATIONS], "operations");
	if (test->field[F_ITERATION_COUNT])
		row->iterations = count(suite, test->field[F_ITERATION_COUNT], "iteration_count");
	if (test->field[F_PREPARATION])
		set_preparation(suite, test->field[F_PREPARATION], row);
	set_packet(suite, test, row);
	plan_set(&row->consumer, text_of(suite, test, F_CONSUMER));
	plan_set(&row->check, text_of(suite, test, F_CHECK));
	set_expected_result(suite, test->field[F_EXPECTED_RESULT], row);
	if (test->field[F_KEEP])
		row->keep = flag(suite, test->field[F_KEEP], "keep");
	if (test->field[F_CONTROL])
		row->control = flag(suite, test->field[F_CONTROL], "control");
}

static void check_fields(struct suite *suite, const struct test *test)
{
	const yaml_node_t *type = test->field[F_PROGRAM_TYPE];
	bool user = type && type->type == YAML_SCALAR_NODE &&
		    !strcmp(scalar(suite, type, "program_type"), PLAN_USER_TYPE);
	int from = !!test->field[F_SOURCE] + !!test->field[F_ELF_FILE] + user;

	if (from != 1)
		bad_suite(suite, test->node, "a test needs one of 'source' and 'elf_file'");
	if (!test->field[F_ENTRY_POINT] == !test->field[F_CPU_ASSIGNMENT])
		bad_suite(suite, test->node,
			  "a test needs one of 'entry_point' and 'program_cpu_assignment'");
	if (!test->field[F_SOURCE] && (test->field[F_DEFINES] || test->field[F_VARIANTS]))
		bad_suite(suite, test->node, "'defines' and 'variants' need a 'source'");
}

static void add_variant(struct work *work, struct suite *suite, const struct test *test,
			const struct variant *variant)
{
	size_t unit = NO_UNIT;
	const yaml_node_t *cpus = test->field[F_CPU_ASSIGNMENT];

	if (test->field[F_SOURCE])
		unit = add_unit(work, suite, test, variant->defines);
	if (!cpus) {
		add_row(work, suite, test, unit, variant, text_of(suite, test, F_ENTRY_POINT),
			NULL);
		return;
	}
	mapping(suite, cpus, "program_cpu_assignment");
	for (yaml_node_pair_t *p = cpus->data.mapping.pairs.start; p < cpus->data.mapping.pairs.top;
	     p++)
		add_row(work, suite, test, unit, variant,
			scalar(suite, node(suite, p->key), "entry point"), node(suite, p->value));
}

static void add_variants(struct work *work, struct suite *suite, const struct test *test)
{
	const yaml_node_t *map = mapping(suite, test->field[F_VARIANTS], "variants");
	const char *type = text_of(suite, test, F_PROGRAM_TYPE);

	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++) {
		struct variant variant = {scalar(suite, node(suite, p->key), "variant"),
					  node(suite, p->value), type};

		add_variant(work, suite, test, &variant);
	}
}

static void add_program_types(struct work *work, struct suite *suite, const struct test *test)
{
	const yaml_node_t *list = test->field[F_PROGRAM_TYPE];

	for (yaml_node_item_t *i = list->data.sequence.items.start;
	     i < list->data.sequence.items.top; i++) {
		const char *type = scalar(suite, node(suite, *i), "program_type");
		struct variant variant = {type, NULL, type};

		add_variant(work, suite, test, &variant);
	}
}

static void read_test(struct work *work, struct suite *suite, const yaml_node_t *n)
{
	struct test test = {.node = n};
	const yaml_node_t *type;

	read_fields(suite, mapping(suite, n, "test"), field_names, FIELD_COUNT, test.field);
	if (test.field[F_PLATFORM] && strcasecmp(text_of(suite, &test, F_PLATFORM), "linux"))
		return;
	refuse_empty(suite, &test, F_VARIANTS);
	refuse_empty(suite, &test, F_PROGRAM_TYPE);
	refuse_empty(suite, &test, F_CPU_ASSIGNMENT);
	check_fields(suite, &test);
	type = test.field[F_PROGRAM_TYPE];
	if (type && type->type == YAML_SEQUENCE_NODE) {
		if (test.field[F_VARIANTS])
			bad_suite(suite, type, "a list of program types excludes 'variants'");
		add_program_types(work, suite, &test);
	} else if (test.field[F_VARIANTS]) {
		add_variants(work, suite, &test);
	} else {
		struct variant one = {NULL, NULL, text_of(suite, &test, F_PROGRAM_TYPE)};

		add_variant(work, suite, &test, &one);
	}
}

static void read_document(struct work *work, struct suite *suite)
{
	static const char *const names[] = {"tests"};
	const yaml_node_t *root = yaml_document_get_root_node(&suite->doc), *tests;

	if (!root)
		errx(EXIT_TROUBLE, "empty suite: '%s'", suite->path);
	read_fields(suite, mapping(suite, root, "suite"), names, 1, &tests);
	if (!tests || tests->type != YAML_SEQUENCE_NODE)
		bad_suite(suite, root, "a suite needs 'tests', a list");
	for (yaml_node_item_t *i = tests->data.sequence.items.start;
	     i < tests->data.sequence.items.top; i++)
		read_test(work, suite, node(suite, *i));
}

static void load_document(struct suite *suite, yaml_parser_t *parser)
{
	if (!yaml_parser_load(parser, &suite->doc))
		errx(EXIT_TROUBLE, "not YAML: %s (%s line %zu)",
		     parser->problem ? parser->problem : "unreadable", suite->path,
		     parser->problem_mark.line + 1);
}

/* Its tests would be missed in silence. */
static void refuse_second_document(struct suite *suite, yaml_parser_t *parser)
{
	const yaml_node_t *root;

	load_document(suite, parser);
	root = yaml_document_get_root_node(&suite->doc);
	if (root)
		bad_suite(suite, root, "a suite is one YAML document; a second one begins");
	yaml_document_delete(&suite->doc);
}

void suite_read(struct work *work, const char *path)
{
	struct suite suite = {.path = path, .first_row = work->plan.nrows};
	char *for_name = xstrdup(path), *for_dir = xstrdup(path);
	yaml_parser_t parser;
	FILE *f = fopen(path, "re");

	if (!f)
		err(EXIT_TROUBLE, "can't read suite: '%s'", path);
	suite.name = xstrdup(basename(for_name));
	*strrchr(suite.name, '.') = '\0';
	suite.dir = xstrdup(dirname(for_dir));
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, f);
	load_document(&suite, &parser);
	read_document(work, &suite);
	yaml_document_delete(&suite.doc);
	refuse_second_document(&suite, &parser);
	yaml_parser_delete(&parser);
	fclose(f);
	free(suite.name);
	free(suite.dir);
	free(for_name);
	free(for_dir);
}
