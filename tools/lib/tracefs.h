/* SPDX-License-Identifier: MIT */
/*
 * tracefs, which bpf_trace_printk and tracepoints need, where the machine has not mounted it. It is
 * mounted in a mount namespace of this process and of those that it starts: the machine is left as
 * it was.
 */
#pragma once

#define TRACEFS "/sys/kernel/tracing"

/** tracefs_mount - mount it if it is missing; before threads start, which would stay outside */
void tracefs_mount(void);

/** tracefs_missing - why there is no tracefs for this process; NULL when there is one */
const char *tracefs_missing(void);
