/* SPDX-License-Identifier: MIT */
/*
 * Folders in the kernel's file systems (a tracefs instance, a cgroup) outlive a killed process. So
 * each has a watcher, a shell that removes it when this process is gone. Should that be killed too,
 * the next run does so: folders are named after their process.
 */
#pragma once

#include <sys/types.h>

struct folder {
	char *path;   /* NULL when there is none */
	int lifeline; /* the watcher reads its end of this pipe; -1 without one */
	pid_t watcher;
};

/** folder_make - make this process's folder below another; 0, or -1 with errno set */
int folder_make(struct folder *folder, const char *parent);

/** folder_write - write a character to a file of a folder; 0, or -1 with errno set */
int folder_write(const char *folder, const char *file, char text);

/** folder_remove - remove it, when it was made */
void folder_remove(struct folder *folder);

/** orphans_remove - remove the folders of processes that are no more */
void orphans_remove(const char *parent);
