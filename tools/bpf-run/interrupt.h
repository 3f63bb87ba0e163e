/* SPDX-License-Identifier: MIT */
/* Set by a signal: what calls or loops many times ends with EINTR at once. What the kernel repeats
 * ends when its call does, see cpus_interrupt(). */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>

extern volatile sig_atomic_t interrupted;

#endif
