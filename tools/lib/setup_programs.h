/* SPDX-License-Identifier: MIT */
/*
 * What a test sets of its programs, in the file of setup.h:
 *
 *	{"trigger": "NAME" or "WORD WORD …" or ["WORD", …],
 *	 "attach": {"PROGRAM": "TARGET", …},
 *	 "with": "all" or ["PROGRAM", …]}
 */
#pragma once

#include "setup.h"

/** setup_programs - set what the programs of an opened object attach to, and have those loaded that
 * are attached with the entry point
 * @setup: gets a program that others are attached to (traced.h)
 * @path: of the object
 * @return: NULL, or what is wrong, which the caller frees */
char *setup_programs(struct setup *setup, const struct bpf_object *object, const char *path);

/** setup_trigger - the member; NULL where the type of a program says what triggers it */
const json_t *setup_trigger(const struct setup *setup);

/** setup_is_trigger - whether a value can be one: a name or words, or a list of words */
bool setup_is_trigger(const json_t *trigger);

/** setup_target - what a program is attached to; NULL where its section says it */
const char *setup_target(const struct setup *setup, const char *program);

/** setup_is_with_all - whether all that can be loaded are to be */
bool setup_is_with_all(const struct setup *setup);

/** setup_is_with - whether a program is attached with the entry point */
bool setup_is_with(const struct setup *setup, const char *program);
