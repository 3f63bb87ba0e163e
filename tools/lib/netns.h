/* SPDX-License-Identifier: MIT */
/* Network namespaces that nothing else uses; they end with the process. */
#pragma once

#define NETNS_LOOPBACK 1 /* interface index, in every namespace */

/**
 * netns_enter - move this thread into a namespace
 * @fd: the namespace; -1 for a new one, and then written
 * @return: where the thread was, for netns_leave(); -1 with errno set, and nothing is changed
 */
int netns_enter(int *fd);

/** netns_leave - go back, and close the descriptor; exits with status 2 when that fails */
void netns_leave(int home);
