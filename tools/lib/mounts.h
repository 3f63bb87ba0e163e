/* SPDX-License-Identifier: MIT */
/*
 * The kernel's file systems that programs here need, where the machine has not mounted them:
 * tracefs for bpf_trace_printk and tracepoints, a bpffs for maps that an object pins by name
 * (LIBBPF_PIN_BY_NAME). They are mounted in a mount namespace of this process and of those that it
 * starts: the machine is left as it was.
 */
#pragma once

#define TRACEFS "/sys/kernel/tracing"

/** mounts_complete - mount what is missing; before threads start, which would stay outside. What
 * can't be mounted stays missing */
void mounts_complete(void);

/** mounts_no_tracefs - why there is no tracefs; NULL when there is one */
const char *mounts_no_tracefs(void);
