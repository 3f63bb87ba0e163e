/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orphans.h"
#include "say.h"
#include "xalloc.h"

static char *home;	  /* the folder of the cgroup that this process came from */
static struct folder own; /* of the one it is in now */
static int own_fd = -1;

/* Where cgroup version 2 is mounted, or NULL. The caller frees it. */
static char *mount_point(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *m;
	char *path = NULL;

	while (mounts && !path && (m = getmntent(mounts)))
		if (!strcmp(m->mnt_type, "cgroup2"))
			path = xstrdup(m->mnt_dir);
	if (mounts)
		endmntent(mounts);
	return path;
}

/* This process's cgroup: the line "0::/path" of /proc/self/cgroup. */
static char *current(const char *root)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[4096], *path = NULL;

	while (f && !path && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "0::", 3))
			path = xasprintf("%s%s", root, line + 3);
	}
	if (f)
		fclose(f);
	return path ? path : xstrdup(root);
}

/* Move this process, with all its threads. */
static int move_to(const char *cgroup)
{
	return folder_write(cgroup, "cgroup.procs", '0');
}

void cgroup_remove_orphans(void)
{
	char *root = mount_point();

	if (root)
		orphans_remove(root);
	free(root);
}

int cgroup_enter(void)
{
	char *root;

	if (own_fd >= 0)
		return own_fd;
	root = mount_point();
	if (!root) {
		errno = ENODEV;
		return -1;
	}
	home = current(root);
	if (!folder_make(&own, root) && !move_to(own.path))
		own_fd = open(own.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(root);
	if (own_fd < 0) {
		int error = errno;

		cgroup_leave();
		errno = error;
	}
	return own_fd;
}

void cgroup_leave(void)
{
	if (own_fd >= 0) {
		close(own_fd);
		if (move_to(home))
			say_errno("can't go back to cgroup '%s'", home);
	}
	folder_remove(&own);
	own_fd = -1;
	free(home);
	home = NULL;
}
