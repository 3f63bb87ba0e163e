/* SPDX-License-Identifier: MIT */
/* Commands that trigger programs: started, waited for, and their CPU time counted. */
#pragma once

#include <jansson.h>
#include <stdint.h>

struct command;

/** command_new - of a text of words with blanks between, or a list of words; no shell sees them.
 * NULL for neither */
struct command *command_new(const json_t *words);

/** command_free - NULL will do */
void command_free(struct command *command);

/** command_run - run it once, on the CPU of this pinned thread, without input or output
 * @return: 0, EINTR, or -1 where it failed: see command_failure() */
int command_run(struct command *command);

/** command_failure - what it is and how it failed, until the next failure */
const char *command_failure(struct command *command);

/** command_text - its words */
const char *command_text(const struct command *command);

/** command_ns - CPU time of all commands that this thread has run, and of what they have started
 * and waited for */
int64_t command_ns(void);
