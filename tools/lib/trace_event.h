/* SPDX-License-Identifier: MIT */
/*
 * The trace event of bpf_trace_printk. Loading a program that may print enables it for the whole
 * system, and the kernel leaves it on: whoever loads programs here puts it back.
 */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "tracefs.h"

#define TRACE_PRINTK_ENABLE "events/bpf_trace/bpf_trace_printk/enable"

/** trace_event_save - remember whether the event is enabled; once, before anything is loaded
 * @return: false when that can't be told (no tracefs at TRACEFS, or no such event) */
bool trace_event_save(void);

/** trace_event_used - whether a program calls bpf_trace_printk or bpf_trace_vprintk */
bool trace_event_used(const struct bpf_program *program);

/** trace_event_set - set the event to '0' or '1', for good; 0 or -1 */
int trace_event_set(char c);

/** trace_event_restore - put the event back as it was saved; nothing when it was not */
void trace_event_restore(void);
