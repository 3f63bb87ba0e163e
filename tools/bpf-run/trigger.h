/* SPDX-License-Identifier: MIT */
/*
 * Program types that the kernel cannot run by itself: they are attached, and something in user
 * space triggers them. What is timed is the trigger with the program, less the trigger without it.
 * bpf-run(1) lists them.
 */
#pragma once

#include <bpf/libbpf.h>
#include <stdint.h>

struct trigger;

/** trigger_of - the trigger of a program; NULL when there is none for its type */
const struct trigger *trigger_of(const struct bpf_program *program);

/** trigger_fire - fire once on this thread; 0 or an error number */
int trigger_fire(const struct trigger *trigger);

/* How a program is attached: one of these. */
struct attached {
	struct bpf_link *link;
	int map;	    /* of sockets; -1 for none */
	void (*undo)(void); /* what this thread's UDP socket or route has; else NULL */
	const char *lacks;  /* why it is not, where that is known; else NULL */
};

/**
 * trigger_attach - attach a program where its trigger reaches it
 * @cpu: where it is triggered, on this thread
 * @attached: written; for trigger_detach() on the same thread, also after a failure
 * @return: 0, or -1 with errno set
 */
int trigger_attach(const struct trigger *trigger, struct bpf_program *program, int cpu,
		   struct attached *attached);
void trigger_detach(struct attached *attached);

/** trigger_calls - what firing it several times is called, such as "getppid() calls" */
const char *trigger_calls(const struct trigger *trigger);
