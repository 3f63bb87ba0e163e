/* SPDX-License-Identifier: MIT */
/* What a program leaves of its packet. In a test run with repetitions each run gets the packet that
 * the one before has left, so a program that changes it is timed on another packet than its own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "target.h"

#define LEFT_TEXT 160

/**
 * left_invoke - target_invoke(), and what the packet has become
 * @change: written, LEFT_TEXT bytes: "" when the packet is as it was, or the type has none, else
 * what happened, such as "grows its packet from 64 to 114 bytes"
 */
int left_invoke(const struct target *target, uint32_t n, uint32_t *result, char *change);
