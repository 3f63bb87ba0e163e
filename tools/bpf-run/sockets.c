/* SPDX-License-Identifier: MIT */
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_SEC 1 /* what is sent over the loopback is there at once */

static _Thread_local int sender = -1, receiver = -1; /* TCP */
static _Thread_local int own = -1;		     /* UDP, bound */
static _Thread_local struct sockaddr_in own_address;

/* A socket bound to a free port of the loopback, which is written to @address. */
static int bound_socket(int type, struct sockaddr_in *address)
{
	const struct timeval patience = {.tv_sec = PATIENCE_SEC};
	const int on = 1;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*address);

	*address =
	    (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) &&
	    !bind(fd, (struct sockaddr *)address, size) &&
	    !getsockname(fd, (struct sockaddr *)address, &size))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int connect_pair(void)
{
	const struct timeval patience = {.tv_sec = PATIENCE_SEC};
	const int on = 1;
	struct sockaddr_in to, from;
	int listener;

	if (receiver >= 0)
		return 0;
	listener = bound_socket(SOCK_STREAM, &to);
	sender = bound_socket(SOCK_STREAM, &from);
	if (listener >= 0 && sender >= 0 && !listen(listener, 1) &&
	    !connect(sender, (struct sockaddr *)&to, sizeof(to)) &&
	    !setsockopt(sender, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)))
		receiver = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (listener >= 0)
		close(listener);
	if (receiver >= 0)
		return setsockopt(receiver, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (sender >= 0)
		close(sender);
	sender = -1;
	return -1;
}

static int open_own(void)
{
	if (own < 0)
		own = bound_socket(SOCK_DGRAM, &own_address);
	return own < 0 ? -1 : 0;
}

int sockets_send_stream(void)
{
	char byte = 1;

	if (connect_pair() || send(sender, &byte, 1, MSG_NOSIGNAL) != 1)
		return -1;
	return recv(receiver, &byte, 1, 0) == 1 ? 0 : -1;
}

int sockets_send_datagram(void)
{
	char byte = 1;

	if (open_own() ||
	    sendto(own, &byte, 1, 0, (struct sockaddr *)&own_address, sizeof(own_address)) != 1)
		return -1;
	return recv(own, &byte, 1, 0) == 1 ? 0 : -1;
}

int sockets_join(int program, enum bpf_attach_type type)
{
	/* One socket can't have programs of both kinds. */
	int *joining = type == BPF_SK_MSG_VERDICT ? &sender : &receiver;
	uint32_t key = 0;
	int map, error;

	if (connect_pair())
		return -1;
	map = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, "sockets", sizeof(key), sizeof(int), 1, NULL);
	if (map < 0)
		return -1;
	if (!bpf_prog_attach(program, map, type, 0) &&
	    !bpf_map_update_elem(map, &key, joining, BPF_ANY))
		return map;
	error = errno;
	close(map);
	errno = error;
	return -1;
}

void sockets_part(int map)
{
	uint32_t key = 0;

	bpf_map_delete_elem(map, &key);
	close(map);
}

int sockets_select(int program)
{
	return open_own() ? -1
			  : setsockopt(own, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &program,
				       sizeof(program));
}

void sockets_unselect(void)
{
	int unused = 0;

	setsockopt(own, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, sizeof(unused));
}
