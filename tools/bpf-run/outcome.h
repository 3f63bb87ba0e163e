/* SPDX-License-Identifier: MIT */
/* Whether the samples of a test are valid, or why not. */
#pragma once

#include <stddef.h>

#include "plan.h"
#include "tests.h"

/**
 * outcome_judge - what became of a variant that was sampled: it runs the test's check, once
 * @reason: why, where the status is not STATUS_OK
 */
enum status outcome_judge(struct variant *variant, char *reason, size_t reason_size);
