/* SPDX-License-Identifier: MIT */
/* A pinned thread on each CPU, and how a signal ends what they do. */
#pragma once

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

struct network;

#define CPUS_MAX 1024

/* One task on one CPU. */
struct cpu_task {
	int cpu;
	void (*run)(void *arg);
	void *arg;
	const struct network *network; /* where it runs; NULL for where the tool was started */
};

/**
 * cpus_run - run tasks at the same time, each on the pinned thread of its CPU, and wait for all
 *
 * The threads are started once and kept. Two tasks on one CPU run one after the other. Exits with
 * status 2 when a thread cannot be pinned: nothing measured after that would be true.
 */
void cpus_run(const struct cpu_task *tasks, size_t n);

/* Set by a signal: what calls or loops many times then ends with EINTR. */
extern volatile sig_atomic_t interrupted;

/** cpus_catch_signals - from now on let SIGINT, SIGTERM and SIGHUP set `interrupted`, and end the
 * system calls that the threads are in */
void cpus_catch_signals(void);

/** cpus_start_thread - start a thread that gets no signal; exits with status 2 when that fails */
pthread_t cpus_start_thread(void *(*run)(void *arg), void *arg);

/** cpus_pin - let this thread run on a CPU only; exits with status 2 when that fails */
void cpus_pin(int cpu);
