/* SPDX-License-Identifier: MIT */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "cli.h"
#include "say.h"

static int open_current(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

int netns_enter(int *fd)
{
	int home = open_current(), error;

	if (home < 0)
		return -1;
	if (*fd >= 0 ? !setns(*fd, CLONE_NEWNET) : !unshare(CLONE_NEWNET)) {
		if (*fd < 0)
			*fd = open_current();
		if (*fd >= 0)
			return home;
		netns_leave(home);
		return -1;
	}
	error = errno;
	close(home);
	errno = error;
	return -1;
}

void netns_leave(int home)
{
	int error = errno;

	if (setns(home, CLONE_NEWNET))
		die_errno("can't return to the network namespace");
	close(home);
	errno = error;
}
