/* SPDX-License-Identifier: MIT */
/*
 * Making an XDP program known to the kernel's dispatcher.
 *
 * A test run of an XDP program that is attached nowhere patches the dispatcher's machine code
 * before and after, which costs up to a millisecond a call and disturbs all CPUs. An attached one
 * is known already. So each program is attached, in generic mode, to the loopback device of a
 * network namespace of its own, which nothing ever sends a packet through. Namespaces and
 * attachments go with the process, however it ends.
 */
#ifndef DISPATCHER_H
#define DISPATCHER_H

struct attachment; /* a namespace and what is attached there */

/**
 * dispatcher_attach - attach a program
 * @return: to be given to dispatcher_detach(); NULL when this process may not, or the namespaces
 * that the dispatcher can hold are used up: then calls cost more, and are measured all the same
 */
struct attachment *dispatcher_attach(int program_fd);
void dispatcher_detach(struct attachment *attachment);

#endif
