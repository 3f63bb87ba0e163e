/* SPDX-License-Identifier: MIT */
/* Which CPUs a test runs on, and a pinned thread on each. */
#ifndef CPUS_H
#define CPUS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#define CPUS_MAX 1024

struct cpu_list {
	int cpu[CPUS_MAX];
	size_t n;
};

/** cpus_available - the online CPUs that this process may run on */
void cpus_available(struct cpu_list *list);

/**
 * cpus_resolve - what a plan's `cpus` means on this machine
 * @spec: any (the last CPU that is not taken), all, remaining, or a list such as 0,2-3
 * @available: CPUs there are
 * @taken: CPUs of the test's other entry points, which `any` and `remaining` leave out
 * @reason: why it cannot be, written on failure
 * @return: 0 or -1
 */
int cpus_resolve(const char *spec, const struct cpu_list *available, const struct cpu_list *taken,
		 struct cpu_list *out, char *reason, size_t reason_size);

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

#endif
