/* SPDX-License-Identifier: MIT */
/*
 * bpf_trace_printk. Loading a program that calls it enables its trace event for the whole system.
 * Here the event is enabled in a tracefs instance of this process instead, so that nobody else's
 * trace is filled; afterwards all is as it was. One process does so at a time: each would write
 * into the instances of the others.
 */
#pragma once

/** trace_begin - before a program that prints is loaded: remember whether the event is enabled, and
 * wait for other processes that print
 * @return: NULL, or why it can't; after NULL, trace_end() is due when the program is unloaded */
const char *trace_begin(void);

/** trace_redirect - after it was loaded: send its output to our instance; NULL, or why it can't */
const char *trace_redirect(void);

/** trace_end - put the event back, unless another of our programs still prints */
void trace_end(void);

/** trace_open_pipe - the instance's trace_pipe, opened not to block; -1 on failure */
int trace_open_pipe(void);

/** trace_restore - remove the instance, if there is one */
void trace_restore(void);

/** trace_remove_orphans - remove the instances of processes that were killed */
void trace_remove_orphans(void);
