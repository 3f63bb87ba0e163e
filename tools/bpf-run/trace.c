/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "cpus.h"
#include "orphans.h"
#include "say.h"
#include "trace_event.h"
#include "tracefs.h"
#include "xalloc.h"

#define INSTANCES TRACEFS "/instances"

/* Two processes that time bpf_trace_printk would read each other's lines. */
#define LOCK_TRIES 3000
#define LOCK_RETRY_US 10000

static struct folder instance;
static unsigned int users; /* loaded tests that print */
static int lock = -1;

static const char *no_tracefs(void)
{
	const char *why = tracefs_missing();

	return why ? why : "tracefs has no event for it";
}

static const char *take_lock(void)
{
	lock = open(INSTANCES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < LOCK_TRIES && lock >= 0 && !interrupted; i++) {
		if (!flock(lock, LOCK_EX | LOCK_NB))
			return NULL;
		usleep(LOCK_RETRY_US);
	}
	return lock < 0 ? no_tracefs() : "another process is timing it: wait for that to end";
}

static void drop_lock(void)
{
	if (lock >= 0)
		close(lock);
	lock = -1;
}

static const char *begin(void)
{
	const char *locked = take_lock();

	if (locked)
		return locked;
	if (!trace_event_save())
		return no_tracefs();
	if (!instance.path && folder_make(&instance, INSTANCES))
		return "can't make a tracefs instance";
	return NULL;
}

const char *trace_begin(void)
{
	const char *wrong = users ? NULL : begin();

	if (wrong)
		drop_lock();
	else
		users++;
	return wrong;
}

const char *trace_redirect(void)
{
	return folder_write(instance.path, TRACE_PRINTK_ENABLE, '1') || trace_event_set('0')
		   ? "can't enable the trace event in a tracefs instance"
		   : NULL;
}

void trace_end(void)
{
	if (--users)
		return;
	if (folder_write(instance.path, TRACE_PRINTK_ENABLE, '0'))
		say_errno("can't disable the trace event in '%s'", instance.path);
	trace_event_restore();
	drop_lock();
}

int trace_open_pipe(void)
{
	char *path;
	int fd;

	if (!instance.path)
		return -1;
	path = xasprintf("%s/trace_pipe", instance.path);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	free(path);
	return fd;
}

void trace_restore(void)
{
	folder_remove(&instance);
}

void trace_remove_orphans(void)
{
	orphans_remove(INSTANCES);
}
