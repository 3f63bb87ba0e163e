/* SPDX-License-Identifier: MIT */
/* What bpf-run does to trigger programs. */
#pragma once

#include "trigger_name.h"

struct action {
	int (*fire)(void); /* once on this thread: 0, or -1 with errno set */
	const char *calls; /* what several are called */
};

/* Those that a test can name. */
extern const struct action action_named[TRIGGER_COMMAND];

/* Those that reach a program where only its type is attached. */
extern const struct action action_stream, action_datagram, action_routed;
