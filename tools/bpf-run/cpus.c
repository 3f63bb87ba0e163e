/* SPDX-License-Identifier: MIT */
#include "cpus.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "netns.h"
#include "network.h"
#include "say.h"
#include "xalloc.h"

/* Ends a system call of a thread. By default it is ignored, so that it does no harm when others
 * send it. */
#define INTERRUPT_SIGNAL SIGURG

/* A thread a CPU, which waits for tasks. */
struct worker {
	pthread_t thread;
	int cpu;
	const struct cpu_task *task; /* being run; NULL while idle */
};

volatile sig_atomic_t interrupted;

static struct worker *workers[CPUS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begin = PTHREAD_COND_INITIALIZER, end = PTHREAD_COND_INITIALIZER;

void cpus_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die_errno("can't pin a thread to CPU %d: was that CPU taken offline? Measure again",
			  cpu);
}

pthread_t cpus_start_thread(void *(*run)(void *arg), void *arg)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		die("can't start a thread: %s", strerror(error));
	return thread;
}

static void do_nothing(int signal)
{
	(void)signal;
}

static void run_task(const struct cpu_task *task)
{
	int home = task->network ? network_enter(task->network) : -1;

	task->run(task->arg);
	if (home >= 0)
		netns_leave(home);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	sigset_t interrupt;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, INTERRUPT_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL);
	cpus_pin(worker->cpu);
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!worker->task)
			pthread_cond_wait(&begin, &lock);
		pthread_mutex_unlock(&lock);
		if (sched_getcpu() != worker->cpu)
			die("a thread pinned to CPU %d runs on CPU %d: was that CPU taken offline? "
			    "Measure again",
			    worker->cpu, sched_getcpu());
		run_task(worker->task);
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

	worker->cpu = cpu;
	sigaction(INTERRUPT_SIGNAL, &interrupt, NULL);
	worker->thread = cpus_start_thread(work, worker);
	workers[cpu] = worker;
}

/* A call that a thread is about to make is not ended: ask again every second. */
static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		if (workers[cpu])
			pthread_kill(workers[cpu]->thread, INTERRUPT_SIGNAL);
	alarm(1);
}

void cpus_catch_signals(void)
{
	/* A write that waits for its reader goes on: rows are whole. */
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct sigaction hangup;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN) /* nohup */
		sigaction(SIGHUP, &action, NULL);
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
