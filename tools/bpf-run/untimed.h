/* SPDX-License-Identifier: MIT */
/* The invocations of a test's programs that are not timed: they prepare its maps, and prove that
 * the programs do what they should. Each returns instance->status. */
#pragma once

#include <stdbool.h>

#include "instance.h"

/** untimed_prepare - run the program that fills the maps */
enum status untimed_prepare(struct instance *instance);

/** untimed_validate - run each entry point once, and compare its result (unless @ignore) and its
 * packet (unless each run gets a fresh one) */
enum status untimed_validate(struct instance *instance, bool ignore);

/** untimed_count_runs - run or trigger each entry point a few times and have the kernel count
 * @runs: how often each ran for each call, NaN where that is unknown; written up to the first that
 * failed: it missed calls (STATUS_MISSED), or changed its packet in a later run */
enum status untimed_count_runs(struct instance *instance, double *runs);

/* In a test run with repetitions each run gets the packet that the one before has left, so a
 * program that changes it is timed on another packet than its own. */
#define LEFT_TEXT 160

/**
 * left_invoke - target_invoke(), and what the packet has become
 * @change: written, LEFT_TEXT bytes: "" when the packet is as it was, or the type has none, else
 * what happened, such as "grows its packet from 64 to 114 bytes"
 */
int left_invoke(const struct target *target, uint32_t n, uint32_t *result, char *change);

/** untimed_changes_packet - fail an entry point for what it does to its packet */
enum status untimed_changes_packet(struct instance *instance, size_t entry, const char *change);

/** untimed_check - run the check program: it returns 0 when the operation took place */
enum status untimed_check(struct instance *instance);
