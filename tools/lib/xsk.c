/* SPDX-License-Identifier: MIT */
#include "xsk.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Newer than what some C libraries know. */
#ifndef AF_XDP
#define AF_XDP 44
#define SOL_XDP 283
#endif

/* The fewest that the kernel takes: rings of one frame, and one frame. */
static int set_up(int fd, void *page, size_t bytes)
{
	static const int rings[] = {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING};
	const struct xdp_umem_reg memory = {
	    .addr = (uint64_t)(uintptr_t)page, .len = bytes, .chunk_size = (uint32_t)bytes};
	const int one = 1;

	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &memory, sizeof(memory)))
		return -1;
	for (size_t i = 0; i < sizeof(rings) / sizeof(*rings); i++)
		if (setsockopt(fd, SOL_XDP, rings[i], &one, sizeof(one)))
			return -1;
	return 0;
}

int xsk_open(void)
{
	size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0), error = 0;

	if (page == MAP_FAILED || fd < 0 || set_up(fd, page, bytes))
		error = errno;
	if (page != MAP_FAILED) /* the socket holds the page */
		munmap(page, bytes);
	if (error && fd >= 0)
		close(fd);
	errno = error;
	return error ? -1 : fd;
}
