/* SPDX-License-Identifier: MIT */
/*
 * The kernel's dispatcher of XDP programs.
 *
 * A test run of an XDP program that is attached nowhere patches the dispatcher's machine code
 * before and after: up to a millisecond a call, and all CPUs are disturbed. So each program is
 * attached, in generic mode, to the loopback device of a network namespace of its own. Namespaces
 * and attachments go with the process, however it ends.
 */
#pragma once

struct attachment; /* a namespace and what is attached there */

/** dispatcher_attach - attach a program, until dispatcher_detach(); NULL when this process may not,
 * or the dispatcher is full: then calls cost more, and are measured all the same */
struct attachment *dispatcher_attach(int program_fd);
void dispatcher_detach(struct attachment *attachment);
