/* SPDX-License-Identifier: MIT */
#include "user.h"

#include <string.h>

#define TYPE_USER "user"
#define TYPE_CALL "user_call"

static const struct {
	const char *type, *name;
	enum user_subject subject;
} operations[USER_COUNT] = {
    [USER_LOOP] = {TYPE_USER, "loop", USER_OF_NOTHING},
    [USER_EMPTY] = {TYPE_CALL, "empty", USER_OF_NOTHING},
    [USER_READ] = {TYPE_CALL, "read", USER_OF_MAP},
    [USER_REPLACE] = {TYPE_CALL, "replace", USER_OF_MAP},
    [USER_INSERT] = {TYPE_CALL, "insert", USER_OF_MAP},
    [USER_DELETE] = {TYPE_CALL, "delete", USER_OF_MAP},
    [USER_TAKE] = {TYPE_CALL, "take", USER_OF_MAP},
    [USER_NEXT_KEY] = {TYPE_CALL, "next_key", USER_OF_MAP},
    [USER_READ_BATCH] = {TYPE_CALL, "read_batch", USER_OF_MAP},
    [USER_REPLACE_BATCH] = {TYPE_CALL, "replace_batch", USER_OF_MAP},
    [USER_INSERT_BATCH] = {TYPE_CALL, "insert_batch", USER_OF_MAP},
    [USER_DELETE_BATCH] = {TYPE_CALL, "delete_batch", USER_OF_MAP},
    [USER_READ_MAPPED] = {TYPE_USER, "read_mapped", USER_OF_MAP},
    [USER_WRITE_MAPPED] = {TYPE_USER, "write_mapped", USER_OF_MAP},
    [USER_DRAW] = {TYPE_USER, "draw", USER_OF_MAP},
    [USER_DRAW_BATCH] = {TYPE_USER, "draw_batch", USER_OF_MAP},
    [USER_LOAD] = {TYPE_CALL, "load", USER_OF_PROGRAM},
    [USER_VERIFY] = {TYPE_CALL, "verify", USER_OF_PROGRAM},
};

bool user_is_type(const char *program_type)
{
	return !strcmp(program_type, TYPE_USER) || !strcmp(program_type, TYPE_CALL);
}

enum user_operation user_find(const char *program_type, const char *name)
{
	size_t i = 0;

	while (i < USER_COUNT &&
	       (strcmp(operations[i].type, program_type) || strcmp(operations[i].name, name)))
		i++;
	return (enum user_operation)i;
}

enum user_subject user_subject(enum user_operation operation)
{
	return operation == USER_COUNT ? USER_OF_NOTHING : operations[operation].subject;
}

bool user_needs_object(const struct plan_row *row)
{
	return !user_is_type(row->program_type) ||
	       user_subject(user_find(row->program_type, row->entry_point)) != USER_OF_NOTHING;
}
