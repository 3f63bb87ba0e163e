/* SPDX-License-Identifier: MIT */
/*
 * Program types that the kernel cannot run by itself: they are attached, and something in user
 * space triggers them. What is timed is the trigger with the program, less the trigger without it.
 * bpf-run(1) lists them.
 */
#pragma once

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>

#include "program.h"

struct trigger;

#define TRIGGER_FAILED EBADE /* the error of a command that failed */

/** trigger_of - the trigger of a program's type; NULL when there is none for it */
const struct trigger *trigger_of(const struct bpf_program *program);

/**
 * trigger_set - what a test sets of an entry point's trigger: what is done, what the program is
 * attached to, and what is attached with it
 * @set: written: the trigger, for trigger_free(); NULL where the test sets nothing
 * @loaded: outlives it
 * @return: NULL, or what is wrong, which the caller frees
 */
char *trigger_set(struct trigger **set, const struct bpf_program *program, struct loaded *loaded);
void trigger_free(struct trigger *trigger);

/** trigger_traced - the program whose test run is the trigger; NULL for none */
const struct traced *trigger_traced(const struct trigger *trigger);

/** trigger_fire - fire once on this thread; 0 or an error number */
int trigger_fire(const struct trigger *trigger);

/** trigger_command - the words of a command; NULL for what bpf-run does itself */
const char *trigger_command(const struct trigger *trigger);

/** trigger_failure - how a command failed, after TRIGGER_FAILED */
const char *trigger_failure(const struct trigger *trigger);

/* How a program is attached: one of these, and those beside it. */
struct attached {
	struct bpf_link *link;
	int map;			 /* of sockets, made for the program; -1 for none */
	const struct bpf_map *own_map;	 /* of the object, that it is attached to; else NULL */
	const struct bpf_program *judge; /* of that map */
	void (*undo)(void);		 /* what this thread's UDP socket or route has; else NULL */
	const char *lacks;		 /* why it is not, where that is known; else NULL */
	const struct bpf_program *program; /* the last that was tried */
	struct attached *beside;
	size_t nbeside;
};

/**
 * trigger_attach - attach a program where its trigger reaches it, and those that a test wants with
 * it
 * @cpu: where it is triggered, on this thread
 * @attached: written; for trigger_detach() on the same thread, also after a failure
 * @return: 0, or -1 with errno set
 */
int trigger_attach(const struct trigger *trigger, struct bpf_program *program, int cpu,
		   struct attached *attached);
void trigger_detach(struct attached *attached);

/** trigger_calls - what firing it several times is called, such as "getppid() calls" */
const char *trigger_calls(const struct trigger *trigger);
