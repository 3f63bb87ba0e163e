/* SPDX-License-Identifier: MIT */
/*
 * bpf-compile-check: compile eBPF programs, load them through the verifier, and write plan.csv.
 */
#include <err.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli.h"
#include "explain.h"
#include "mounts.h"
#include "packet.h"
#include "program.h"
#include "text.h"
#include "work.h"
#include "xalloc.h"

struct opts {
	struct cli cli;
	bool load, list, exit_code;
	struct work work;
};

enum {
	OPT_NO_LOAD = 256,
	OPT_OBJDIR,
	OPT_OBJECTS,
	OPT_BUILD,
	OPT_LIST,
	OPT_EXIT_CODE,
	OPT_PACKET,
	OPT_FRESH_PACKET
};

static const struct argp_option options[] = {
    {"no-load", OPT_NO_LOAD, NULL, 0, "only compile: needs no privilege", 0},
    {"objdir", OPT_OBJDIR, "DIR", 0, "where objects and logs go (default: build/bpf)", 0},
    {"objects", OPT_OBJECTS, "DIR", 0, "where elf_file is (default: beside the suite)", 0},
    {"build", OPT_BUILD, "LABEL", 0, "the build's label (default: uname -r)", 0},
    {NULL, 'I', "DIR", 0, "look for headers there too", 0},
    {NULL, 'D', "NAME[=VALUE]", 0, "define a macro for every program", 0},
    {"packet", OPT_PACKET, "NAME", 0, "packet of bare sources (default: " PACKET_DEFAULT ")", 0},
    {"fresh-packet", OPT_FRESH_PACKET, NULL, 0, "bare sources: a new packet for each run", 0},
    {"list", OPT_LIST, NULL, 0, "write the tests' names, and compile no suite", 0},
    {"exit-code", OPT_EXIT_CODE, NULL, 0, "exit with 1 when a program failed", 0},
    {0},
};

static const char doc[] = "Compile eBPF programs, load them, and write plan.csv."
			  "\vA suite: bpf-compile-check bpf/suites/smoke.yml > plan.csv\n"
			  "My program: bpf-compile-check my.bpf.c | bpf-run | stats-reduce\n";

static void add_compiler_option(struct work *w, int key, const char *value)
{
	w->compiler_options =
	    xrealloc(w->compiler_options, (w->ncompiler_options + 1) * sizeof(char *));
	w->compiler_options[w->ncompiler_options++] = xasprintf("-%c%s", key, value);
}

static const char *packet_name(const char *arg)
{
	unsigned char bytes[PACKET_MAX_BYTES];

	if (!packet_build(arg, bytes))
		errx(EXIT_TROUBLE, "no packet is named '%s' (bpf-compile-check(1) lists them)",
		     arg);
	return arg;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;
	struct work *w = &o->work;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->cli;
		return 0;
	case OPT_NO_LOAD:
		o->load = false;
		return 0;
	case OPT_OBJDIR:
		w->objdir = cli_text("--objdir", arg);
		return 0;
	case OPT_OBJECTS:
		w->elf_dir = cli_text("--objects", arg);
		return 0;
	case OPT_BUILD:
		w->build = cli_text("--build", arg);
		return 0;
	case 'I':
		add_compiler_option(w, key, cli_text("-I", arg));
		return 0;
	case 'D':
		if (!work_macro_name(arg))
			errx(EXIT_TROUBLE, "-D is not NAME[=VALUE]: '%s'", arg);
		add_compiler_option(w, key, arg);
		return 0;
	case OPT_PACKET:
		w->packet = packet_name(arg);
		return 0;
	case OPT_FRESH_PACKET:
		w->fresh_packet = true;
		return 0;
	case OPT_LIST:
		o->list = true;
		return 0;
	case OPT_EXIT_CODE:
		o->exit_code = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
    options, parse, "SUITE.yml|FILE.bpf.c|PLAN.csv...", doc, cli_children, NULL, NULL};

static void read_plan(struct work *work, const char *path)
{
	size_t before = work->plan.nrows;
	char error[512];

	if (plan_read(&work->plan, path, error, sizeof(error)))
		errx(EXIT_TROUBLE, "%s", error);
	work_note_origins(work, before, NO_UNIT);
	for (size_t i = before; i < work->plan.nrows; i++)
		if (*work->plan.rows[i].object)
			cli_reads(work->cli, work->plan.rows[i].object);
}

static void read_operand(struct work *work, const char *path)
{
	work->operand = path;
	if (text_ends_with(path, ".yml") || text_ends_with(path, ".yaml"))
		suite_read(work, path);
	else if (text_ends_with(path, ".c"))
		adhoc_add(work, path);
	else
		read_plan(work, path);
}

/* Rows that were compiled here have no label yet; --build relabels all. */
static void label(struct work *work)
{
	struct utsname machine;

	uname(&machine);
	for (size_t i = 0; i < work->plan.nrows; i++) {
		struct plan_row *row = &work->plan.rows[i];

		if (work->build || !*row->build)
			plan_set(&row->build, work->build ? work->build : machine.release);
	}
}

/* Says on standard error what failed, and returns how many rows did. */
static size_t report_failures(const struct plan *plan)
{
	size_t failed = 0;

	for (size_t i = 0; i < plan->nrows; i++) {
		const struct plan_row *row = &plan->rows[i];

		if (row->status == STATUS_OK || row->status == STATUS_COMPILED)
			continue;
		plan_warn(row, row->status, row->reason);
		failed += row->status != STATUS_UNSUPPORTED;
	}
	return failed;
}

int main(int argc, char **argv)
{
	struct opts o = {
	    .load = true,
	    .work = {.objdir = "build/bpf",
		     .jobs = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN),
		     .packet = PACKET_DEFAULT},
	};
	const char *forbidden;
	size_t failed = 0;

	o.work.cli = &o.cli;
	cli_start();
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &o);
	explain_listen(o.cli.verbose);
	for (int i = 0; i < o.cli.noperands; i++)
		read_operand(&o.work, o.cli.operands[i]);
	work_check_net_of(&o.work);
	cli_open_output(&o.cli);
	forbidden = o.load && !o.list ? program_may_load() : NULL;
	if (forbidden)
		errx(EXIT_TROUBLE, "%s, or compile only with --no-load", forbidden);
	/* The tests of a bare source are known only when it is compiled. */
	if (!o.list || o.work.has_adhoc)
		compile(&o.work);
	adhoc_list(&o.work);
	label(&o.work);
	work_refuse_twice(&o.work);
	if (o.list) {
		plan_write_list(&o.work.plan, stdout);
	} else {
		if (o.load) {
			mounts_complete();
			check(&o.work);
		}
		plan_write(&o.work.plan, stdout);
		failed = report_failures(&o.work.plan);
	}
	cli_close_output();
	work_release(&o.work);
	return o.exit_code && failed ? EXIT_BAD_ANSWER : 0;
}
