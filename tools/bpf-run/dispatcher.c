/* SPDX-License-Identifier: MIT */
#include "dispatcher.h"

#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <stdbool.h>

#include "netns.h"

#define SLOTS 48 /* programs that the dispatcher holds (BPF_DISPATCHER_MAX) */

struct attachment {
	int namespace; /* its descriptor and 1: made when first needed, and kept */
	bool used;
};

static struct attachment attachments[SLOTS];

/* Attach a program in the attachment's namespace, or detach what is there (-1). Only the main
 * thread comes here, and it goes back: a thread that it starts begins in its namespace, and
 * triggers need the loopback device of the one they were started in. */
static int change(struct attachment *a, int program_fd)
{
	int namespace = a->namespace - 1, home = netns_enter(&namespace), result;

	if (home < 0)
		return -1;
	a->namespace = namespace + 1;
	result = bpf_xdp_attach(NETNS_LOOPBACK, program_fd, XDP_FLAGS_SKB_MODE, NULL);
	netns_leave(home);
	return result;
}

struct attachment *dispatcher_attach(int program_fd)
{
	struct attachment *a = attachments;

	while (a < attachments + SLOTS && a->used)
		a++;
	if (a == attachments + SLOTS)
		return NULL;
	a->used = !change(a, program_fd);
	return a->used ? a : NULL;
}

void dispatcher_detach(struct attachment *attachment)
{
	if (!attachment)
		return;
	change(attachment, -1);
	attachment->used = false;
}
