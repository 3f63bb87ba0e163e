/* SPDX-License-Identifier: MIT */
#include "cpus.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "xalloc.h"

void cpus_available(struct cpu_list *list)
{
	cpu_set_t set;

	list->n = 0;
	if (sched_getaffinity(0, sizeof(set), &set))
		err(EXIT_TROUBLE, "can't read the CPU affinity");
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		if (CPU_ISSET(cpu, &set))
			list->cpu[list->n++] = cpu;
}

static bool contains(const struct cpu_list *list, long cpu)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->cpu[i] == cpu)
			return true;
	return false;
}

static int add(struct cpu_list *out, long cpu, const struct cpu_list *available, char *reason,
	       size_t reason_size)
{
	if (!contains(available, cpu)) {
		snprintf(reason, reason_size, "CPU %ld is not there, not online or not allowed",
			 cpu);
		return -1;
	}
	if (!contains(out, cpu))
		out->cpu[out->n++] = (int)cpu;
	return 0;
}

/* 0,2-3 */
static int resolve_list(const char *spec, const struct cpu_list *available, struct cpu_list *out,
			char *reason, size_t reason_size)
{
	const char *at = spec;

	for (;;) {
		char *end;
		long first = strtol(at, &end, 10), last = first;

		if (end == at || first < 0)
			goto bad;
		if (*end == '-') {
			at = end + 1;
			last = strtol(at, &end, 10);
			if (end == at || last < first)
				goto bad;
		}
		for (long cpu = first; cpu <= last; cpu++)
			if (add(out, cpu, available, reason, reason_size))
				return -1;
		if (!*end)
			return 0;
		if (*end != ',')
			goto bad;
		at = end + 1;
	}
bad:
	snprintf(reason, reason_size, "cpus is not any, all, remaining or a list: '%s'", spec);
	return -1;
}

int cpus_resolve(const char *spec, const struct cpu_list *available, const struct cpu_list *taken,
		 struct cpu_list *out, char *reason, size_t reason_size)
{
	out->n = 0;
	if (!strcmp(spec, "any") || !*spec) {
		size_t last = available->n - 1;

		while (last && contains(taken, available->cpu[last]))
			last--;
		out->cpu[out->n++] = available->cpu[last];
		return 0;
	}
	if (!strcmp(spec, "all")) {
		*out = *available;
		return 0;
	}
	if (strcmp(spec, "remaining"))
		return resolve_list(spec, available, out, reason, reason_size);
	for (size_t i = 0; i < available->n; i++)
		if (!contains(taken, available->cpu[i]))
			out->cpu[out->n++] = available->cpu[i];
	if (out->n)
		return 0;
	snprintf(reason, reason_size, "no CPU remains: the other entry points take all %zu",
		 available->n);
	return -1;
}

/* A thread a CPU, which waits for tasks. */
struct worker {
	pthread_t thread;
	int cpu;
	const struct cpu_task *task; /* being run; NULL while idle */
};

static struct worker *workers[CPUS_MAX];
/* Ends a system call of a thread. By default it is ignored, so that whoever else sends it does no
 * harm. */
#define INTERRUPT_SIGNAL SIGURG

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begin = PTHREAD_COND_INITIALIZER, end = PTHREAD_COND_INITIALIZER;

static void do_nothing(int signal)
{
	(void)signal;
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	sigset_t interrupt;
	cpu_set_t set;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, INTERRUPT_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL);
	CPU_ZERO(&set);
	CPU_SET(worker->cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(EXIT_TROUBLE, "can't pin a thread to CPU %d", worker->cpu);
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!worker->task)
			pthread_cond_wait(&begin, &lock);
		pthread_mutex_unlock(&lock);
		if (sched_getcpu() != worker->cpu)
			errx(EXIT_TROUBLE, "a thread pinned to CPU %d runs on CPU %d", worker->cpu,
			     sched_getcpu());
		worker->task->run(worker->task->arg);
		pthread_mutex_lock(&lock);
		worker->task = NULL;
		pthread_cond_broadcast(&end);
	}
	return NULL;
}

static void start_worker(int cpu)
{
	struct worker *worker = xcalloc(1, sizeof(*worker));
	struct sigaction interrupt = {.sa_handler = do_nothing};
	sigset_t all, before;
	int error;

	worker->cpu = cpu;
	sigaction(INTERRUPT_SIGNAL, &interrupt, NULL);
	/* All other signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&worker->thread, NULL, work, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		errx(EXIT_TROUBLE, "can't start a thread: %s", strerror(error));
	workers[cpu] = worker;
}

void cpus_interrupt(void)
{
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		if (workers[cpu])
			pthread_kill(workers[cpu]->thread, INTERRUPT_SIGNAL);
}

void cpus_run(const struct cpu_task *tasks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!workers[tasks[i].cpu])
			start_worker(tasks[i].cpu);
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n; i++) {
		struct worker *worker = workers[tasks[i].cpu];

		while (worker->task)
			pthread_cond_wait(&end, &lock);
		worker->task = &tasks[i];
		pthread_cond_broadcast(&begin);
	}
	for (size_t i = 0; i < n; i++)
		while (workers[tasks[i].cpu]->task)
			pthread_cond_wait(&end, &lock);
	pthread_mutex_unlock(&lock);
}
