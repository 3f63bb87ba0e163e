/* SPDX-License-Identifier: MIT */
/* Sockets over the loopback of the network namespace that the thread is in. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/**
 * loopback_socket - an IPv4 socket bound to a free port
 * @type: SOCK_STREAM or SOCK_DGRAM
 * @shared: whether others may share the port, and programs select who gets a datagram
 * @address: written
 * @return: the socket, or -1 with errno set
 */
int loopback_socket(int type, bool shared, struct sockaddr_in *address);

/** loopback_pair - two ends of a TCP connection, the first of which has asked for it; 0, or -1 with
 * errno set */
int loopback_pair(int pair[2]);

/* Sockets of one test, by name: what a pair sends by and receives at, what listens for TCP
 * connections, and one of UDP. Zeroed none is open. */
enum loopback_name {
	LOOPBACK_SENDER,
	LOOPBACK_RECEIVER,
	LOOPBACK_LISTENER,
	LOOPBACK_UDP,
	LOOPBACK_NAMES
};

struct loopback_sockets {
	int fd[LOOPBACK_NAMES];
	bool has[LOOPBACK_NAMES];
};

/** loopback_find - the socket of a name, which is opened when it is first wanted
 * @return: it, or -1 with errno set: EINVAL for no such name */
int loopback_find(struct loopback_sockets *sockets, const char *name);
void loopback_close(struct loopback_sockets *sockets);
