/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ipv6.h>
#include <linux/lwtunnel.h>
#include <linux/seg6.h>
#include <linux/seg6_local.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"
#include "netns.h"

#define DISCARD_PORT 9
#define SEGMENTS 2
/* Private addresses (RFC 4193): the one that the packet passes, and the next. */
#define FIRST_SEGMENT "fd62:7066:7275:6e::1"
#define LAST_SEGMENT "fd62:7066:7275:6e::2"

/* A thread's sockets in its namespace, which lives as long as they do. */
static _Thread_local int sender = -1, netlink = -1;

/* Route packets for the first segment on to the next one, through @program unless that is -1. The
 * route is local: the kernel takes no other routes to the loopback. */
static int set_route(int program)
{
	static const char name[] = "bpf-run";
	const uint16_t type = LWTUNNEL_ENCAP_SEG6_LOCAL;
	const struct rtmsg route = {
	    .rtm_family = AF_INET6,
	    .rtm_dst_len = 128,
	    .rtm_table = RT_TABLE_MAIN,
	    .rtm_protocol = RTPROT_STATIC,
	    .rtm_type = RTN_LOCAL,
	};
	struct netlink_request r =
	    netlink_begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &route, sizeof(route));
	struct rtattr *encapsulation, *bpf;
	struct in6_addr first;

	inet_pton(AF_INET6, FIRST_SEGMENT, &first);
	netlink_put(&r, RTA_DST, &first, sizeof(first));
	netlink_put_u32(&r, RTA_OIF, NETNS_LOOPBACK);
	netlink_put(&r, RTA_ENCAP_TYPE, &type, sizeof(type));
	encapsulation = netlink_nest(&r, RTA_ENCAP | NLA_F_NESTED);
	netlink_put_u32(&r, SEG6_LOCAL_ACTION,
			program < 0 ? SEG6_LOCAL_ACTION_END : SEG6_LOCAL_ACTION_END_BPF);
	if (program >= 0) {
		bpf = netlink_nest(&r, SEG6_LOCAL_BPF | NLA_F_NESTED);
		netlink_put_u32(&r, SEG6_LOCAL_BPF_PROG, (uint32_t)program);
		netlink_put(&r, SEG6_LOCAL_BPF_PROG_NAME, name, sizeof(name));
		netlink_end(&r, bpf);
	}
	netlink_end(&r, encapsulation);
	return netlink_send(netlink, &r);
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

	netlink = netlink_open();
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
