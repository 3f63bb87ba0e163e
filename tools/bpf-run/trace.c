/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace_event.h"
#include "xalloc.h"

#define INSTANCES TRACEFS "/instances"
#define PREFIX "bpf-run-"

static char *instance; /* our folder, once it is made */

/* Instances outlive the process that made them: remove those of runs that were killed. */
static void remove_orphans(void)
{
	DIR *dir = opendir(INSTANCES);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *number = entry->d_name + strlen(PREFIX);
		char *path;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) ||
		    !isdigit((unsigned char)*number) || !kill(atoi(number), 0) || errno != ESRCH)
			continue;
		path = xasprintf("%s/%s", INSTANCES, entry->d_name);
		rmdir(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}

const char *trace_redirect(void)
{
	char *event;
	bool failed;
	int fd;

	if (!trace_event_save())
		return "tracefs is not mounted at " TRACEFS ", or has no event for it";
	if (!instance) {
		remove_orphans();
		instance = xasprintf("%s/" PREFIX "%ld", INSTANCES, (long)getpid());
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
