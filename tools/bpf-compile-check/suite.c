/* SPDX-License-Identifier: MIT */
/* Suites: YAML as the bpf_performance runner has it, and what a suite of sources needs. Its fields:
 * bpf-compile-check(1). */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "say.h"
#include "suite.h"
#include "text.h"
#include "work.h"
#include "xalloc.h"

#define INCLUDES_MAX 4 /* also ends a circle */

/* The path that a field names, relative to a folder. Caller frees. */
static char *path_of(struct suite *suite, const struct test *test, enum field f, const char *dir)
{
	char *name = test_text(suite, test, f), *path;

	path = *name == '/' ? xstrdup(name) : xasprintf("%s/%s", dir, name);
	free(name);
	return path;
}

static char *source_path(struct suite *suite, const struct test *test)
{
	char *path = path_of(suite, test, F_SOURCE, suite->dir);

	if (access(path, R_OK))
		bad_suite(suite, test->field[F_SOURCE], "can't read source '%s': %s", path,
			  strerror(errno));
	if (!text_ends_with(path, ".c"))
		bad_suite(suite, test->field[F_SOURCE], "a source ends in .c: '%s'", path);
	return path;
}

struct defines {
	char **text; /* NAME=VALUE */
	size_t n;
};

/* The place of a define: that of the same name, or a new one. */
static char **place_define(struct defines *defines, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < defines->n; i++)
		if (!strncmp(defines->text[i], name, length) && defines->text[i][length] == '=')
			return &defines->text[i];
	defines->text = xrealloc(defines->text, (defines->n + 1) * sizeof(*defines->text));
	defines->text[defines->n] = NULL;
	return &defines->text[defines->n++];
}

/* A later one overrides an earlier one of the same name: a variant's that of its stanza. */
static void add_define(struct suite *suite, const struct test *test, const yaml_node_t *key,
		       const yaml_node_t *node, struct defines *defines)
{
	const char *name = scalar(suite, key, "define");
	char *value, **define;

	if (!work_macro_name(name) || strchr(name, '='))
		bad_suite(suite, key, "not the name of a macro: '%s'", name);
	value = test_expand(suite, test, node, name);
	if (strlen(name) + strlen(value) > DEFINE_MAX_BYTES)
		bad_suite(suite, node, "a define is longer than %d bytes: '%.40s'",
			  DEFINE_MAX_BYTES, name);
	define = place_define(defines, name);
	free(*define);
	*define = xasprintf("%s=%s", name, value);
	free(value);
}

static size_t add_unit(struct work *work, struct suite *suite, const struct test *test)
{
	const yaml_node_t *map = test->field[F_DEFINES];
	struct defines defines = {0};
	char *path = source_path(suite, test);

	if (map)
		mapping(suite, map, "defines");
	for (size_t i = 0; map && i < node_count(map); i++)
		add_define(suite, test, node_name(suite, map, i), node_value(suite, map, i),
			   &defines);
	for (size_t i = 0; i < test->ndefines; i++)
		add_define(suite, test, test->define[i].name, test->define[i].value, &defines);
	return work_add_unit(
	    work, (struct unit){.source = path, .defines = defines.text, .ndefines = defines.n});
}

static size_t add_object(struct work *work, struct suite *suite, const struct test *test)
{
	const char *dir = work->elf_dir ? work->elf_dir : suite->dir;

	return work_add_unit(work, (struct unit){.source = path_of(suite, test, F_ELF_FILE, dir),
						 .is_object = true});
}

static void check_fields(struct suite *suite, const struct test *test)
{
	static const enum field of_objects[] = {F_GLOBALS,	   F_MAPS,    F_CONTEXT, F_NETWORK,
						F_EXPECTED_PACKET, F_TRIGGER, F_ATTACH,	 F_WITH};

	if (test->field[F_SOURCE] && test->field[F_ELF_FILE])
		bad_suite(suite, test->node, "a test needs one of 'source' and 'elf_file'");
	if (!test->field[F_ENTRY_POINT] == !test->field[F_CPU_ASSIGNMENT])
		bad_suite(suite, test->node,
			  "a test needs one of 'entry_point' and 'program_cpu_assignment'");
	if (!test->field[F_SOURCE] && (test->field[F_DEFINES] || test->ndefines))
		bad_suite(suite, test->node, "'defines' need a 'source'");
	for (size_t i = 0; i < sizeof(of_objects) / sizeof(*of_objects); i++)
		if (test->field[of_objects[i]] && !test->field[F_SOURCE] &&
		    !test->field[F_ELF_FILE])
			bad_suite(suite, test->field[of_objects[i]],
				  "'%s' needs a 'source' or 'elf_file'",
				  field_names[of_objects[i]]);
}

static void add_test(struct suite *suite, const struct test *test, void *context)
{
	struct work *work = context;
	size_t unit = NO_UNIT;
	const yaml_node_t *cpus = test->field[F_CPU_ASSIGNMENT];
	bool wants_all = false;

	check_fields(suite, test);
	if (test->field[F_SOURCE])
		unit = add_unit(work, suite, test);
	else if (test->field[F_ELF_FILE])
		unit = add_object(work, suite, test);
	if (!cpus) {
		suite_add_row(work, suite, test, unit, test_text(suite, test, F_ENTRY_POINT), NULL);
		return;
	}
	mapping(suite, cpus, "program_cpu_assignment");
	for (size_t i = 0; i < node_count(cpus); i++) {
		const struct plan_row *row;

		suite_add_row(work, suite, test, unit,
			      test_expand(suite, test, node_name(suite, cpus, i), "entry point"),
			      node_value(suite, cpus, i));
		row = &work->plan.rows[work->plan.nrows - 1];
		if (strcmp(row->cpus, "all") != 0)
			continue;
		if (wants_all)
			bad_suite(suite, cpus, "two entry points want all CPUs");
		wants_all = true;
	}
}

/* A list or mapping of several tests' differences: of none, the test would vanish. */
static void refuse_empty(struct suite *suite, const struct test *test, enum field f)
{
	const yaml_node_t *n = test->field[f];

	if (n && n->type != YAML_SCALAR_NODE && !node_count(n))
		bad_suite(suite, n, "'%s' is empty", field_names[f]);
}

static void read_test(struct work *work, struct suite *suite, const yaml_node_t *n,
		      const yaml_node_t *const *defaults)
{
	static const enum field never_empty[] = {F_VARIANTS, F_PROGRAM_TYPE, F_PACKET,
						 F_CPU_ASSIGNMENT};
	struct test test = {.node = n};

	read_fields(suite, mapping(suite, n, "test"), field_names, FIELD_COUNT, test.field);
	if (!test.field[F_NAME] || !*scalar(suite, test.field[F_NAME], "name"))
		bad_suite(suite, n, "a test needs a 'name'");
	if (test.field[F_PLATFORM] &&
	    strcasecmp(scalar(suite, test.field[F_PLATFORM], "platform"), "linux"))
		return;
	for (size_t f = 0; f < FIELD_COUNT; f++)
		if (!test.field[f])
			test.field[f] = defaults[f];
	for (size_t i = 0; i < sizeof(never_empty) / sizeof(*never_empty); i++)
		refuse_empty(suite, &test, never_empty[i]);
	test_each(suite, &test, add_test, work);
}

static void read_tests(struct work *work, struct suite *suite, const yaml_node_t *tests,
		       const yaml_node_t *defaults)
{
	const yaml_node_t *fields[FIELD_COUNT] = {0};

	if (defaults)
		read_fields(suite, mapping(suite, defaults, "defaults"), field_names, FIELD_COUNT,
			    fields);
	for (size_t i = 0; i < node_count(tests); i++)
		read_test(work, suite, node_name(suite, tests, i), fields);
}

static void read_file(struct work *work, const struct suite *by, const char *path, int depth);

/* The tests of another file, as if they stood in this one. */
static void read_included(struct work *work, struct suite *suite, const yaml_node_t *include,
			  int depth)
{
	char *path = xasprintf("%s/%s", suite->dir, scalar(suite, include, "include"));

	if (depth == INCLUDES_MAX)
		bad_suite(suite, include, "'include' is nested more than %d deep", INCLUDES_MAX);
	if (access(path, R_OK))
		bad_suite(suite, include, "can't read suite '%s'", path);
	read_file(work, suite, path, depth + 1);
	free(path);
}

static void read_document(struct work *work, struct suite *suite, int depth)
{
	static const char *const names[] = {"tests", "defaults", "include"};
	const yaml_node_t *root = yaml_document_get_root_node(&suite->doc), *slots[3];

	if (!root)
		die("empty suite: '%s'", suite->path);
	if (root->type == YAML_SEQUENCE_NODE)
		bad_suite(suite, root, "a suite is a mapping: put 'tests:' before its list");
	read_fields(suite, mapping(suite, root, "suite"), names, 3, slots);
	if (!slots[0] || slots[0]->type != YAML_SEQUENCE_NODE)
		bad_suite(suite, root, "a suite needs 'tests', a list");
	if (slots[2])
		read_included(work, suite, slots[2], depth);
	read_tests(work, suite, slots[0], slots[1]);
}

static _Noreturn void not_yaml(const struct suite *suite, const yaml_parser_t *parser)
{
	die("not YAML: %s (%s line %zu)", parser->problem ? parser->problem : "unreadable",
	    suite->path, parser->problem_mark.line + 1);
}

/* What libyaml takes for a level grows with how deep it is: half a minute for 10^5 brackets. */
static void refuse_deep(const struct suite *suite, FILE *f)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool is_end = false;
	int depth = 0;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, f);
	while (!is_end) {
		if (!yaml_parser_parse(&parser, &event))
			not_yaml(suite, &parser);
		depth += event.type == YAML_SEQUENCE_START_EVENT ||
			 event.type == YAML_MAPPING_START_EVENT;
		depth -=
		    event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
		if (depth > NESTING_MAX)
			die("lists and mappings lie more than %d deep (%s line %zu)", NESTING_MAX,
			    suite->path, event.start_mark.line + 1);
		is_end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	rewind(f);
}

static void load_document(struct suite *suite, yaml_parser_t *parser)
{
	if (!yaml_parser_load(parser, &suite->doc))
		not_yaml(suite, parser);
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

/* YAML of this size is read in a moment, whatever is in it. */
static FILE *open_suite(const char *path)
{
	/* Else opening a FIFO would wait. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat file;

	if (fd < 0 || fstat(fd, &file))
		die_errno("can't read suite: '%s'", path);
	if (!S_ISREG(file.st_mode))
		die("can't read suite: '%s': not a regular file", path);
	if (file.st_size > SUITE_MAX_BYTES)
		die("suite is larger than %d bytes: '%s'", SUITE_MAX_BYTES, path);
	return fdopen(fd, "r");
}

/* @by: the suite that the tests belong to */
static void read_file(struct work *work, const struct suite *by, const char *path, int depth)
{
	char *for_dir = xstrdup(path);
	struct suite suite = *by;
	yaml_parser_t parser;
	FILE *f = open_suite(path);

	cli_reads(work->cli, path);
	suite.path = path;
	suite.dir = dirname(for_dir);
	refuse_deep(&suite, f);
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, f);
	load_document(&suite, &parser);
	read_document(work, &suite, depth);
	yaml_document_delete(&suite.doc);
	refuse_second_document(&suite, &parser);
	yaml_parser_delete(&parser);
	fclose(f);
	free(for_dir);
}

void suite_read(struct work *work, const char *path)
{
	char *for_name = xstrdup(path), *name = basename(for_name);

	keytable_release(&work->seen);
	*strrchr(name, '.') = '\0';
	read_file(work, &(struct suite){.name = name}, path, 0);
	free(for_name);
}
