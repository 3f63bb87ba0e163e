/* SPDX-License-Identifier: MIT */
/*
 * The program that a test's fentry and fexit programs are attached to, where the test says
 * "program:NAME": one of the test's object, loaded once more with what the test sets, or an empty
 * one of a program type. Its test run is then the trigger. The kernel attaches a tracing program to
 * another one once only, so what the other one takes by itself is measured of a second copy.
 */
#pragma once

#include <bpf/libbpf.h>

#include "setup.h"

#define TRACED_PREFIX "program:"

enum traced_copy { TRACED, UNTRACED, TRACED_COPIES };

struct traced {
	char *name; /* of the program or type */
	enum bpf_prog_type type;
	struct bpf_object *object[TRACED_COPIES]; /* NULL for an empty one */
	int fd[TRACED_COPIES];
};

/** traced_name - the NAME of a target of that kind; NULL for another one */
const char *traced_name(const char *target);

/**
 * traced_load - load both copies
 * @setup: setup->traced is written, and freed by setup_release(); a test has one
 * @object, @path: of the test
 * @return: NULL, or what is wrong, which the caller frees
 */
char *traced_load(struct setup *setup, const struct bpf_object *object, const char *path,
		  const char *name);

void traced_free(struct traced *traced);
