/* SPDX-License-Identifier: MIT */
/*
 * Messages on standard error: "TOOL: text". Each is one line whatever is in it. Text from outside
 * can't begin another line, which a terminal or GitHub's runner (::error::) would take for the
 * tool's own, move the cursor, or turn the direction of what is read.
 */
#pragma once

#define SAY_LIKE_PRINTF __attribute__((format(printf, 1, 2)))
#define SAY_AND_EXIT __attribute__((noreturn, format(printf, 1, 2)))

/** say, say_errno - a message; the second adds ": " and what errno means */
SAY_LIKE_PRINTF void say(const char *format, ...);
SAY_LIKE_PRINTF void say_errno(const char *format, ...);

/** die, die_errno - the same, and exit with status 2 */
SAY_AND_EXIT void die(const char *format, ...);
SAY_AND_EXIT void die_errno(const char *format, ...);
