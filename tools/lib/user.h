/* SPDX-License-Identifier: MIT */
/*
 * Operations in user space: what a row of type user or user_call times instead of a program.
 * bpf-run(1) explains them. Here are their names, and what of an object they work on: its map
 * `map`, or its program `program`.
 */
#pragma once

#include "plan.h"

enum user_subject {
	USER_OF_NOTHING,
	USER_OF_MAP,
	USER_OF_PROGRAM,
};

#define USER_OPERATIONS(X)                                                                         \
	X(USER_LOOP, "user", "loop", USER_OF_NOTHING)                                              \
	X(USER_WIDE, "user", "wide", USER_OF_NOTHING)                                              \
	X(USER_CHASE_L1, "user", "chase_l1", USER_OF_NOTHING)                                      \
	X(USER_CHASE_L2, "user", "chase_l2", USER_OF_NOTHING)                                      \
	X(USER_CHASE_L3, "user", "chase_l3", USER_OF_NOTHING)                                      \
	X(USER_CHASE_MEMORY, "user", "chase_memory", USER_OF_NOTHING)                              \
	X(USER_EMPTY, "user_call", "empty", USER_OF_NOTHING)                                       \
	X(USER_SWITCH, "user_call", "switch", USER_OF_NOTHING)                                     \
	X(USER_READ, "user_call", "read", USER_OF_MAP)                                             \
	X(USER_REPLACE, "user_call", "replace", USER_OF_MAP)                                       \
	X(USER_INSERT, "user_call", "insert", USER_OF_MAP)                                         \
	X(USER_DELETE, "user_call", "delete", USER_OF_MAP)                                         \
	X(USER_TAKE, "user_call", "take", USER_OF_MAP)                                             \
	X(USER_NEXT_KEY, "user_call", "next_key", USER_OF_MAP)                                     \
	X(USER_READ_BATCH, "user_call", "read_batch", USER_OF_MAP)                                 \
	X(USER_REPLACE_BATCH, "user_call", "replace_batch", USER_OF_MAP)                           \
	X(USER_INSERT_BATCH, "user_call", "insert_batch", USER_OF_MAP)                             \
	X(USER_DELETE_BATCH, "user_call", "delete_batch", USER_OF_MAP)                             \
	X(USER_READ_MAPPED, "user", "read_mapped", USER_OF_MAP)                                    \
	X(USER_WRITE_MAPPED, "user", "write_mapped", USER_OF_MAP)                                  \
	X(USER_DRAW, "user", "draw", USER_OF_MAP)                                                  \
	X(USER_DRAW_BATCH, "user", "draw_batch", USER_OF_MAP)                                      \
	X(USER_LOAD, "user_call", "load", USER_OF_PROGRAM)                                         \
	X(USER_VERIFY, "user_call", "verify", USER_OF_PROGRAM)

#define USER_ENUM(operation, type, name, subject) operation,
enum user_operation { USER_OPERATIONS(USER_ENUM) USER_COUNT };

#define USER_MAP "map"
#define USER_PROGRAM "program"

/** user_is_type - whether a program type is one of user space */
bool user_is_type(const char *program_type);

/** user_is_call - whether operations of this program type call the kernel */
bool user_is_call(const char *program_type);

/** user_find - the operation of a name among those of a type; USER_COUNT for none */
enum user_operation user_find(const char *program_type, const char *name);

/** user_subject - what of an object the operation works on */
enum user_subject user_subject(enum user_operation operation);

/** user_is_chase - whether the operation follows pointers through memory */
bool user_is_chase(enum user_operation operation);

/** user_needs_object - whether a row needs an object, and so the privilege to load it */
bool user_needs_object(const struct plan_row *row);
