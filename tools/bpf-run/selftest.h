/* SPDX-License-Identifier: MIT */
/* A check of the measuring loop, on this machine, on programs whose relative cost is known. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

/**
 * selftest_run - measure known programs and write what was found, as CSV, to standard output
 *
 *	check,subject,value,low,high,status
 *	linear	the time of a chain of k dependent operations, k from 128 to 1024, is linear in k:
 *value is R² of the fit, low the bound slope	an operation costs the same in two program types:
 *value is the median ratio over rounds, low and high its interval, which must hold 1 empty	the
 *time of an empty program lies between the kernel's whole number of ns and that + 1: value is the
 *median of what is above it, low and high its interval, which must meet 0 to 1
 *
 * @return: whether all checks passed; exits with status 2 when programs can't be loaded or run
 */
bool selftest_run(uint64_t seed);

/** selftest_list - write its checks, as CSV, and do nothing else */
void selftest_list(void);

#endif
