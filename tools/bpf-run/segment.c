/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ipv6.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/seg6.h>
#include <linux/seg6_local.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns.h"

#define DISCARD_PORT 9
#define SEGMENTS 2
/* Private addresses (RFC 4193): the one that the packet passes, and the next. */
#define FIRST_SEGMENT "fd62:7066:7275:6e::1"
#define LAST_SEGMENT "fd62:7066:7275:6e::2"

/* A thread's sockets in its namespace, which lives as long as they do. */
static _Thread_local int sender = -1, netlink = -1;

struct request {
	struct nlmsghdr header;
	struct rtmsg route;
	char attributes[256];
};

static struct rtattr *add(struct request *r, unsigned short type, const void *data, size_t bytes)
{
	struct rtattr *a = (struct rtattr *)(void *)((char *)r + NLMSG_ALIGN(r->header.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(bytes);
	if (bytes)
		memcpy(RTA_DATA(a), data, bytes);
	r->header.nlmsg_len = NLMSG_ALIGN(r->header.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

/* All attributes added since are in it. */
static void end_nest(const struct request *r, struct rtattr *nest)
{
	nest->rta_len = (unsigned short)((const char *)r + r->header.nlmsg_len - (char *)nest);
}

static int talk(const struct request *r)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;

	if (send(netlink, r, r->header.nlmsg_len, 0) < 0 ||
	    recv(netlink, &answer, sizeof(answer), 0) < (ssize_t)NLMSG_LENGTH(sizeof(answer.error)))
		return -1;
	errno = -answer.error.error;
	return errno ? -1 : 0;
}

/* Route packets for the first segment on to the next one, through @program unless that is -1. The
 * route is local: the kernel takes no other routes to the loopback. */
static int set_route(int program)
{
	static const char name[] = "bpf-run";
	const uint32_t loopback = NETNS_LOOPBACK, fd = (uint32_t)program,
		       action = program < 0 ? SEG6_LOCAL_ACTION_END : SEG6_LOCAL_ACTION_END_BPF;
	const uint16_t type = LWTUNNEL_ENCAP_SEG6_LOCAL;
	struct request r = {
	    .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
		       .nlmsg_type = RTM_NEWROUTE,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE},
	    .route = {.rtm_family = AF_INET6,
		      .rtm_dst_len = 128,
		      .rtm_table = RT_TABLE_MAIN,
		      .rtm_protocol = RTPROT_STATIC,
		      .rtm_type = RTN_LOCAL},
	};
	struct rtattr *encapsulation, *bpf;
	struct in6_addr first;

	inet_pton(AF_INET6, FIRST_SEGMENT, &first);
	add(&r, RTA_DST, &first, sizeof(first));
	add(&r, RTA_OIF, &loopback, sizeof(loopback));
	add(&r, RTA_ENCAP_TYPE, &type, sizeof(type));
	encapsulation = add(&r, RTA_ENCAP | NLA_F_NESTED, NULL, 0);
	add(&r, SEG6_LOCAL_ACTION, &action, sizeof(action));
	if (program >= 0) {
		bpf = add(&r, SEG6_LOCAL_BPF | NLA_F_NESTED, NULL, 0);
		add(&r, SEG6_LOCAL_BPF_PROG, &fd, sizeof(fd));
		add(&r, SEG6_LOCAL_BPF_PROG_NAME, name, sizeof(name));
		end_nest(&r, bpf);
	}
	end_nest(&r, encapsulation);
	return talk(&r);
}

/* The list of segments is written from the last to the first. */
static int list_segments(int fd)
{
	struct ipv6_sr_hdr header = {.hdrlen = 2 * SEGMENTS,
				     .type = IPV6_SRCRT_TYPE_4,
				     .segments_left = SEGMENTS - 1,
				     .first_segment = SEGMENTS - 1};
	unsigned char list[sizeof(header) + SEGMENTS * sizeof(struct in6_addr)];

	memcpy(list, &header, sizeof(header));
	inet_pton(AF_INET6, LAST_SEGMENT, list + sizeof(header));
	inet_pton(AF_INET6, FIRST_SEGMENT, list + sizeof(header) + sizeof(struct in6_addr));
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RTHDR, list, sizeof(list));
}

static int open_in_namespace(void)
{
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	sender = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (netlink < 0 || sender < 0 || ioctl(sender, SIOCSIFFLAGS, &loopback))
		return -1;
	return list_segments(sender) || set_route(-1) ? -1 : 0;
}

static int open_sockets(void)
{
	int namespace = -1, home, result, error;

	if (sender >= 0)
		return 0;
	home = netns_enter(&namespace);
	if (home < 0)
		return -1;
	result = open_in_namespace();
	netns_leave(home);
	error = errno;
	close(namespace);
	if (result) {
		close(netlink);
		close(sender);
		netlink = sender = -1;
	}
	errno = error;
	return result;
}

int segment_send(void)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(DISCARD_PORT)};

	if (open_sockets())
		return -1;
	inet_pton(AF_INET6, LAST_SEGMENT, &to.sin6_addr);
	return sendto(sender, "", 0, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? -1 : 0;
}

int segment_route(int program)
{
	return open_sockets() ? -1 : set_route(program);
}

void segment_unroute(void)
{
	set_route(-1);
}
