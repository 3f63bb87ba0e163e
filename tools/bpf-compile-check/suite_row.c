/* SPDX-License-Identifier: MIT */
/* The row of a test: which field of the suite becomes which cell of the plan. */
#include <bpf/libbpf.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "program.h"
#include "setting.h"
#include "suite.h"
#include "user.h"
#include "work.h"
#include "xalloc.h"

static bool are_cpus(const char *text)
{
	regex_t cpus;
	bool are;

	regcomp(&cpus, "^(all|remaining|any|[0-9]+([,-][0-9]+)*)$", REG_EXTENDED | REG_NOSUB);
	are = !regexec(&cpus, text, 0, NULL, 0);
	regfree(&cpus);
	return are;
}

/* A list of CPUs as text: 0,1,2. */
static char *cpu_list(struct suite *suite, const yaml_node_t *n)
{
	char *list = xstrdup("");

	for (size_t i = 0; i < node_count(n); i++)
		xappendf(&list, "%s%s", i ? "," : "",
			 scalar(suite, node_name(suite, n, i), field_names[F_CPU_ASSIGNMENT]));
	return list;
}

/* The CPUs of an entry point: a word, a number, or a list. */
static char *cpus_of(struct suite *suite, const struct test *test, const yaml_node_t *n)
{
	char *cpus = n->type == YAML_SEQUENCE_NODE ? cpu_list(suite, n)
		     : n->type == YAML_SCALAR_NODE
			 ? test_expand(suite, test, n, field_names[F_CPU_ASSIGNMENT])
			 : xstrdup("");

	/* What bpf_performance called it at first. */
	if (!strcmp(cpus, "unassigned"))
		plan_set(&cpus, "remaining");
	if (!are_cpus(cpus))
		bad_suite(suite, n, "CPUs must be all, remaining, any, a number or a list: '%s'",
			  cpus);
	return cpus;
}

/* A field's new value, which it takes over. */
static void take(char **field, char *value)
{
	free(*field);
	*field = value;
}

/* A field of the suite that is a column of the plan. */
struct cell {
	enum field field;
	const char *column;
	enum { TEXT, NUMBER, FLAG } kind;
};

static void set_cell(struct suite *suite, const struct test *test, const yaml_node_t *n,
		     const char *what, const struct cell *cell, struct plan_row *row)
{
	char *text = cell->kind == FLAG ? xstrdup(flag(suite, n, what) ? "1" : "0")
					: test_expand(suite, test, n, what);
	const char *wrong = plan_set_cell(row, cell->column, text);

	if (cell->kind == NUMBER && !*text)
		wrong = "is not a whole number";
	if (wrong)
		bad_suite(suite, n, "'%s' %s: '%s'", what, wrong, text);
	free(text);
}

/* What is set by not being there. */
static bool is_any(struct suite *suite, const struct test *test, const struct cell *cell)
{
	char *text = cell->field == F_EXPECTED_RESULT ? test_text(suite, test, cell->field) : NULL;
	bool is = text && !strcmp(text, "any");

	free(text);
	return is;
}

static void set_cells(struct suite *suite, const struct test *test, struct plan_row *row)
{
	static const struct cell cells[] = {
	    {F_NAME, "test", TEXT},
	    {F_DESCRIPTION, "description", TEXT},
	    {F_PROOF, "proof", TEXT},
	    {F_NET_OF, "net_of", TEXT},
	    {F_CHECK, "check", TEXT},
	    {F_CONSUMER, "consumer", TEXT},
	    {F_CONSUMER_MODE, "consumer_mode", TEXT},
	    {F_OPERATIONS, "operations", NUMBER},
	    {F_ITERATION_COUNT, "iterations", NUMBER},
	    {F_DROPPED_MAX, "dropped_max_pct", NUMBER},
	    {F_EXPECTED_RESULT, "expected_result", NUMBER},
	    {F_KEEP, "keep", NUMBER},
	    {F_VISITS, "visits", NUMBER},
	    {F_CONTROL, "control", FLAG},
	    {F_FRESH_PACKET, "fresh_packet", FLAG},
	};

	plan_set_cell(row, "expected_result", "0");
	row->has_expected_result = !test->field[F_EXPECTED_RESULT];
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++)
		if (test->field[cells[i].field] && !is_any(suite, test, &cells[i]))
			set_cell(suite, test, test->field[cells[i].field],
				 field_names[cells[i].field], &cells[i], row);
}

static void set_preparation(struct suite *suite, const struct test *test, struct plan_row *row)
{
	static const char *const names[] = {"program", "iteration_count", "every"};
	static const struct cell cells[] = {
	    {F_PREPARATION, "prepare", TEXT},
	    {F_PREPARATION, "prepare_iterations", NUMBER},
	    {F_PREPARATION, "prepare_every", NUMBER},
	};
	const yaml_node_t *n = test->field[F_PREPARATION], *slots[3];

	if (!n)
		return;
	read_fields(suite, mapping(suite, n, field_names[F_PREPARATION]), names, 3, slots);
	/* A consumer prepares too: it drains the buffer every so many invocations. */
	if (!slots[0] && !slots[2])
		bad_suite(suite, n, "'map_state_preparation' needs a 'program' or 'every'");
	if (slots[0])
		row->prepare_iterations = 1;
	for (size_t i = 0; i < 3; i++)
		if (slots[i] && (i != 1 || slots[0]))
			set_cell(suite, test, slots[i], names[i], &cells[i], row);
}

/* A program type of the kernel that is newer than the oldest libbpf this is built with: whether it
 * can be loaded is for program_load() to say. */
#define NEWEST_TYPE "netfilter"

static void set_program_type(struct suite *suite, const struct test *test, struct plan_row *row)
{
	char *name = test_text(suite, test, F_PROGRAM_TYPE);
	enum bpf_attach_type attach_type;
	int type;

	type = program_type_by_name(name, &attach_type);
	if (type >= 0) {
		plan_set(&row->program_type, libbpf_bpf_prog_type_str(type));
	} else if (!*name || user_is_type(name) || !strcmp(name, NEWEST_TYPE)) {
		plan_set(&row->program_type, name);
	} else {
		bad_suite(suite, test->field[F_PROGRAM_TYPE], "no program type is named '%s'",
			  name);
	}
	free(name);
}

/* @frame: of a capture, or NULL */
static void set_packet(struct suite *suite, const struct test *test, const struct frame *frame,
		       struct plan_row *row)
{
	unsigned char bytes[PACKET_MAX_BYTES];

	take(&row->packet, test_text(suite, test, F_PACKET));
	if (frame) {
		char *mark = strrchr(row->packet, '#');

		if (mark)
			*mark = '\0';
		xappendf(&row->packet, "#%zu", frame->number);
		return;
	}
	if (!*row->packet)
		plan_set(&row->packet, test->field[F_ELF_FILE] ? "zeros-1024" : PACKET_DEFAULT);
	if (!setting_is_hex(row->packet) && !packet_build(row->packet, bytes))
		bad_suite(suite, test->field[F_PACKET],
			  "no packet is named '%s', and it is no capture (.pcap, .pcapng) or bytes "
			  "(0x…)",
			  row->packet);
}

static void refuse_twice(struct work *work, struct suite *suite, const struct test *test,
			 const struct plan_row *row)
{
	size_t before = work->seen.n;
	struct key key = {0};

	key_set(&key, (const char *const[]){row->test, row->entry_point}, 2);
	keytable_add(&work->seen, key.text, key.len);
	if (work->seen.n == before)
		bad_suite(suite, test->node, "test '%s' with entry point '%s' twice", row->test,
			  row->entry_point);
	key_release(&key);
}

/* What the row is of must be there: an object, or an operation in user space that needs none. */
static void check_subject(struct suite *suite, const struct test *test, const struct plan_row *row)
{
	if (user_is_type(row->program_type) &&
	    user_find(row->program_type, row->entry_point) == USER_COUNT)
		bad_suite(suite, test->node, "no operation of type %s is named '%s'",
			  row->program_type, row->entry_point);
	if (user_needs_object(row) && !test->field[F_SOURCE] && !test->field[F_ELF_FILE])
		bad_suite(suite, test->node, "a test needs one of 'source' and 'elf_file'");
}

/* @frame: the packet, of a capture, or NULL; @all: whether each of its frames is a test */
static void add_row(struct work *work, struct suite *suite, const struct test *test, size_t unit,
		    const char *entry_point, const yaml_node_t *cpus, const struct frame *frame,
		    bool all)
{
	struct plan_row *row;

	if (work->plan.nrows == ROWS_MAX)
		bad_suite(suite, test->node, "there are more than %d tests", ROWS_MAX);
	row = work_add_row(work, unit);
	plan_set(&row->suite, suite->name);
	plan_set(&row->entry_point, entry_point);
	if (!*entry_point)
		bad_suite(suite, test->node, "a test's entry point needs a name");
	take(&row->cpus, cpus ? cpus_of(suite, test, cpus) : xstrdup("any"));
	set_cells(suite, test, row);
	if (all) {
		xappendf(&row->test, "#%zu", frame->number);
		row->frames = frame->count;
	}
	refuse_twice(work, suite, test, row);
	set_program_type(suite, test, row);
	check_subject(suite, test, row);
	set_preparation(suite, test, row);
	set_packet(suite, test, frame, row);
	work->origins[work->plan.nrows - 1].setting =
	    suite_setting(suite, test, entry_point, frame);
}

void suite_add_row(struct work *work, struct suite *suite, const struct test *test, size_t unit,
		   char *entry_point, const yaml_node_t *cpus)
{
	struct capture capture;
	bool all;

	if (!suite_capture(suite, test, &capture, &all))
		add_row(work, suite, test, unit, entry_point, cpus, NULL, false);
	for (size_t i = 0; i < capture.n; i++)
		add_row(work, suite, test, unit, entry_point, cpus, &capture.frame[i], all);
	capture_release(&capture);
	free(entry_point);
}
