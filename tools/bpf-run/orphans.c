/* SPDX-License-Identifier: MIT */
#include "orphans.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xalloc.h"

#define PREFIX "bpf-run-"

char *orphans_name(const char *parent)
{
	return xasprintf("%s/" PREFIX "%ld", parent, (long)getpid());
}

void orphans_remove(const char *parent)
{
	DIR *dir = opendir(parent);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *number = entry->d_name + strlen(PREFIX);
		char *path;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) ||
		    !isdigit((unsigned char)*number) || !kill(atoi(number), 0) || errno != ESRCH)
			continue;
		path = xasprintf("%s/%s", parent, entry->d_name);
		rmdir(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}
