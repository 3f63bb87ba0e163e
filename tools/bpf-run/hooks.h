/* SPDX-License-Identifier: MIT */
/* Commands of the user before and after each test. */
#pragma once

#include <stdint.h>

#include "plan.h"

/** hook_run - run a command for a test and wait for it
 * @command: for /bin/sh; NULL runs nothing
 *
 * Its standard output goes to standard error: standard output is samples.csv. A command that fails
 * ends the tool with status 2: what it was to set up is not there. */
void hook_run(const char *command, const char *option, const struct plan_row *row, uint64_t round);
