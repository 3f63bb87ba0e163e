/* SPDX-License-Identifier: MIT */
#include "sockets.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loopback.h"

static _Thread_local int pair[2] = {-1, -1}; /* TCP: what sends, and what receives */
static _Thread_local const int *used;	     /* NULL: that one */
static _Thread_local int own = -1;	     /* UDP, bound */
static _Thread_local struct sockaddr_in own_address;

static int connect_pair(void)
{
	return pair[0] < 0 ? loopback_pair(pair) : 0;
}

static int open_own(void)
{
	if (own < 0)
		own = loopback_socket(SOCK_DGRAM, true, &own_address);
	return own < 0 ? -1 : 0;
}

int sockets_send_stream(void)
{
	const int *over = used ? used : pair;
	char byte = 1;

	if ((!used && connect_pair()) || send(over[0], &byte, 1, MSG_NOSIGNAL) != 1)
		return -1;
	return recv(over[1], &byte, 1, 0) == 1 ? 0 : -1;
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
	const int *joining = &(used ? used : pair)[type != BPF_SK_MSG_VERDICT];
	uint32_t key = 0;
	int map, error;

	if (!used && connect_pair())
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

void sockets_use(const int *other)
{
	used = other;
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
