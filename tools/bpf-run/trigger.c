/* SPDX-License-Identifier: MIT */
#include "trigger.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "explain.h"
#include "segment.h"
#include "sockets.h"

enum where { AT_TARGET, AT_CGROUP, AT_PERF_EVENT, AT_SOCKET_MAP, AT_SOCKET, AT_ROUTE };

struct action {
	int (*fire)(void); /* 0 or -1 with errno set */
	const char *calls; /* what several are called */
};

struct trigger {
	enum bpf_prog_type type;
	int attach_type; /* -1: of any */
	enum where where;
	const struct action *action;
};

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

static int fire_sendmsg(void)
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

static const struct action getppid_call = {fire_getppid, "getppid() calls"};
static const struct action open_call = {fire_open, "openings of /dev/null"};
static const struct action sysctl_read = {fire_sysctl, "readings of a sysctl"};
static const struct action socket_call = {fire_socket, "openings of a socket"};
static const struct action bind_call = {fire_bind, "bind() calls"};
static const struct action connect_call = {fire_connect, "connect() calls"};
static const struct action sendmsg_call = {fire_sendmsg, "sendto() calls"};
static const struct action getsockopt_call = {fire_getsockopt, "getsockopt() calls"};
static const struct action setsockopt_call = {fire_setsockopt, "setsockopt() calls"};
static const struct action connection = {fire_tcp_connection, "TCP connections"};
static const struct action page_fault = {fire_page_fault, "page faults"};
static const struct action stream = {sockets_send_stream, "bytes sent over TCP"};
static const struct action datagram = {sockets_send_datagram, "datagrams sent over UDP"};
static const struct action routed = {segment_send, "packets sent along the route"};

static const struct trigger triggers[] = {
    {BPF_PROG_TYPE_TRACEPOINT, -1, AT_TARGET, &getppid_call},
    {BPF_PROG_TYPE_KPROBE, -1, AT_TARGET, &getppid_call},
    {BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, AT_TARGET, &open_call},
    {BPF_PROG_TYPE_TRACING, -1, AT_TARGET, &getppid_call},
    {BPF_PROG_TYPE_LSM, BPF_LSM_MAC, AT_TARGET, &open_call},
    {BPF_PROG_TYPE_PERF_EVENT, -1, AT_PERF_EVENT, &page_fault},
    {BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, AT_SOCKET_MAP, &stream},
    {BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_VERDICT, AT_SOCKET_MAP, &stream},
    {BPF_PROG_TYPE_SK_REUSEPORT, -1, AT_SOCKET, &datagram},
    {BPF_PROG_TYPE_LWT_SEG6LOCAL, -1, AT_ROUTE, &routed},
    {BPF_PROG_TYPE_SOCK_OPS, -1, AT_CGROUP, &connection},
    {BPF_PROG_TYPE_CGROUP_DEVICE, -1, AT_CGROUP, &open_call},
    {BPF_PROG_TYPE_CGROUP_SYSCTL, -1, AT_CGROUP, &sysctl_read},
    {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, AT_CGROUP, &socket_call},
    {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE, AT_CGROUP, &socket_call},
    {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND, AT_CGROUP, &bind_call},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, AT_CGROUP, &bind_call},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, AT_CGROUP, &connect_call},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG, AT_CGROUP, &sendmsg_call},
    {BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT, AT_CGROUP, &getsockopt_call},
    {BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT, AT_CGROUP, &setsockopt_call},
};

const struct trigger *trigger_of(const struct bpf_program *program)
{
	for (size_t i = 0; i < sizeof(triggers) / sizeof(*triggers); i++)
		if (triggers[i].type == bpf_program__type(program) &&
		    (triggers[i].attach_type < 0 ||
		     triggers[i].attach_type == (int)bpf_program__expected_attach_type(program)))
			return &triggers[i];
	return NULL;
}

int trigger_fire(const struct trigger *trigger)
{
	return trigger->action->fire() ? errno : 0;
}

static struct bpf_link *attach_perf_event(struct bpf_program *program, int cpu)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_SOFTWARE,
	    .size = sizeof(attr),
	    .config = PERF_COUNT_SW_PAGE_FAULTS,
	    .sample_period = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? NULL : bpf_program__attach_perf_event(program, fd);
}

static void attach_cgroup(struct bpf_program *program, struct attached *attached)
{
	int cgroup = cgroup_enter();

	if (cgroup < 0)
		attached->lacks = errno == ENODEV ? "cgroup version 2 is not mounted"
						  : "it needs a cgroup of its own";
	else
		attached->link = bpf_program__attach_cgroup(program, cgroup);
}

static void attach_target(struct bpf_program *program, struct attached *attached)
{
	attached->link = bpf_program__attach(program);
	/* libbpf says what the kernel does not support, and not what libbpf itself can't attach. */
	if (!attached->link && errno == EOPNOTSUPP && explain_is_silent())
		attached->lacks = "its section names nothing to attach to";
}

int trigger_attach(const struct trigger *trigger, struct bpf_program *program, int cpu,
		   struct attached *attached)
{
	int fd = bpf_program__fd(program);

	*attached = (struct attached){.map = -1};
	switch (trigger->where) {
	case AT_CGROUP:
		attach_cgroup(program, attached);
		break;
	case AT_TARGET:
		attach_target(program, attached);
		break;
	case AT_PERF_EVENT:
		attached->link = attach_perf_event(program, cpu);
		break;
	case AT_SOCKET_MAP:
		attached->map = sockets_join(fd, bpf_program__expected_attach_type(program));
		break;
	case AT_SOCKET:
		attached->undo = sockets_select(fd) ? NULL : sockets_unselect;
		break;
	case AT_ROUTE:
		attached->undo = segment_route(fd) ? NULL : segment_unroute;
		break;
	}
	return attached->link || attached->map >= 0 || attached->undo ? 0 : -1;
}

void trigger_detach(struct attached *attached)
{
	bpf_link__destroy(attached->link);
	if (attached->map >= 0)
		sockets_part(attached->map);
	if (attached->undo)
		attached->undo();
}

const char *trigger_calls(const struct trigger *trigger)
{
	return trigger->action->calls;
}
