/* SPDX-License-Identifier: MIT */
/* What the command line sets for the tests of bare sources and objects: the same as a suite's
 * fields globals, maps, trigger, attach, with, packet and expected_result. What is wrong ends the
 * tool with status 2. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "capture.h"

struct plan_row;

struct given {
	json_t *setting;	/* NULL for nothing */
	const char *packet;	/* a name, capture or bytes */
	bool has_packet;	/* which is not the default */
	struct capture capture; /* its frames, if it is one */
	bool each;		/* each of them is a test */
	const char *result;	/* NULL for whatever comes */
};

/** given_global, given_map - take NAME=VALUE; NAME=FILE or NAME=ENTRIES */
void given_global(struct given *given, const char *arg);
void given_map(struct given *given, const char *arg);
void given_packet(struct given *given, const char *arg);

/** given_trigger, given_attach, given_with - take what a suite's field has; PROGRAM=TARGET; one
 * more program, or all */
void given_trigger(struct given *given, const char *arg);
void given_attach(struct given *given, const char *arg);
void given_with(struct given *given, const char *arg);

void given_result(struct given *given, const char *arg);

/** given_rows - rows for each program: one, or one a frame */
size_t given_rows(const struct given *given);

/** given_name - end the name of a row's test by its frame, where each is a test */
void given_name(const struct given *given, struct plan_row *row);

/** given_set - set the packet and the result of a row
 * @i: of given_rows()
 * @return: its setting, which the caller frees, NULL for none */
char *given_set(const struct given *given, size_t i, struct plan_row *row);

void given_release(struct given *given);
