/* SPDX-License-Identifier: MIT */
/*
 * bpf-compile-check: compile eBPF programs, load them through the verifier, and write plan.csv.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli.h"
#include "explain.h"
#include "packet.h"
#include "program.h"
#include "say.h"
#include "text.h"
#include "tracefs.h"
#include "work.h"
#include "xalloc.h"

struct opts {
	struct cli cli;
	bool no_load, list, exit_code;
	struct work work;
};

#define AT(member) offsetof(struct opts, member)

/* @option: taken over */
static void add_compiler_option(struct work *w, char *option)
{
	w->compiler_options =
	    xrealloc(w->compiler_options, (w->ncompiler_options + 1) * sizeof(char *));
	w->compiler_options[w->ncompiler_options++] = option;
}

static void take_folder(void *options, char *arg)
{
	if (!*arg)
		die("-I is empty");
	add_compiler_option(&((struct opts *)options)->work, xasprintf("-I%s", arg));
}

static void take_macro(void *options, char *arg)
{
	if (!work_macro_name(arg))
		die("-D is not NAME[=VALUE]: '%s'", arg);
	add_compiler_option(&((struct opts *)options)->work, xasprintf("-D%s", arg));
}

/* Words with blanks between; no shell looks at them. */
static void take_cflags(void *options, char *arg)
{
	struct work *w = &((struct opts *)options)->work;
	char *rest = arg, *word;

	while ((word = strtok_r(rest, " \t\r\n", &rest))) {
		add_compiler_option(w, xstrdup(word));
		w->cflags = w->cflags ? w->cflags : xstrdup("");
		xappendf(&w->cflags, "%s%s", *w->cflags ? " " : "", word);
	}
}

static void take_program(void *options, char *arg)
{
	struct work *w = &((struct opts *)options)->work;

	if (w->program)
		regfree(&w->program_regex);
	w->program = arg;
	cli_compile_regex(&w->program_regex, arg);
}

static void take_packet(void *options, char *arg)
{
	given_packet(&((struct opts *)options)->work.given, arg);
}

static void take_global(void *options, char *arg)
{
	given_global(&((struct opts *)options)->work.given, arg);
}

static void take_map(void *options, char *arg)
{
	given_map(&((struct opts *)options)->work.given, arg);
}

static void take_trigger(void *options, char *arg)
{
	given_trigger(&((struct opts *)options)->work.given, arg);
}

static void take_attach(void *options, char *arg)
{
	given_attach(&((struct opts *)options)->work.given, arg);
}

static void take_with(void *options, char *arg)
{
	given_with(&((struct opts *)options)->work.given, arg);
}

static void take_result(void *options, char *arg)
{
	given_result(&((struct opts *)options)->work.given, arg);
}

/* They would be taken for granted. */
static void refuse_idle(const struct work *w)
{
	const struct given *given = &w->given;

	if (!w->has_adhoc && (given->setting || given->result || given->has_packet || w->program ||
			      w->as || w->fresh_packet))
		die("--program, --as, --packet, --set, --map, --trigger, --attach, --with, "
		    "--expect and --fresh-packet are for bare sources and objects: a suite has "
		    "fields for them");
}

static const struct cli_option options[] = {
    {"no-load", 0, NULL, "only compile: needs no privilege", CLI_FLAG, .at = AT(no_load)},
    {"objdir", 0, "DIR", "where objects and logs go (default: build/bpf)", CLI_TEXT,
     .at = AT(work.objdir)},
    {"objects", 0, "DIR", "where elf_file is (default: beside the suite)", CLI_TEXT,
     .at = AT(work.elf_dir)},
    {"build", 0, "LABEL", "the build's label (default: uname -r)", CLI_TEXT, .at = AT(work.build)},
    {NULL, 'I', "DIR", "look for headers there too", CLI_TAKE, .take = take_folder},
    {NULL, 'D', "NAME[=VALUE]", "define a macro for every program", CLI_TAKE, .take = take_macro},
    {"cflags", 0, "WORDS", "more options for the compiler", CLI_TAKE, .take = take_cflags},
    {"program", 0, "REGEX", "of bare sources and objects only these programs", CLI_TAKE,
     .take = take_program},
    {"as", 0, "NAME", "name their tests after this, and not their file", CLI_TEXT,
     .at = AT(work.as)},
    {"packet", 0, "PACKET",
     "their packet: a name, FILE.pcap[#N], 0x... (default: " PACKET_DEFAULT ")", CLI_TAKE,
     .take = take_packet},
    {"set", 0, "NAME=VALUE", "set a global variable of theirs", CLI_TAKE, .take = take_global},
    {"map", 0, "NAME=FILE|N", "fill a map of theirs, or set its max_entries", CLI_TAKE,
     .take = take_map},
    {"expect", 0, "RESULT", "what they must return (default: any)", CLI_TAKE, .take = take_result},
    {"trigger", 0, "TRIGGER", "what makes them run: open, a command ...", CLI_TAKE,
     .take = take_trigger},
    {"attach", 0, "PROGRAM=TARGET", "what one is attached to", CLI_TAKE, .take = take_attach},
    {"with", 0, "PROGRAM", "what is attached with each: a program, or all", CLI_TAKE,
     .take = take_with},
    {"fresh-packet", 0, NULL, "a new packet for each of their runs", CLI_FLAG,
     .at = AT(work.fresh_packet)},
    {"list", 0, NULL, "write the tests' names, and compile no suite", CLI_FLAG, .at = AT(list)},
    {"exit-code", 0, NULL, "exit with 1 when a program failed", CLI_FLAG, .at = AT(exit_code)},
};

static const struct cli_usage usage = {
    .options = options,
    .noptions = sizeof(options) / sizeof(*options),
    .operands = "SUITE.yml|FILE.bpf.c|FILE.o|PLAN.csv...",
    .doc = "Compile eBPF programs, load them, and write plan.csv."
	   "\vA suite: bpf-compile-check bpf/suites/smoke.yml > plan.csv\n"
	   "My program: bpf-compile-check my.bpf.c | bpf-run | stats-reduce\n"
	   "Objects: bpf-compile-check *.bpf.o > plan.csv\n",
};

static void read_plan(struct work *work, const char *path)
{
	size_t before = work->plan.nrows;
	const char *wrong = plan_read(&work->plan, path);

	if (wrong)
		die("%s", wrong);
	work_note_origins(work, before, (struct origin){.unit = NO_UNIT, .of_plan = true});
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
		adhoc_add(work, path, false);
	else if (adhoc_is_object(path))
		adhoc_add(work, path, true);
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

static void set_time_limit(struct work *work)
{
	const char *text = getenv("COMPILE_TIMEOUT"), *wrong;

	work->compile_sec = 300;
	wrong = text ? number_parse_u64(text, 1, 86400, &work->compile_sec) : NULL;
	if (wrong)
		die("COMPILE_TIMEOUT %s: '%s' (seconds, from 1 to 86400)", wrong, text);
}

int main(int argc, char **argv)
{
	struct opts o = {
	    .work = {.objdir = "build/bpf",
		     .jobs = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN),
		     .given.packet = PACKET_DEFAULT},
	};
	const char *forbidden;
	size_t failed = 0;

	o.work.cli = &o.cli;
	cli_parse(&o.cli, &usage, argc, argv, &o);
	set_time_limit(&o.work);
	explain_listen(o.cli.verbose);
	for (int i = 0; i < o.cli.noperands; i++)
		read_operand(&o.work, o.cli.operands[i]);
	refuse_idle(&o.work);
	work_check_net_of(&o.work);
	cli_open_output(&o.cli);
	forbidden = !o.no_load && !o.list ? program_may_load() : NULL;
	if (forbidden)
		die("%s, or compile only with --no-load", forbidden);
	/* The tests of a bare source or object are known only when it is there. */
	if (!o.list || o.work.has_adhoc) {
		compile(&o.work);
		object_type(&o.work);
		adhoc_list(&o.work);
		compile_note(&o.work);
	}
	label(&o.work);
	work_refuse_twice(&o.work);
	if (o.list) {
		plan_write_list(&o.work.plan, stdout);
	} else {
		if (!o.no_load) {
			tracefs_mount();
			check(&o.work);
		}
		plan_write(&o.work.plan, stdout);
		failed = report_failures(&o.work.plan);
	}
	cli_close_output();
	work_release(&o.work);
	return o.exit_code && failed ? EXIT_BAD_ANSWER : 0;
}
