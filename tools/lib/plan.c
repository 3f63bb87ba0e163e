/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "say.h"
#include "text.h"
#include "xalloc.h"

static const char *const mode_names[CONSUMER_MODE_COUNT] = {
    [CONSUMER_WAIT] = "wait",
    [CONSUMER_BUSY] = "busy",
    [CONSUMER_BETWEEN] = "between",
};

/* How a cell and a field of the row become each other, one line a column. */
enum kind {
	OTHER, /* text that no tool uses: the schema has it, struct plan_row does not */
	TEXT,
	COUNT, /* uint64_t, at least 1; empty means the default of plan_add() */
	RUNS,  /* the same, up to PLAN_RUNS_MAX */
	FEW,   /* the same, up to PLAN_VISITS_MAX */
	RESULT,
	PERCENT, /* double, empty when it is 0 */
	FLAG,
	STATUS,
	MODE,
	METRIC,
};

static const struct {
	size_t offset;
	enum kind kind;
} fields[PLAN_NCOLUMNS] = {
#define AT(member) offsetof(struct plan_row, member)
    [PLAN_SUITE] = {AT(suite), TEXT},
    [PLAN_TEST] = {AT(test), TEXT},
    [PLAN_ENTRY_POINT] = {AT(entry_point), TEXT},
    [PLAN_BUILD] = {AT(build), TEXT},
    [PLAN_OBJECT] = {AT(object), TEXT},
    [PLAN_SETUP] = {AT(setup), TEXT},
    [PLAN_PROGRAM_TYPE] = {AT(program_type), TEXT},
    [PLAN_CPUS] = {AT(cpus), TEXT},
    [PLAN_OPERATIONS] = {AT(operations), COUNT},
    [PLAN_ITERATIONS] = {AT(iterations), RUNS},
    [PLAN_PREPARE] = {AT(prepare), TEXT},
    [PLAN_PREPARE_ITERATIONS] = {AT(prepare_iterations), RUNS},
    [PLAN_PACKET] = {AT(packet), TEXT},
    [PLAN_FRAMES] = {AT(frames), COUNT},
    [PLAN_CONSUMER] = {AT(consumer), TEXT},
    [PLAN_CHECK] = {AT(check), TEXT},
    [PLAN_EXPECTED_RESULT] = {AT(expected_result), RESULT},
    [PLAN_KEEP] = {AT(keep), COUNT},
    [PLAN_VISITS] = {AT(visits), FEW},
    [PLAN_CONTROL] = {AT(control), FLAG},
    [PLAN_PROGRAM_HASH] = {AT(program_hash), TEXT},
    [PLAN_STATUS] = {AT(status), STATUS},
    [PLAN_REASON] = {AT(reason), TEXT},
    [PLAN_LOG] = {AT(log), TEXT},
    [PLAN_PREPARE_EVERY] = {AT(prepare_every), COUNT},
    [PLAN_DROPPED_MAX_PCT] = {AT(dropped_max_pct), PERCENT},
    [PLAN_COMPILER] = {AT(compiler), TEXT},
    [PLAN_DESCRIPTION] = {AT(description), TEXT},
    [PLAN_PROOF] = {AT(proof), TEXT},
    [PLAN_NET_OF] = {AT(net_of), TEXT},
    [PLAN_FRESH_PACKET] = {AT(fresh_packet), FLAG},
    [PLAN_CONSUMER_MODE] = {AT(consumer_mode), MODE},
    [PLAN_INSNS] = {AT(insns), METRIC},
    [PLAN_JITED_BYTES] = {AT(jited_bytes), METRIC},
    [PLAN_VERIFIED_INSNS] = {AT(verified_insns), METRIC},
    [PLAN_VERIFIER_STATES] = {AT(verifier_states), METRIC},
    [PLAN_STACK_BYTES] = {AT(stack_bytes), METRIC},
    [PLAN_XLATED_INSNS] = {AT(xlated_insns), METRIC},
    [PLAN_MAP_BYTES] = {AT(map_bytes), METRIC},
    [PLAN_VERIFICATION_US] = {AT(verification_us), METRIC},
};

static void *field_of(const struct plan_row *row, size_t i)
{
	return fields[i].kind == OTHER ? (void *)&row->other[i] : (char *)row + fields[i].offset;
}

static bool is_text(size_t i)
{
	return fields[i].kind == TEXT || fields[i].kind == OTHER;
}

static const char *name_of(size_t i)
{
	return schema_plan.columns[i].name;
}

void plan_row_forget(struct plan_row *row)
{
	for (size_t i = 0; i < PLAN_NCOLUMNS; i++)
		if (fields[i].kind == METRIC)
			*(int64_t *)field_of(row, i) = -1;
}

void plan_row_release(struct plan_row *row, size_t nextra)
{
	for (size_t i = 0; i < PLAN_NCOLUMNS; i++)
		if (is_text(i))
			free(*(char **)field_of(row, i));
	for (size_t i = 0; row->extra && i < nextra; i++)
		free(row->extra[i]);
	free(row->extra);
}

bool plan_same_test(const struct plan_row *a, const struct plan_row *b)
{
	return !strcmp(a->suite, b->suite) && !strcmp(a->test, b->test);
}

void plan_set(char **field, const char *value)
{
	char *copy = xstrdup(value ? value : "");

	free(*field);
	*field = copy;
}

struct plan_row *plan_add(struct plan *plan)
{
	struct plan_row *row;

	plan->rows = xgrow(plan->rows, plan->nrows, sizeof(*plan->rows));
	row = &plan->rows[plan->nrows++];
	*row = (struct plan_row){.operations = 1, .status = STATUS_COMPILED};
	for (size_t i = 0; i < PLAN_NCOLUMNS; i++)
		if (is_text(i))
			*(char **)field_of(row, i) = xstrdup("");
	plan_row_forget(row);
	row->extra = xcalloc(plan->extra.n, sizeof(*row->extra));
	for (size_t i = 0; i < plan->extra.n; i++)
		row->extra[i] = xstrdup("");
	return row;
}

/* What programs return, by the kernel's names (linux/bpf.h, linux/pkt_cls.h). */
static const struct {
	const char *name;
	int32_t value;
} results[] = {
    {"XDP_ABORTED", XDP_ABORTED},
    {"XDP_DROP", XDP_DROP},
    {"XDP_PASS", XDP_PASS},
    {"XDP_TX", XDP_TX},
    {"XDP_REDIRECT", XDP_REDIRECT},
    {"TC_ACT_UNSPEC", TC_ACT_UNSPEC},
    {"TC_ACT_OK", TC_ACT_OK},
    {"TC_ACT_RECLASSIFY", TC_ACT_RECLASSIFY},
    {"TC_ACT_SHOT", TC_ACT_SHOT},
    {"TC_ACT_PIPE", TC_ACT_PIPE},
    {"TC_ACT_STOLEN", TC_ACT_STOLEN},
    {"TC_ACT_REDIRECT", TC_ACT_REDIRECT},
    {"SK_DROP", SK_DROP},
    {"SK_PASS", SK_PASS},
};

/* 0x and digits: two's complement, as what a program returns is often written. */
static const char *parse_hexadecimal(const char *digits, uint32_t *value)
{
	if (!*digits || digits[strspn(digits, "0123456789abcdefABCDEF")])
		return "is not a whole number";
	if (strlen(digits) > 8)
		return "is too large";
	*value = (uint32_t)strtoul(digits, NULL, 16);
	return NULL;
}

static const char *parse_whole(const char *text, uint32_t *value)
{
	const char *wrong;
	double result;

	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		if (!strcmp(text, results[i].name)) {
			*value = (uint32_t)results[i].value;
			return NULL;
		}
	if (!strncmp(text, "0x", 2))
		return parse_hexadecimal(text + 2, value);
	wrong = number_parse_double(text, INT32_MIN, UINT32_MAX, &result);
	if (!wrong && result != (double)(int64_t)result)
		wrong = "is not a whole number";
	if (!wrong)
		*value = (uint32_t)(int64_t)result;
	return wrong;
}

static const char *parse_result(struct plan_row *row, const char *text)
{
	const char *wrong = parse_whole(text, &row->expected_result);

	row->has_expected_result |= !wrong;
	return wrong;
}

/* Empty cells keep the default. Returns NULL, or what is wrong with the text. */
static const char *parse_cell(struct plan_row *row, size_t i, const char *text)
{
	void *field = field_of(row, i);
	const char *wrong;
	uint64_t value;
	size_t name;

	if (!*text)
		return NULL;
	switch (fields[i].kind) {
	case OTHER:
	case TEXT:
		plan_set(field, text);
		return NULL;
	case COUNT:
		return number_parse_u64(text, 1, UINT32_MAX, field);
	case RUNS:
		return number_parse_u64(text, 1, PLAN_RUNS_MAX, field);
	case FEW:
		return number_parse_u64(text, 1, PLAN_VISITS_MAX, field);
	case METRIC:
		return number_parse_u64(text, 0, INT64_MAX, field);
	case PERCENT:
		return number_parse_double(text, 0, 100, field);
	case FLAG:
		wrong = number_parse_u64(text, 0, 1, &value);
		if (!wrong)
			*(bool *)field = value;
		return wrong;
	case RESULT:
		return parse_result(row, text);
	case MODE:
		name = text_index(mode_names, CONSUMER_MODE_COUNT, text);
		if (name == CONSUMER_MODE_COUNT)
			return "is not wait, busy or between";
		row->consumer_mode = (enum consumer_mode)name;
		return NULL;
	case STATUS:
		name = status_named(text);
		if (name == STATUS_COUNT)
			return "is not a status";
		row->status = (enum status)name;
		return NULL;
	}
	return NULL;
}

const char *plan_set_cell(struct plan_row *row, const char *column, const char *text)
{
	return parse_cell(row, schema_column(&schema_plan, column), text);
}

/* Note an unknown column; it is empty in the rows already there. */
static void add_extra(struct plan *plan, const char *name)
{
	if (names_have(&plan->extra, name))
		return;
	names_add(&plan->extra, name);
	for (size_t i = 0; i < plan->nrows; i++) {
		char ***extra = &plan->rows[i].extra;

		*extra = xrealloc(*extra, plan->extra.n * sizeof(**extra));
		(*extra)[plan->extra.n - 1] = xstrdup("");
	}
}

static int require_columns(struct csv_reader *csv)
{
	int index;

	for (size_t i = 0; i < schema_plan.ncolumns; i++)
		if (schema_plan.columns[i].required &&
		    csv_require(csv, &schema_plan.columns[i].name, 1, &index))
			return -1;
	return 0;
}

static int read_row(struct plan *plan, struct csv_reader *csv)
{
	struct plan_row *row = plan_add(plan);

	for (size_t c = 0; c < csv->ncolumns; c++) {
		const char *name = csv->header[c], *wrong;
		size_t i = schema_column(&schema_plan, name);

		if (i == PLAN_NCOLUMNS) {
			plan_set(&row->extra[names_index(&plan->extra, name)], csv->cell[c]);
			continue;
		}
		wrong = parse_cell(row, i, csv->cell[c]);
		if (wrong)
			return csv_fail(csv, "%s %s: '%s'", name, wrong, csv->cell[c]);
	}
	return 0;
}

static int read_rows(struct plan *plan, struct csv_reader *csv)
{
	int got = require_columns(csv);

	for (size_t c = 0; c < csv->ncolumns; c++)
		if (schema_column(&schema_plan, csv->header[c]) == PLAN_NCOLUMNS)
			add_extra(plan, csv->header[c]);
	while (!got && (got = csv_next_row(csv)) == 1)
		got = read_row(plan, csv);
	return got;
}

char *plan_read(struct plan *plan, const char *path)
{
	struct csv_reader csv;
	bool failed = csv_open(&csv, path) || read_rows(plan, &csv);
	char *wrong = failed ? xstrdup(csv.error) : NULL;

	csv_release(&csv);
	return wrong;
}

static void write_count(struct csv_writer *w, uint64_t value, bool is_defined)
{
	if (is_defined)
		csv_write_u64(w, value);
	else
		csv_write_cell(w, NULL);
}

static void write_cell(struct csv_writer *w, const struct plan_row *row, size_t i)
{
	const void *field = field_of(row, i);

	switch (fields[i].kind) {
	case OTHER:
	case TEXT:
		csv_write_cell(w, *(char *const *)field);
		return;
	case COUNT:
	case RUNS:
	case FEW:
		write_count(w, *(const uint64_t *)field, *(const uint64_t *)field);
		return;
	case METRIC:
		write_count(w, *(const uint64_t *)field, *(const int64_t *)field >= 0);
		return;
	case PERCENT:
		csv_write_double(w, *(const double *)field > 0 ? *(const double *)field : NAN);
		return;
	case FLAG:
		csv_write_u64(w, *(const bool *)field);
		return;
	case RESULT:
		write_count(w, row->expected_result, row->has_expected_result);
		return;
	case MODE:
		csv_write_cell(w, *row->consumer ? mode_names[*(const enum consumer_mode *)field]
						 : "");
		return;
	case STATUS:
		csv_write_cell(w, status_names[*(const enum status *)field]);
		return;
	}
}

/* Write columns of the plan, and so many of its unknown ones. @columns: NULL for all, in order */
static void write_plan(const struct plan *plan, const enum plan_column *columns, size_t n,
		       size_t nextra, FILE *f)
{
	struct csv_writer w = {.f = f};

	for (size_t i = 0; i < n; i++)
		csv_write_cell(&w, name_of(columns ? columns[i] : i));
	for (size_t i = 0; i < nextra; i++)
		csv_write_cell(&w, plan->extra.name[i]);
	csv_end_row(&w);
	for (size_t r = 0; r < plan->nrows; r++) {
		const struct plan_row *row = &plan->rows[r];

		for (size_t i = 0; i < n; i++)
			write_cell(&w, row, columns ? columns[i] : i);
		for (size_t i = 0; i < nextra; i++)
			csv_write_cell(&w, row->extra[i]);
		csv_end_row(&w);
	}
}

void plan_write(const struct plan *plan, FILE *f)
{
	write_plan(plan, NULL, PLAN_NCOLUMNS, plan->extra.n, f);
}

void plan_write_list(const struct plan *plan, FILE *f)
{
	static const enum plan_column listed[] = {
	    PLAN_SUITE,	 PLAN_TEST,	   PLAN_ENTRY_POINT, PLAN_PROGRAM_TYPE, PLAN_OPERATIONS,
	    PLAN_PACKET, PLAN_DESCRIPTION, PLAN_PROOF,	     PLAN_NET_OF};

	write_plan(plan, listed, sizeof(listed) / sizeof(*listed), 0, f);
}

void plan_warn(const struct plan_row *row, enum status status, const char *reason)
{
	say("%s: '%s': %s", status_names[status], row->test, reason);
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->nrows; i++)
		plan_row_release(&plan->rows[i], plan->extra.n);
	names_release(&plan->extra);
	free(plan->rows);
	*plan = (struct plan){0};
}
