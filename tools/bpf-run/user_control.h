/* SPDX-License-Identifier: MIT */
/*
 * Operations that no object is part of, for controls: each feels what a neighbour can take away,
 * the width of the core, a level of the cache, memory, the kernel's entry, a switch of threads.
 */
#pragma once

#include <stdint.h>

#include "partner.h"
#include "user.h"

/* What a thread needs for one of the operations. Zeroed it is empty. */
struct user_control {
	void **at; /* where it is in a chain of pointers */
	struct partner *partner;
};

/** user_control_prepare - make what takes too long to be timed with the first invocation: chains,
 * which are kept until the process ends
 * @return: 0 or an error number */
int user_control_prepare(enum user_operation operation);

/** user_control_init - what a thread needs for the operation, made on it, pinned
 * @return: 0 or an error number */
int user_control_init(struct user_control *control, enum user_operation operation);

/** user_control_run - do it n times; 0 or an error number */
int user_control_run(struct user_control *control, enum user_operation operation, uint32_t n);

void user_control_release(struct user_control *control);
