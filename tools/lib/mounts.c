/* SPDX-License-Identifier: MIT */
#include "mounts.h"

#include <errno.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>

enum { PLACE_TRACEFS, PLACE_BPFFS, PLACE_COUNT };

static const struct place {
	const char *type, *path;
	long magic;
} places[PLACE_COUNT] = {
    [PLACE_TRACEFS] = {"tracefs", TRACEFS, TRACEFS_MAGIC},
    [PLACE_BPFFS] = {"bpf", "/sys/fs/bpf", BPF_FS_MAGIC},
};

static char no_tracefs[256];

static bool is_there(const struct place *place)
{
	struct statfs s;

	return !statfs(place->path, &s) && s.f_type == place->magic;
}

/* What is mounted here nobody else sees; what others mount or unmount is seen here. */
static int enter_namespace(void)
{
	return unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ? -1 : 0;
}

void mounts_complete(void)
{
	bool entered = false;

	for (const struct place *p = places; p < places + PLACE_COUNT; p++) {
		if (is_there(p))
			continue;
		entered = entered || !enter_namespace();
		if ((!entered || mount(p->type, p->path, p->type, 0, NULL)) &&
		    p == &places[PLACE_TRACEFS])
			snprintf(no_tracefs, sizeof(no_tracefs),
				 "tracefs is not mounted at " TRACEFS ", and can't be: %s",
				 strerror(errno));
	}
}

const char *mounts_no_tracefs(void)
{
	return *no_tracefs ? no_tracefs : NULL;
}
