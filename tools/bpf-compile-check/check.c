/* SPDX-License-Identifier: MIT */
/* Each test's programs through the real verifier; what it and the JIT say of them. */
#include <bpf/bpf.h>
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "program.h"
#include "say.h"
#include "trace_event.h"
#include "user.h"
#include "work.h"
#include "xalloc.h"

/* Of numbers with a + between them; -1 for what is none, or none of the verifier's. */
static int64_t sum_of(const char *text)
{
	int64_t sum = 0;
	char *end;

	for (;; text = end + 1) {
		unsigned long n = strtoul(text, &end, 10);

		if (!isdigit((unsigned char)*text) || n > INT_MAX)
			return -1;
		sum += (int64_t)n;
		if (*end != '+')
			return sum;
	}
}

/* The rest of the first line that begins so; NULL for none. */
static const char *line_that_begins(const char *log, const char *begin)
{
	size_t n = strlen(begin);

	while (strncmp(log, begin, n)) {
		log = strchr(log, '\n');
		if (!log)
			return NULL;
		log++;
	}
	return log + n;
}

/* The stacks of all subprograms: since 7.3 a line has one's. */
static int64_t stack_of_subprograms(const char *log)
{
	int64_t sum = -1;
	unsigned int bytes;

	while ((log = line_that_begins(log, "subprog ")))
		if (sscanf(log, "%*u (%*[^)]) %*s insns_self %*u insns_total %*u stack %u",
			   &bytes) == 1)
			sum = (sum < 0 ? 0 : sum) + bytes;
	return sum;
}

void check_read_summary(const char *log, struct plan_row *row)
{
	const char *processed, *stack, *took;
	unsigned int insns, states, usec;

	if (!log)
		return;
	processed = line_that_begins(log, "processed ");
	stack = line_that_begins(log, "stack depth ");
	took = line_that_begins(log, "verification time ");
	if (processed &&
	    sscanf(processed, "%u insns (limit %*u) max_states_per_insn %*u total_states %u",
		   &insns, &states) == 2) {
		row->verified_insns = insns;
		row->verifier_states = states;
	}
	if (stack)
		row->stack_bytes = sum_of(stack);
	if (row->stack_bytes < 0)
		row->stack_bytes = stack_of_subprograms(log);
	if (took && sscanf(took, "%u usec", &usec) == 1)
		row->verification_us = usec;
}

/* What the kernel says that a map takes; -1 where it does not say. */
static int64_t map_bytes(const struct bpf_map *map)
{
	char *path = xasprintf("/proc/self/fdinfo/%d", bpf_map__fd(map)), line[256];
	FILE *f = fopen(path, "re");
	int64_t bytes = -1;

	while (f && bytes < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "memlock: %" SCNd64, &bytes) != 1)
			bytes = -1;
	if (f)
		fclose(f);
	free(path);
	return bytes;
}

/* Of all maps of an object; -1 when the kernel does not say it of each. */
static int64_t maps_bytes(const struct bpf_object *object)
{
	const struct bpf_map *map;
	int64_t sum = 0;

	bpf_object__for_each_map(map, object) {
		int64_t bytes;

		if (bpf_map__fd(map) < 0) /* libbpf made none: nothing needs it here */
			continue;
		bytes = map_bytes(map);
		if (bytes < 0 || sum > INT64_MAX - bytes)
			return -1;
		sum += bytes;
	}
	return sum;
}

static void fill_metrics(struct plan_row *row, const struct loaded *loaded)
{
	/* Of an operation in user space, the program that it loads, if any. */
	bool is_user = user_is_type(row->program_type);
	struct bpf_program *program =
	    program_find(loaded, is_user ? USER_PROGRAM : row->entry_point);
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);

	if (!program)
		return;
	for (size_t i = 0; i < loaded->n; i++)
		if (loaded->program[i] == program)
			check_read_summary(loaded->log[i], row);
	row->insns = (int64_t)bpf_program__insn_cnt(program);
	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return;
	row->jited_bytes = info.jited_prog_len;
	/* The kernel says 0 to whom it does not show them. */
	if (info.xlated_prog_len)
		row->xlated_insns = (int64_t)(info.xlated_prog_len / sizeof(struct bpf_insn));
	if (!is_user)
		plan_set(&row->program_type, libbpf_bpf_prog_type_str(bpf_program__type(program)));
}

/* The verifier's trace of a program that it rejected, to a log. Returns its path. */
static char *write_log(const struct work *work, const struct plan_row *row,
		       const struct program_set *set)
{
	char *path = work_log_path(work, row->test, row->build), *text = xstrdup("");
	struct loaded loaded;

	program_open(&loaded, set, LOG_TRACE | LOG_STATS);
	program_load(&loaded, set);
	for (size_t i = 0; i < loaded.n; i++)
		if (loaded.log[i] && *loaded.log[i])
			xappendf(&text, "%s:\n%s\n", set->name[i], loaded.log[i]);
	if (loaded.reason)
		xappendf(&text, "%s\n", loaded.reason);
	work_write_log(path, text);
	program_unload(&loaded);
	free(text);
	return path;
}

/* The next row of the test and build that row `first` begins, behind row i; nrows for none. */
static size_t next_row(const struct plan *plan, size_t first, size_t i)
{
	const struct plan_row *row = &plan->rows[first];

	while (++i < plan->nrows)
		if (plan_same_test(row, &plan->rows[i]) && !strcmp(row->build, plan->rows[i].build))
			break;
	return i;
}

static void set_status(struct plan_row *row, enum status status, const char *reason,
		       const char *log)
{
	row->status = status;
	plan_set(&row->reason, reason);
	plan_set(&row->log, log);
}

/* The programs of all entry points of a test, whose rows are done with that. */
static struct program_set programs_of(const struct plan *plan, size_t first, bool *done)
{
	struct program_set set = program_set_of(&plan->rows[first]);

	for (size_t i = first; i < plan->nrows; i = next_row(plan, first, i)) {
		done[i] = true;
		if (!program_set_add_row(&set, &plan->rows[i]))
			die("a test has more than %d programs: '%s'", PROGRAMS_MAX,
			    plan->rows[i].test);
	}
	return set;
}

/* What became of the test, in the rows of its entry points. */
static void set_rows(struct plan *plan, size_t first, const struct loaded *loaded, const char *log)
{
	int64_t bytes = loaded->status == STATUS_OK ? maps_bytes(loaded->object) : -1;

	for (size_t i = first; i < plan->nrows; i = next_row(plan, first, i)) {
		plan->rows[i].map_bytes = bytes;
		if (loaded->status == STATUS_OK)
			fill_metrics(&plan->rows[i], loaded);
		set_status(&plan->rows[i], loaded->status, loaded->reason, log);
	}
}

/* Said once an object: what it shares through a pin in production is each test's own here, and what
 * its loader sets is not known. */
static void tell_of_maps(struct work *work, const char *object, const struct loaded *loaded)
{
	size_t before = work->told.n;

	keytable_add(&work->told, object, strlen(object));
	if (work->told.n == before)
		return;
	if (loaded->unpinned)
		say("'%s': not pinned, a map of each test's own: %s", object, loaded->unpinned);
	if (loaded->sized)
		say("'%s': maps without a size, which --map and a suite's maps set, got one: %s",
		    object, loaded->sized);
}

/* Load the test that row `first` begins. Returns whether one of its programs may print. */
static bool check_test(struct work *work, size_t first, bool *done)
{
	struct program_set set = programs_of(&work->plan, first, done);
	const struct plan_row *row = &work->plan.rows[first];
	struct loaded loaded;
	bool prints = false;
	char *log = NULL;

	program_open(&loaded, &set, LOG_STATS);
	program_load(&loaded, &set);
	if (loaded.trouble)
		die("can't load '%s': %s", row->test, strerror(loaded.trouble));
	for (size_t i = 0; i < loaded.n && loaded.object; i++)
		prints |= loaded.program[i] && trace_event_used(loaded.program[i]);
	if (loaded.status != STATUS_OK && loaded.object)
		log = write_log(work, row, &set);
	tell_of_maps(work, row->object, &loaded);
	set_rows(&work->plan, first, &loaded, log);
	free(log);
	program_unload(&loaded);
	return prints;
}

/* Whether there is nothing to load, and the row says why. */
static bool is_settled(const struct plan_row *row)
{
	return row->status == STATUS_COMPILE_FAILED ||
	       (!*row->object &&
		(row->status == STATUS_UNSUPPORTED || row->status == STATUS_LOAD_FAILED));
}

void check(struct work *work)
{
	struct plan *plan = &work->plan;
	bool *done = xcalloc(plan->nrows, sizeof(*done)), prints = false;

	trace_event_save();
	for (size_t i = 0; i < plan->nrows; i++) {
		struct plan_row *row = &plan->rows[i];

		if (done[i] || is_settled(row))
			continue;
		plan_row_forget(row);
		if (user_needs_object(row))
			prints |= check_test(work, i, done);
		else
			set_status(row, STATUS_OK, NULL, NULL);
	}
	if (prints)
		trace_event_restore();
	free(done);
}
