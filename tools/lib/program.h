/* SPDX-License-Identifier: MIT */
/*
 * Loading the programs of one test into the kernel, for both tools that do: only the programs the
 * test needs are loaded, so that another program of the same object cannot fail it.
 */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>

#include "plan.h"
#include "setup.h"

/* Log levels of the verifier (BPF_LOG_* in the kernel's bpf_verifier.h). */
#define LOG_TRACE 1 /* every instruction */
#define LOG_STATS 4 /* one summary */

#define PROGRAMS_MAX 16 /* programs of one test: entry points, prepare, check */

struct program_set {
	const char *object;	  /* path of the object file */
	const char *program_hash; /* object_hash() of it when the plan was made; "" for unknown */
	const char *setup;	  /* path of what is set besides; "" for none */
	const char *program_type; /* overrides the section's; "" keeps it */
	const char *name[PROGRAMS_MAX];
	size_t n;
	bool lacks_entry_point; /* a row names none, nor an operation in user space */
};

struct loaded {
	struct bpf_object *object;
	struct setup setup; /* what the test sets, which program_load() has set of the object */
	struct bpf_program *program[PROGRAMS_MAX]; /* as in program_set.name */
	char *log[PROGRAMS_MAX];		   /* the verifier's words; NULL at log level 0 */
	size_t n;
	int log_level;
	enum status status;	/* ok, load_failed or unsupported */
	char *reason;		/* one line; NULL when ok */
	char *unpinned, *sized; /* maps that were changed, see own_maps.h */
	int trouble; /* an error of the machine, which says nothing of the programs; else 0 */
};

/** program_set_add_row - add a row's programs: entry point, preparing and checking one; of an
 * operation in user space, the one that it works on. False when there is no room */
bool program_set_add_row(struct program_set *set, const struct plan_row *row);

/** program_set_of - the set of the test and build that a row is of, still without programs */
struct program_set program_set_of(const struct plan_row *row);

/**
 * program_open - open an object and find the programs of a set in it
 * @loaded: overwritten; free it with program_unload() whatever the status
 * @log_level: LOG_*, or 0 for none
 * @return: loaded->status
 */
enum status program_open(struct loaded *loaded, const struct program_set *set, int log_level);

/** program_load - load what program_open() has found, unless it failed; returns loaded->status */
enum status program_load(struct loaded *loaded, const struct program_set *set);
void program_unload(struct loaded *loaded);

/** program_find - the loaded program of a name, NULL when it is not in the set */
struct bpf_program *program_find(const struct loaded *loaded, const char *name);

/** program_type_by_name - a program type by libbpf's name (xdp) or section (tc); -1 for none
 * @attach_type: written: how the section, or most programs of the type, are attached */
int program_type_by_name(const char *name, enum bpf_attach_type *attach_type);

/** program_may_load - NULL, or why this process may load no programs */
const char *program_may_load(void);

/** object_opens - whether libbpf comes back from opening a file, be it an object or not: what is
 * damaged crashes it, so a child tries */
bool object_opens(const char *path);

/** object_hash - a hash of what an object makes the kernel run: instructions, the symbols they
 * refer to, initial data and map definitions. Debug information and paths are left out.
 * @hex: 17 bytes, written; @return: 0, or -1 when the file is no object */
int object_hash(const char *path, char *hex);

/** object_hash_opened - the same of one that libbpf has opened and not changed yet */
int object_hash_opened(const char *path, const struct bpf_object *object, char *hex);
