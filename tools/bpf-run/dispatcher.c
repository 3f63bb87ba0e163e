/* SPDX-License-Identifier: MIT */
#include "dispatcher.h"

#include <bpf/libbpf.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "cli.h"

#define LOOPBACK 1 /* interface index, in every namespace */
#define SLOTS 48   /* programs that the dispatcher holds (BPF_DISPATCHER_MAX) */

struct attachment {
	int namespace_fd; /* made when first needed, and kept */
	bool made, used;
};

static struct attachment attachments[SLOTS];

static int own_namespace = -1; /* where this process began */

static int open_namespace(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* Move this thread into the attachment's namespace. Only the main thread comes here, and it goes
 * back with leave(): a thread that it starts begins in its namespace, and triggers need the
 * loopback device of the one they were started in. */
static int enter(struct attachment *a)
{
	if (own_namespace < 0)
		own_namespace = open_namespace();
	if (own_namespace < 0)
		return -1;
	if (a->made)
		return setns(a->namespace_fd, CLONE_NEWNET);
	if (unshare(CLONE_NEWNET))
		return -1;
	a->namespace_fd = open_namespace();
	a->made = a->namespace_fd >= 0;
	return a->made ? 0 : -1;
}

static void leave(void)
{
	if (own_namespace >= 0 && setns(own_namespace, CLONE_NEWNET))
		err(EXIT_TROUBLE, "can't return to the network namespace");
}

struct attachment *dispatcher_attach(int program_fd)
{
	struct attachment *a = attachments;

	while (a < attachments + SLOTS && a->used)
		a++;
	if (a == attachments + SLOTS)
		return NULL;
	a->used = !enter(a) && !bpf_xdp_attach(LOOPBACK, program_fd, XDP_FLAGS_SKB_MODE, NULL);
	leave();
	return a->used ? a : NULL;
}

void dispatcher_detach(struct attachment *attachment)
{
	if (!attachment)
		return;
	if (!enter(attachment))
		bpf_xdp_detach(LOOPBACK, XDP_FLAGS_SKB_MODE, NULL);
	leave();
	attachment->used = false;
}
