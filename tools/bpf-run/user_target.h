/* SPDX-License-Identifier: MIT */
/*
 * Operations in user space (lib/user.h) as targets: on a map, by system calls or through memory,
 * and loading a program.
 *
 * bpf-run(1) says what a map's elements are, and what the object and the operation tell each other
 * in a section of its own.
 */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "program.h"
#include "user.h"
#include "user_control.h"

#define USER_SECTION ".data.user"
#define USER_WRONG EBADMSG /* the error of a value that is not its key's, and the like */
#define USER_BATCH 256	   /* elements that one call of a batch takes */

struct user_shared {
	uint32_t entries, unused;
	uint64_t confirmed;
};

/* What a thread has for itself. */
struct user_state {
	uint32_t random;
	unsigned char *keys, *values; /* USER_BATCH of each */
	uint64_t confirmed;
	struct user_control control; /* of what works on nothing */
	bool is_ready;		     /* control */
};

struct user_target {
	enum user_operation operation;
	struct user_shared *shared; /* memory that the object can write at any time */
	size_t shared_bytes;
	/* On a map: */
	int map;
	uint32_t entries; /* what the object said when it was loaded, never more than fit */
	uint32_t key_bytes, value_bytes, copies; /* bytes of one copy; copies: one a CPU, or 1 */
	unsigned char *mapped;
	size_t mapped_bytes;
	/* On a program: */
	struct bpf_program *program;

	struct user_state **state; /* by CPU */
	int cpus;
};

/**
 * user_target_new - an operation, on a loaded object where it needs one
 * @loaded: outlives it, or NULL
 * @reason: written: NULL, or why it can't be, which the caller frees
 * @return: NULL on failure; free with user_target_free()
 */
struct user_target *user_target_new(enum user_operation operation, const struct loaded *loaded,
				    char **reason);

/** user_target_run - do it n times, on the pinned thread; 0 or an error number */
int user_target_run(struct user_target *target, uint32_t n);

/** user_target_free - NULL will do */
void user_target_free(struct user_target *target);

/** user_map_run - do one on a map; 0 or an error number */
int user_map_run(const struct user_target *target, struct user_state *state);
