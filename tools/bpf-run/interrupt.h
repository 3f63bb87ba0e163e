/* SPDX-License-Identifier: MIT */
/* Ending a run by a signal. */
#pragma once

#include <signal.h>

/* Set by a signal: what calls or loops many times then ends with EINTR. What the kernel repeats
 * ends when its call does, see cpus_interrupt(). */
extern volatile sig_atomic_t interrupted;

/** interrupt_catch - let SIGINT, SIGTERM and SIGHUP interrupt, from now on */
void interrupt_catch(void);
