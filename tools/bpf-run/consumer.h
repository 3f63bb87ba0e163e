/* SPDX-License-Identifier: MIT */
/*
 * The other end of a buffer. A ring buffer or perf event array that nobody reads is soon full, and
 * then the failure is timed; a user ring buffer that nobody fills is empty.
 *
 * - ring buffer, perf event array: drained while the producer is timed, on a CPU of its own, or
 *   between the timed calls (also where no CPU is left)
 * - user ring buffer: filled between the timed calls
 * - trace_pipe: bpf_trace_printk's output, read like a ring buffer
 */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"

/* In a plan: the reader of bpf_trace_printk's output. */
#define CONSUMER_TRACE_PIPE "trace_pipe"

/* A perf event array whose name ends so wakes its consumer with each record; others do not. */
#define CONSUMER_WAKE "_wake"

struct consumer;

/**
 * consumer_start - open a buffer, and start to drain it
 * @map: NULL for the trace pipe
 * @mode: when it reads
 * @cpu: where its thread runs; -1 to drain between the timed calls only
 * @return: NULL with errno set on failure; freed by consumer_stop()
 */
struct consumer *consumer_start(struct bpf_map *map, enum consumer_mode mode, int cpu);

/** consumer_settle - return when the buffer is as the next timed call needs it: empty (full, for a
 * user ring buffer). Called between timed calls, by any thread. */
void consumer_settle(struct consumer *consumer);

/** consumer_feeds - whether it fills the buffer instead of draining it */
bool consumer_feeds(const struct consumer *consumer);

/** consumer_count - records that came through so far; exact after consumer_settle() */
uint64_t consumer_count(const struct consumer *consumer);

void consumer_stop(struct consumer *consumer);
