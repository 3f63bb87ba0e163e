/* SPDX-License-Identifier: MIT */
#include "tracefs.h"

#include <errno.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

static char no_tracefs[256];

/* What is mounted here nobody else sees; what others mount or unmount is seen here. */
static int enter_namespace(void)
{
	return unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ? -1 : 0;
}

void tracefs_mount(void)
{
	struct statfs s;
	bool is_there = !statfs(TRACEFS, &s) && s.f_type == TRACEFS_MAGIC;

	if (is_there && access(TRACEFS "/events", X_OK))
		snprintf(no_tracefs, sizeof(no_tracefs),
			 "tracefs at " TRACEFS " is not open to this user: %s", strerror(errno));
	if (is_there)
		return;
	if (enter_namespace() || mount("tracefs", TRACEFS, "tracefs", 0, NULL))
		snprintf(no_tracefs, sizeof(no_tracefs),
			 "tracefs is not mounted at " TRACEFS ", and can't be: %s",
			 strerror(errno));
}

const char *tracefs_missing(void)
{
	return *no_tracefs ? no_tracefs : NULL;
}
