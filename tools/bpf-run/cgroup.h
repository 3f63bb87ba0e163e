/* SPDX-License-Identifier: MIT */
/* A cgroup of this process's own, so that what is attached to it meets nobody else. */
#pragma once

/** cgroup_enter - make a cgroup (version 2) and move this process into it, once
 * @return: a descriptor of its folder, owned here; -1 with errno set */
int cgroup_enter(void);

/** cgroup_leave - move back and remove it; nothing when it was not made */
void cgroup_leave(void);

/** cgroup_remove_orphans - remove the cgroups of processes that were killed */
void cgroup_remove_orphans(void);
