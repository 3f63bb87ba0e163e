/* SPDX-License-Identifier: MIT */
/*
 * Operations in user space: what a row of type user or user_call times instead of a program. This
 * is what they are called and what they need; bpf-run does them.
 *
 *	user       without the kernel: the control's loop, a memory-mapped array
 *	user_call  by system calls, whose empty one is `baseline/user_call/empty`
 *
 * They work on an object's map named `map`, or its program named `program`; see bpf-run(1).
 */
#ifndef LIB_USER_H
#define LIB_USER_H

#include <stddef.h>

#include "plan.h"

enum user_operation {
	USER_LOOP,
	USER_EMPTY,
	USER_READ,
	USER_REPLACE,
	USER_INSERT,
	USER_DELETE,
	USER_TAKE,
	USER_NEXT_KEY,
	USER_READ_BATCH,
	USER_REPLACE_BATCH,
	USER_INSERT_BATCH,
	USER_DELETE_BATCH,
	USER_READ_MAPPED,
	USER_WRITE_MAPPED,
	USER_DRAW,
	USER_DRAW_BATCH,
	USER_LOAD,
	USER_VERIFY,
	USER_COUNT,
};

enum user_subject {
	USER_OF_NOTHING,
	USER_OF_MAP,
	USER_OF_PROGRAM,
};

#define USER_MAP "map"
#define USER_PROGRAM "program"

/** user_is_type - whether a program type is one of user space */
bool user_is_type(const char *program_type);

/** user_find - the operation of a name among those of a type; USER_COUNT for none */
enum user_operation user_find(const char *program_type, const char *name);

/** user_subject - what an operation of an object it works on */
enum user_subject user_subject(enum user_operation operation);

/** user_needs_object - whether a row needs an object, and so the privilege to load it */
bool user_needs_object(const struct plan_row *row);

#endif
