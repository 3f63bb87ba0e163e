/* SPDX-License-Identifier: MIT */
#include "user.h"

#include <string.h>

#define USER_ROW(operation, type, name, subject) [operation] = {type, name, subject},
static const struct {
	const char *type, *name;
	enum user_subject subject;
} operations[USER_COUNT] = {USER_OPERATIONS(USER_ROW)};

bool user_is_call(const char *program_type)
{
	return !strcmp(program_type, "user_call");
}

bool user_is_type(const char *program_type)
{
	return !strcmp(program_type, "user") || user_is_call(program_type);
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

bool user_is_chase(enum user_operation operation)
{
	return operation == USER_CHASE_L1 || operation == USER_CHASE_L2 ||
	       operation == USER_CHASE_L3 || operation == USER_CHASE_MEMORY;
}

bool user_needs_object(const struct plan_row *row)
{
	return !user_is_type(row->program_type) ||
	       user_subject(user_find(row->program_type, row->entry_point)) != USER_OF_NOTHING;
}
