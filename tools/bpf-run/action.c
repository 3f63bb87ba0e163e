/* SPDX-License-Identifier: MIT */
#include "action.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "partner.h"
#include "segment.h"
#include "sockets.h"

#define DISCARD_PORT 9

/* A UDP socket that every thread keeps: closed with the process. */
static int udp_socket(void)
{
	static _Thread_local int fd = -1;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd;
}

static struct sockaddr_in loopback(in_port_t port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int fire_getppid(void)
{
	return syscall(SYS_getppid) < 0 ? -1 : 0;
}

/* Close what is open; the result, with its errno. */
static int close_after(int fd, int result)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return fd < 0 || result < 0 ? -1 : 0;
}

static int fire_open(void)
{
	return close_after(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
}

static int fire_sysctl(void)
{
	char text[16];
	int fd = open("/proc/sys/kernel/ostype", O_RDONLY | O_CLOEXEC);

	return close_after(fd, fd < 0 ? -1 : (int)read(fd, text, sizeof(text)));
}

static int fire_socket(void)
{
	return close_after(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 0);
}

static int fire_bind(void)
{
	struct sockaddr_in to = loopback(0);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return close_after(fd, fd < 0 ? -1 : bind(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int fire_connect(void)
{
	struct sockaddr_in to = loopback(DISCARD_PORT);

	return connect(udp_socket(), (struct sockaddr *)&to, sizeof(to));
}

static int fire_sendto(void)
{
	struct sockaddr_in to = loopback(DISCARD_PORT);

	/* Nobody listens there: the refusal of the datagram before may come back here. */
	return sendto(udp_socket(), "", 0, 0, (struct sockaddr *)&to, sizeof(to)) < 0 &&
		       errno != ECONNREFUSED
		   ? -1
		   : 0;
}

static int fire_getsockopt(void)
{
	int value;
	socklen_t size = sizeof(value);

	return getsockopt(udp_socket(), SOL_SOCKET, SO_RCVBUF, &value, &size);
}

static int fire_setsockopt(void)
{
	int value = 1;

	return setsockopt(udp_socket(), SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value));
}

static int fire_tcp_connection(void)
{
	static _Thread_local int listener = -1;
	static _Thread_local struct sockaddr_in to;
	socklen_t size = sizeof(to);
	struct linger reset = {.l_onoff = 1}; /* no TIME_WAIT: ports would run out */
	int client, server = -1, result = -1;

	if (listener < 0) {
		to = loopback(0);
		listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (bind(listener, (struct sockaddr *)&to, sizeof(to)) || listen(listener, 1) ||
		    getsockname(listener, (struct sockaddr *)&to, &size))
			return -1;
	}
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client >= 0 && !connect(client, (struct sockaddr *)&to, sizeof(to)))
		server = accept(listener, NULL, NULL);
	if (server >= 0)
		result = setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (client >= 0)
		close(client);
	if (server >= 0)
		close(server);
	return result;
}

static int fire_page_fault(void)
{
	static _Thread_local char *page;

	if (!page) {
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED) {
			page = NULL;
			return -1;
		}
	}
	*(volatile char *)page = 1;
	return madvise(page, 4096, MADV_DONTNEED);
}

/* A partner that every thread keeps. */
static int fire_switch(void)
{
	static _Thread_local struct partner *partner;

	if (!partner && (errno = partner_start(&partner)))
		return -1;
	errno = partner_turn(partner);
	return errno ? -1 : 0;
}

const struct action action_named[TRIGGER_COMMAND] = {
    [TRIGGER_GETPPID] = {fire_getppid, "getppid() calls"},
    [TRIGGER_OPEN] = {fire_open, "openings of /dev/null"},
    [TRIGGER_SYSCTL] = {fire_sysctl, "readings of a sysctl"},
    [TRIGGER_SOCKET] = {fire_socket, "openings of a socket"},
    [TRIGGER_BIND] = {fire_bind, "bind() calls"},
    [TRIGGER_CONNECT] = {fire_connect, "connect() calls"},
    [TRIGGER_SENDTO] = {fire_sendto, "sendto() calls"},
    [TRIGGER_GETSOCKOPT] = {fire_getsockopt, "getsockopt() calls"},
    [TRIGGER_SETSOCKOPT] = {fire_setsockopt, "setsockopt() calls"},
    [TRIGGER_TCP_CONNECTION] = {fire_tcp_connection, "TCP connections"},
    [TRIGGER_PAGE_FAULT] = {fire_page_fault, "page faults"},
    [TRIGGER_SWITCH] = {fire_switch, "switches to another thread and back"},
};

const struct action action_stream = {sockets_send_stream, "bytes sent over TCP"};
const struct action action_datagram = {sockets_send_datagram, "datagrams sent over UDP"};
const struct action action_routed = {segment_send, "packets sent along the route"};
