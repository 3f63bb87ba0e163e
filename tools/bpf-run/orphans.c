/* SPDX-License-Identifier: MIT */
#include "orphans.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "xalloc.h"

/* The number of a process is valid in its namespace only; other namespaces see the folders too. */
#define NAME "bpf-run-%lu-%ld"

/* A cgroup can't be removed before all of the killed process is gone. */
static char watch[] = "while read -r line; do :; done; n=0\n"
		      "while [ -d \"$0\" ] && [ $n -lt 100 ]; do\n"
		      "	rmdir \"$0\" || sleep 0.1; n=$((n + 1))\n"
		      "done";

static unsigned long pid_namespace(void)
{
	struct stat s;

	return stat("/proc/self/ns/pid", &s) ? 0 : (unsigned long)s.st_ino;
}

/* A session of its own, so that no signal to this process's terminal ends it, and none of its
 * files, so that readers of its output do not wait for the shell. */
static int spawn_shell(pid_t *pid, int lifeline, char *path)
{
	char *arguments[] = {"sh", "-c", watch, path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int error;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, lifeline, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawn_file_actions_addchdir_np(&files, "/");
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
	error = posix_spawn(pid, "/bin/sh", &files, &attributes, arguments, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

/* Without a watcher, the next run removes what is left. */
static void start_watcher(struct folder *folder)
{
	int ends[2];

	folder->lifeline = -1;
	if (pipe2(ends, O_CLOEXEC))
		return;
	if (spawn_shell(&folder->watcher, ends[0], folder->path))
		close(ends[1]);
	else
		folder->lifeline = ends[1];
	close(ends[0]);
}

static void end_watcher(struct folder *folder)
{
	if (folder->lifeline < 0)
		return;
	close(folder->lifeline);
	while (waitpid(folder->watcher, NULL, 0) < 0 && errno == EINTR)
		;
}

int folder_make(struct folder *folder, const char *parent)
{
	int error;

	folder->path = xasprintf("%s/" NAME, parent, pid_namespace(), (long)getpid());
	start_watcher(folder);
	if (!mkdir(folder->path, 0700))
		return 0;
	error = errno;
	end_watcher(folder);
	free(folder->path);
	folder->path = NULL;
	errno = error;
	return -1;
}

int folder_write(const char *folder, const char *file, char text)
{
	char *path = xasprintf("%s/%s", folder, file);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int result = fd >= 0 && write(fd, &text, 1) == 1 ? 0 : -1;

	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

void folder_remove(struct folder *folder)
{
	if (!folder->path)
		return;
	if (rmdir(folder->path) && errno != ENOENT)
		say_errno("can't remove '%s'", folder->path);
	end_watcher(folder);
	free(folder->path);
	folder->path = NULL;
}

static bool is_orphan(const char *name)
{
	unsigned long space;
	int end = 0;
	long pid;

	return sscanf(name, NAME "%n", &space, &pid, &end) == 2 && !name[end] &&
	       space == pid_namespace() && pid > 0 && kill((pid_t)pid, 0) && errno == ESRCH;
}

void orphans_remove(const char *parent)
{
	DIR *dir = opendir(parent);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path;

		if (!is_orphan(entry->d_name))
			continue;
		path = xasprintf("%s/%s", parent, entry->d_name);
		rmdir(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}
