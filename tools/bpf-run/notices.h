/* SPDX-License-Identifier: MIT */
/* Warnings about tests: those of one text are said once, with how many tests they are about. */
#pragma once

#include <stddef.h>

#include "plan.h"

struct notice {
	char *text;
	const char *kind;
	const struct plan_row *first, *last;
	size_t tests;
};

struct notices {
	struct notice *notice;
	size_t n;
};

/** notices_add - note what is to be said of a row's test; the row and @kind outlive the notices
 * @kind: what the line begins with, such as a status; "" for nothing */
void notices_add(struct notices *notices, const struct plan_row *row, const char *kind,
		 const char *text);

/** notices_say - write all to standard error, a line each, and forget them */
void notices_say(struct notices *notices);
