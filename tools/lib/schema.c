/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include <string.h>

#include "schema/verdicts.h"

#include "schema/tables.inc"

enum status status_named(const char *name)
{
	enum status status = 0;

	while (status < STATUS_COUNT && strcmp(status_names[status], name) != 0)
		status++;
	return status;
}

enum outcome outcome_of(const char *name)
{
	enum status status = status_named(name);

	return status == STATUS_COUNT ? OUTCOME_FAILED : status_outcome[status];
}
