/* SPDX-License-Identifier: MIT */
#include "dispatcher.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#define LOOPBACK 1 /* interface index, in every namespace */
#define SLOTS 48   /* programs that the dispatcher holds (BPF_DISPATCHER_MAX) */

struct attachment {
	int namespace_fd; /* made when first needed, and kept */
	bool made, used;
};

static struct attachment attachments[SLOTS];

/* Move this thread into the attachment's namespace. Only the main thread comes here; which
 * namespace the measuring threads are in does not matter to a test run. */
static int enter(struct attachment *a)
{
	if (a->made)
		return setns(a->namespace_fd, CLONE_NEWNET);
	if (unshare(CLONE_NEWNET))
		return -1;
	a->namespace_fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	a->made = a->namespace_fd >= 0;
	return a->made ? 0 : -1;
}

struct attachment *dispatcher_attach(int program_fd)
{
	struct attachment *a = attachments;

	while (a < attachments + SLOTS && a->used)
		a++;
	if (a == attachments + SLOTS || enter(a) ||
	    bpf_xdp_attach(LOOPBACK, program_fd, XDP_FLAGS_SKB_MODE, NULL))
		return NULL;
	a->used = true;
	return a;
}

void dispatcher_detach(struct attachment *attachment)
{
	if (!attachment)
		return;
	if (!enter(attachment))
		bpf_xdp_detach(LOOPBACK, XDP_FLAGS_SKB_MODE, NULL);
	attachment->used = false;
}
