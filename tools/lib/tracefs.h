/* SPDX-License-Identifier: MIT */
/*
 * tracefs, which bpf_trace_printk and tracepoints need, where the machine has not mounted it. It is
 * mounted in a mount namespace of this process and of those that it starts: the machine is left as
 * it was.
 */
#pragma once

#define TRACEFS "/sys/kernel/tracing"

/** mounts_complete - mount it if it is missing; before threads start, which would stay outside */
void mounts_complete(void);

/** mounts_no_tracefs - why there is no tracefs for this process; NULL when there is one */
const char *mounts_no_tracefs(void);
