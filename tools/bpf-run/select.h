/* SPDX-License-Identifier: MIT */
/* Which rows of the plan are to be run. */
#pragma once

#include "plan.h"

/** select_rows - drop the rows that are not wanted
 * @regex: POSIX extended, matched anywhere in the test's name; NULL for all
 * @only: a CSV with the columns suite and test; NULL for all
 *
 * Exits with status 2 when the expression or the file is bad, or when of some rows none is left.
 */
void select_rows(struct plan *plan, const char *regex, const char *only);
