/* SPDX-License-Identifier: MIT */
/* A check of the measuring loop, on this machine, on programs whose relative cost is known. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * selftest_run - measure known programs, and write check,subject,value,low,high,status
 *
 * linear: a chain of k dependent operations, 128 to 1024, takes a time linear in k: R² and its
 * bound slope: an operation costs the same in two types: the median ratio and its interval, which
 * holds 1 empty: an empty program takes the kernel's whole number of ns and up to 1 more: that
 * excess
 *
 * @return: whether all checks passed; exits with status 2 when programs can't be loaded or run
 */
bool selftest_run(uint64_t seed);

/** selftest_list - write the checks' names alone */
void selftest_list(void);
