/* SPDX-License-Identifier: MIT */
/* A pinned thread on each CPU. */
#pragma once

#include <pthread.h>
#include <stddef.h>

#define CPUS_MAX 1024

/* One task on one CPU. */
struct cpu_task {
	int cpu;
	void (*run)(void *arg);
	void *arg;
};

/**
 * cpus_run - run tasks at the same time, each on the pinned thread of its CPU, and wait for all
 *
 * The threads are started once and kept. Two tasks on one CPU run one after the other. Exits with
 * status 2 when a thread cannot be pinned: nothing measured after that would be true.
 */
void cpus_run(const struct cpu_task *tasks, size_t n);

/** cpus_interrupt - have the system calls that the threads are in end with EINTR; for a signal
 * handler. A call that a thread is just about to make is missed: ask again until all have ended */
void cpus_interrupt(void);

/** cpus_start_thread - start a thread that gets no signal; exits with status 2 when that fails */
pthread_t cpus_start_thread(void *(*run)(void *arg), void *arg);

/** cpus_pin - let this thread run on a CPU only; exits with status 2 when that fails */
void cpus_pin(int cpu);
