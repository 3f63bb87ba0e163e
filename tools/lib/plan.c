/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "number.h"
#include "text.h"
#include "xalloc.h"

static const char *const mode_names[CONSUMER_MODE_COUNT] = {
    [CONSUMER_WAIT] = "wait",
    [CONSUMER_BUSY] = "busy",
    [CONSUMER_BETWEEN] = "between",
};

/* The place of a name; n for none. */
static int find_name(const char *const *names, int n, const char *name)
{
	int i = 0;

	while (i < n && strcmp(name, names[i]))
		i++;
	return i;
}

/* How a cell and a field of the row become each other, one line a column. */
enum kind {
	OTHER, /* text that no tool uses: the schema has it, struct plan_row does not */
	TEXT,
	COUNT, /* uint64_t, at least 1; empty means the default of plan_row_init() */
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
    [PLAN_PROGRAM_TYPE] = {AT(program_type), TEXT},
    [PLAN_CPUS] = {AT(cpus), TEXT},
    [PLAN_OPERATIONS] = {AT(operations), COUNT},
    [PLAN_ITERATIONS] = {AT(iterations), COUNT},
    [PLAN_PREPARE] = {AT(prepare), TEXT},
    [PLAN_PREPARE_ITERATIONS] = {AT(prepare_iterations), COUNT},
    [PLAN_PACKET] = {AT(packet), TEXT},
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
    [PLAN_INSNS] = {AT(metric[METRIC_INSNS]), METRIC},
    [PLAN_JITED_BYTES] = {AT(metric[METRIC_JITED_BYTES]), METRIC},
    [PLAN_VERIFIED_INSNS] = {AT(metric[METRIC_VERIFIED_INSNS]), METRIC},
    [PLAN_VERIFIER_STATES] = {AT(metric[METRIC_VERIFIER_STATES]), METRIC},
    [PLAN_STACK_BYTES] = {AT(metric[METRIC_STACK_BYTES]), METRIC},
    [PLAN_XLATED_INSNS] = {AT(metric[METRIC_XLATED_INSNS]), METRIC},
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

void plan_row_init(struct plan_row *row)
{
	*row = (struct plan_row){.operations = 1, .status = STATUS_COMPILED};
	for (size_t i = 0; i < PLAN_NCOLUMNS; i++)
		if (is_text(i))
			*(char **)field_of(row, i) = xstrdup("");
	for (size_t i = 0; i < METRIC_COUNT; i++)
		row->metric[i] = -1;
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

	plan->rows = xrealloc(plan->rows, (plan->nrows + 1) * sizeof(*plan->rows));
	row = &plan->rows[plan->nrows++];
	plan_row_init(row);
	row->extra = xcalloc(plan->nextra, sizeof(*row->extra));
	for (size_t i = 0; i < plan->nextra; i++)
		row->extra[i] = xstrdup("");
	return row;
}

/* Empty cells keep the default. Returns NULL, or what is wrong with the text. */
static const char *parse_cell(struct plan_row *row, size_t i, const char *text)
{
	void *field = field_of(row, i);
	const char *wrong;
	enum status status;
	uint64_t value;
	double result;
	int name;

	if (!*text)
		return NULL;
	switch (fields[i].kind) {
	case OTHER:
	case TEXT:
		plan_set(field, text);
		return NULL;
	case COUNT:
		return number_parse_u64(text, 1, UINT32_MAX, field);
	case FEW:
		return number_parse_u64(text, 1, PLAN_VISITS_MAX, field);
	case METRIC:
		wrong = number_parse_u64(text, 0, INT64_MAX, &value);
		if (!wrong)
			*(int64_t *)field = (int64_t)value;
		return wrong;
	case PERCENT:
		return number_parse_double(text, 0, 100, field);
	case FLAG:
		wrong = number_parse_u64(text, 0, 1, &value);
		if (!wrong)
			*(bool *)field = value;
		return wrong;
	case RESULT:
		wrong = number_parse_double(text, INT32_MIN, UINT32_MAX, &result);
		if (!wrong && result != (double)(int64_t)result)
			wrong = "is not a whole number";
		if (!wrong) {
			row->has_expected_result = true;
			row->expected_result = (uint32_t)(int64_t)result;
		}
		return wrong;
	case MODE:
		name = find_name(mode_names, CONSUMER_MODE_COUNT, text);
		if (name == CONSUMER_MODE_COUNT)
			return "is not wait, busy or between";
		row->consumer_mode = (enum consumer_mode)name;
		return NULL;
	case STATUS:
		status = status_named(text);
		if (status == STATUS_COUNT)
			return "is not a status";
		row->status = status;
		return NULL;
	}
	return NULL;
}

/* The place of a column in `fields`; PLAN_NCOLUMNS for one that this project does not know. */
static size_t field_named(const char *name)
{
	size_t i = 0;

	while (i < PLAN_NCOLUMNS && strcmp(name, name_of(i)))
		i++;
	return i;
}

const char *plan_set_cell(struct plan_row *row, const char *column, const char *text)
{
	return parse_cell(row, field_named(column), text);
}

/* The plan's number for an unknown column; a new one is empty in the rows already there. */
static size_t extra_column(struct plan *plan, const char *name)
{
	size_t n = plan->nextra;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(plan->extra_names[i], name))
			return i;
	plan->extra_names = xrealloc(plan->extra_names, (n + 1) * sizeof(*plan->extra_names));
	plan->extra_names[n] = xstrdup(name);
	plan->nextra++;
	for (size_t i = 0; i < plan->nrows; i++) {
		char ***extra = &plan->rows[i].extra;

		*extra = xrealloc(*extra, (n + 1) * sizeof(**extra));
		(*extra)[n] = xstrdup("");
	}
	return n;
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

/* @field, @extra: of each column of the file, the field, or PLAN_NCOLUMNS and the plan's own number
 */
static int read_row(struct plan_row *row, struct csv_reader *csv, const size_t *field,
		    const size_t *extra)
{
	for (size_t c = 0; c < csv->ncolumns; c++) {
		const char *wrong;

		if (field[c] == PLAN_NCOLUMNS) {
			plan_set(&row->extra[extra[c]], csv->cell[c]);
			continue;
		}
		wrong = parse_cell(row, field[c], csv->cell[c]);
		if (wrong)
			return csv_fail(csv, "%s %s: '%s'", csv->header[c], wrong, csv->cell[c]);
	}
	return 0;
}

static int read_rows(struct plan *plan, struct csv_reader *csv)
{
	size_t *field = xcalloc(csv->ncolumns, sizeof(*field));
	size_t *extra = xcalloc(csv->ncolumns, sizeof(*extra));
	int got = require_columns(csv);

	for (size_t c = 0; !got && c < csv->ncolumns; c++) {
		field[c] = field_named(csv->header[c]);
		if (field[c] == PLAN_NCOLUMNS)
			extra[c] = extra_column(plan, csv->header[c]);
	}
	while (got >= 0 && (got = csv_next_row(csv)) == 1)
		got = read_row(plan_add(plan), csv, field, extra);
	free(field);
	free(extra);
	return got;
}

int plan_read(struct plan *plan, const char *path, char *error, size_t error_size)
{
	struct csv_reader csv;
	int result = csv_open(&csv, path) || read_rows(plan, &csv) ? -1 : 0;

	if (result)
		snprintf(error, error_size, "%s", csv.error);
	csv_release(&csv);
	return result;
}

void plan_write_header(const struct plan *plan, FILE *f)
{
	struct csv_writer w = {.f = f};

	for (size_t i = 0; i < PLAN_NCOLUMNS; i++)
		csv_write_cell(&w, name_of(i));
	for (size_t i = 0; i < plan->nextra; i++)
		csv_write_cell(&w, plan->extra_names[i]);
	csv_end_row(&w);
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
	case FEW:
		if (*(const uint64_t *)field)
			csv_write_u64(w, *(const uint64_t *)field);
		else
			csv_write_empty(w);
		return;
	case METRIC:
		if (*(const int64_t *)field >= 0)
			csv_write_u64(w, *(const uint64_t *)field);
		else
			csv_write_empty(w);
		return;
	case PERCENT:
		if (*(const double *)field > 0)
			csv_write_double(w, *(const double *)field);
		else
			csv_write_empty(w);
		return;
	case FLAG:
		csv_write_u64(w, *(const bool *)field);
		return;
	case RESULT:
		if (row->has_expected_result)
			csv_write_u64(w, row->expected_result);
		else
			csv_write_empty(w);
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

void plan_write_row(const struct plan *plan, const struct plan_row *row, FILE *f)
{
	struct csv_writer w = {.f = f};

	for (size_t i = 0; i < PLAN_NCOLUMNS; i++)
		write_cell(&w, row, i);
	for (size_t i = 0; i < plan->nextra; i++)
		csv_write_cell(&w, row->extra[i]);
	csv_end_row(&w);
}

void plan_write_list(const struct plan *plan, FILE *f)
{
	static const enum plan_column listed[] = {
	    PLAN_SUITE,	 PLAN_TEST,	   PLAN_ENTRY_POINT, PLAN_PROGRAM_TYPE, PLAN_OPERATIONS,
	    PLAN_PACKET, PLAN_DESCRIPTION, PLAN_PROOF,	     PLAN_NET_OF};
	const size_t n = sizeof(listed) / sizeof(*listed);
	struct csv_writer w = {.f = f};

	for (size_t i = 0; i < n; i++)
		csv_write_cell(&w, name_of(listed[i]));
	csv_end_row(&w);
	for (size_t r = 0; r < plan->nrows; r++) {
		for (size_t i = 0; i < n; i++)
			write_cell(&w, &plan->rows[r], listed[i]);
		csv_end_row(&w);
	}
}

void plan_warn(const struct plan_row *row, enum status status, const char *reason)
{
	char *test = text_line(row->test), *why = text_line(reason);

	warnx("%s: '%s': %s", status_names[status], test, why);
	free(test);
	free(why);
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->nrows; i++)
		plan_row_release(&plan->rows[i], plan->nextra);
	for (size_t i = 0; i < plan->nextra; i++)
		free(plan->extra_names[i]);
	free(plan->extra_names);
	free(plan->rows);
	*plan = (struct plan){0};
}
