/* SPDX-License-Identifier: MIT */
#include "trace_event.h"

#include <err.h>
#include <fcntl.h>
#include <unistd.h>

static char was = '?'; /* '?' until it is saved */

bool trace_event_save(void)
{
	int fd;

	if (was != '?')
		return true;
	fd = open(TRACEFS "/" TRACE_PRINTK_ENABLE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, &was, 1) != 1)
		was = '?';
	close(fd);
	return was != '?';
}

int trace_event_write(const char *path, char c)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int result = fd >= 0 && write(fd, &c, 1) == 1 ? 0 : -1;

	if (fd >= 0)
		close(fd);
	return result;
}

void trace_event_restore(void)
{
	if (was != '?' && trace_event_write(TRACEFS "/" TRACE_PRINTK_ENABLE, was))
		warn("can't restore '%s'", TRACEFS "/" TRACE_PRINTK_ENABLE);
}
