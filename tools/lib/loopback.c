/* SPDX-License-Identifier: MIT */
#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_SEC 1 /* what is sent over the loopback is there at once */

_Static_assert(!LOOPBACK_SENDER && LOOPBACK_RECEIVER == 1, "a pair is as loopback_pair() has it");

static const struct timeval patience = {.tv_sec = PATIENCE_SEC};
static const int on = 1;

static void close_keeping_errno(int fd)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
}

int loopback_socket(int type, bool shared, struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*address);

	*address =
	    (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) &&
	    (!shared || !setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on))) &&
	    !bind(fd, (struct sockaddr *)address, size) &&
	    !getsockname(fd, (struct sockaddr *)address, &size))
		return fd;
	close_keeping_errno(fd);
	return -1;
}

int loopback_pair(int pair[2])
{
	struct sockaddr_in to, from;
	int listener = loopback_socket(SOCK_STREAM, false, &to);

	pair[0] = listener < 0 ? -1 : loopback_socket(SOCK_STREAM, false, &from);
	pair[1] = -1;
	if (pair[0] >= 0 && !listen(listener, 1) &&
	    !connect(pair[0], (struct sockaddr *)&to, sizeof(to)) &&
	    !setsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)))
		pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close_keeping_errno(listener);
	if (pair[1] >= 0 &&
	    !setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return 0;
	close_keeping_errno(pair[0]);
	close_keeping_errno(pair[1]);
	pair[0] = pair[1] = -1;
	return -1;
}

static int open_listener(void)
{
	struct sockaddr_in address;
	int fd = loopback_socket(SOCK_STREAM, false, &address);

	if (fd < 0 || !listen(fd, SOMAXCONN))
		return fd;
	close_keeping_errno(fd);
	return -1;
}

static int open_named(struct loopback_sockets *sockets, enum loopback_name name)
{
	struct sockaddr_in address;

	if (name == LOOPBACK_SENDER || name == LOOPBACK_RECEIVER) {
		if (loopback_pair(sockets->fd))
			return -1;
		sockets->has[LOOPBACK_SENDER] = sockets->has[LOOPBACK_RECEIVER] = true;
		return 0;
	}
	sockets->fd[name] = name == LOOPBACK_LISTENER
				? open_listener()
				: loopback_socket(SOCK_DGRAM, false, &address);
	sockets->has[name] = sockets->fd[name] >= 0;
	return sockets->has[name] ? 0 : -1;
}

int loopback_find(struct loopback_sockets *sockets, const char *name)
{
	static const char *const names[] = {"sender", "receiver", "listener", "udp"};

	for (enum loopback_name i = LOOPBACK_SENDER; i < LOOPBACK_NAMES; i++)
		if (!strcmp(names[i], name))
			return sockets->has[i] || !open_named(sockets, i) ? sockets->fd[i] : -1;
	errno = EINVAL;
	return -1;
}

void loopback_close(struct loopback_sockets *sockets)
{
	for (enum loopback_name i = LOOPBACK_SENDER; i < LOOPBACK_NAMES; i++)
		if (sockets->has[i])
			close(sockets->fd[i]);
	*sockets = (struct loopback_sockets){0};
}
