/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *fuzz_file(const uint8_t *bytes, size_t n)
{
	static int fd = -1;
	static char path[32];

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	FUZZ_CHECK(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, bytes, n, 0) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

void fuzz_round_trip(const uint8_t *bytes, size_t n,
		     char *(*rewritten)(const char *path, size_t *n))
{
	size_t once_n, twice_n;
	char *once = rewritten(fuzz_file(bytes, n), &once_n), *twice;

	if (!once)
		return;
	twice = rewritten(fuzz_file((const uint8_t *)once, once_n), &twice_n);
	FUZZ_CHECK(twice && once_n == twice_n && !memcmp(once, twice, once_n));
	free(once);
	free(twice);
}
