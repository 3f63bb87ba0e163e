/* SPDX-License-Identifier: MIT */
/* A check of the measuring loop, on this machine, on programs whose relative cost is known. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** selftest_run - measure known programs, and write a row a check; bpf-run(1) says what they are
 * @return: whether all passed; exits with status 2 when programs can't be loaded or run */
bool selftest_run(uint64_t seed);

/** selftest_list - write the checks' names alone */
void selftest_list(void);
