/* SPDX-License-Identifier: MIT */
/*
 * The work of bpf-compile-check, which flows one way:
 *
 *	suite_read(), adhoc_add(), plan_read()  the rows, and the units they are compiled from
 *	compile()                               an object a unit
 *	object_type()                           of programs whose sections say nothing
 *	adhoc_list()                            the rows of bare sources and objects, whose
 *	                                        programs are known then
 *	compile_note()                          what became of the units, in all rows
 *	check()                                 through the verifier; static metrics
 */
#pragma once

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "given.h"
#include "keytable.h"
#include "plan.h"

/* A distinct (source, defines): compiled once, however many rows use it. Or an object that somebody
 * else compiled, which is copied once. */
struct unit {
	char *source;
	bool is_object;
	char **defines; /* NAME=VALUE */
	size_t ndefines;
	bool adhoc;   /* a bare one: its programs become tests once they are known */
	char *object; /* NULL until it is compiled or copied */
	char *log;    /* where the compiler's words are, when it failed */
	char *reason;
	bool unsupported; /* by this compiler, as the source itself says */
	char program_hash[17];

	/* while it is compiled */
	pid_t compiler;
	uint64_t deadline; /* seconds of the monotonic clock */
	bool is_late;
	char *written; /* the object */
	int words;     /* what the compiler says: in memory, since a full disk is among it */
};

#define OBJECT_MAX_BYTES (UINT64_C(256) << 20)

#define NO_UNIT ((size_t)-1) /* an object that a plan names, or none */

/* Where a row comes from. */
struct origin {
	size_t unit;	     /* or NO_UNIT */
	const char *operand; /* as it stands on the command line */
	bool of_plan;	     /* which may be a part of one */
	char *setting;	     /* what is set besides, JSON; NULL for nothing */
};

struct cli;

struct work {
	struct cli *cli; /* which learns what is read, before the output is opened */
	struct plan plan;
	struct origin *origins; /* plan.nrows of them */
	const char *operand;	/* that is being read */
	struct keytable
	    seen; /* the tests of the suite that is being read, with their entry points */
	struct keytable told; /* objects of whose maps it was said what was changed */
	struct unit *units;
	size_t nunits;

	const char *objdir;  /* where objects and logs go */
	const char *elf_dir; /* where a suite's elf_file is looked for; NULL: beside the suite */
	const char *build;   /* label; NULL keeps that of a plan, else uname -r */
	char **compiler_options; /* -I, -D and --cflags of the command line */
	size_t ncompiler_options;
	char *cflags; /* those of --cflags, with a blank between */
	unsigned int jobs;
	uint64_t compile_sec; /* what one compiler may take */
	const char *program;  /* the programs of bare sources and objects; NULL for all */
	regex_t program_regex;
	const char *as;	    /* what they are named after; NULL for their file */
	struct given given; /* what is set for them */
	bool fresh_packet;  /* a new one for each of their runs */
	bool has_adhoc, warned_of_filters;
};

/** work_macro_name - how long the name is of a macro that a definition, NAME[=VALUE], begins with;
 * 0 when it begins with none */
size_t work_macro_name(const char *definition);

/** work_stem - a file's path without what says that it is a source or object. Caller frees */
char *work_stem(const char *path);

/** work_add_row - append a row compiled from a unit (or NO_UNIT) */
struct plan_row *work_add_row(struct work *work, size_t unit);

/** work_note_origins - of rows that were appended otherwise; the operand is the current one */
void work_note_origins(struct work *work, size_t first, struct origin origin);

/** work_refuse_twice - exits with status 2 when two rows are of one test, entry point and build:
 * they would be taken for one another */
void work_refuse_twice(const struct work *work);

/** work_check_net_of - exits with status 2 when a row's net_of names a test that its suite does not
 * have, or is not made of NAME and N*NAME */
void work_check_net_of(const struct work *work);

/** work_add_unit - the number of a unit, which is taken over; of an equal one if there is one */
size_t work_add_unit(struct work *work, struct unit unit);

/** work_log_path - where the log of a subject goes; a name of its own for each key. Caller frees.
 */
char *work_log_path(const struct work *work, const char *subject, const char *key);
void work_write_log(const char *path, const char *text);

/** work_give - what root writes belongs to whose folder it is */
void work_give(int fd, const char *path);

/** suite_read - add the rows of a suite; exits with status 2 and file and line when it is wrong */
void suite_read(struct work *work, const char *path);

/** adhoc_is_object - whether an operand is an object, by its name or its first bytes */
bool adhoc_is_object(const char *path);

/** adhoc_add - add a bare source or object as suite adhoc */
void adhoc_add(struct work *work, const char *path, bool is_object);
void adhoc_list(struct work *work);

/** compile - compile or copy all units, in parallel; one that fails has a reason, and of the
 * compiler a log */
void compile(struct work *work);
void compile_note(struct work *work);

/** object_keep - give an object that was written the name of its content */
void object_keep(const struct work *work, struct unit *unit, const char *written);

/** object_copy - copy an object that somebody else compiled */
void object_copy(const struct work *work, struct unit *unit);

/** object_type - programs that suites take from objects, of no type and of sections that say
 * nothing, become XDP, as bpf_performance runs them */
void object_type(struct work *work);

/** check - load every row's programs; sets status, reason, log and metrics */
void check(struct work *work);

/** check_read_summary - take a row's metrics from what the verifier's summary says:
 *	verification time 120 usec
 *	stack depth 16+8
 *	processed 27 insns (limit 1000000) max_states_per_insn 1 total_states 3 peak_states 3 …
 * and since 7.2 "stack depth 16+8 max 24" and "insns processed 20+7", since 7.3 lines such as
 *	subprog 1 (name) static insns_self 7 insns_total 7 stack 8
 */
void check_read_summary(const char *log, struct plan_row *row);

void work_release(struct work *work);
