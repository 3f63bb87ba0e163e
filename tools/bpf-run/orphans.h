/* SPDX-License-Identifier: MIT */
/*
 * Folders in the kernel's file systems (a tracefs instance, a cgroup) outlive a process that is
 * killed. They are named after it, and the next run removes those whose process is gone.
 */
#ifndef ORPHANS_H
#define ORPHANS_H

/** orphans_name - the path of this process's folder below another; the caller frees it */
char *orphans_name(const char *parent);

/** orphans_remove - remove the folders of processes that are no more */
void orphans_remove(const char *parent);

#endif
