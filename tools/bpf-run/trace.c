/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orphans.h"
#include "trace_event.h"
#include "xalloc.h"

#define INSTANCES TRACEFS "/instances"

static char *instance; /* our folder, once it is made */

const char *trace_redirect(void)
{
	char *event;
	bool failed;
	int fd;

	if (!trace_event_save())
		return "tracefs is not mounted at " TRACEFS ", or has no event for it";
	if (!instance) {
		orphans_remove(INSTANCES);
		instance = orphans_name(INSTANCES);
		if (mkdir(instance, 0700)) {
			free(instance);
			instance = NULL;
			return "can't make a tracefs instance";
		}
	}
	event = xasprintf("%s/" TRACE_PRINTK_ENABLE, instance);
	fd = open(event, O_WRONLY | O_CLOEXEC);
	failed = fd < 0 || write(fd, "1", 1) != 1 || trace_event_set('0');
	if (fd >= 0)
		close(fd);
	free(event);
	return failed ? "can't enable the trace event in a tracefs instance" : NULL;
}

int trace_open_pipe(void)
{
	char *path;
	int fd;

	if (!instance)
		return -1;
	path = xasprintf("%s/trace_pipe", instance);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	free(path);
	return fd;
}

void trace_restore(void)
{
	if (!instance)
		return;
	trace_event_restore();
	if (rmdir(instance))
		warn("can't remove tracefs instance '%s'", instance);
	free(instance);
	instance = NULL;
}
