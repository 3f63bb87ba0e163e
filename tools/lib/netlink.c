/* SPDX-License-Identifier: MIT */
#include "netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int netlink_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

void netlink_append(struct netlink_request *r, const void *data, size_t bytes)
{
	memcpy((char *)r + r->header.nlmsg_len, data, bytes);
	r->header.nlmsg_len += (uint32_t)NLMSG_ALIGN(bytes);
}

struct netlink_request netlink_begin(uint16_t type, uint16_t flags, const void *header,
				     size_t bytes)
{
	struct netlink_request r = {
	    .header = {.nlmsg_len = NLMSG_HDRLEN,
		       .nlmsg_type = type,
		       .nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST | NLM_F_ACK)},
	};

	netlink_append(&r, header, bytes);
	return r;
}

struct rtattr *netlink_nest(struct netlink_request *r, uint16_t type)
{
	const struct rtattr nest = {.rta_len = RTA_LENGTH(0), .rta_type = type};
	char *at = (char *)r + r->header.nlmsg_len;

	netlink_append(r, &nest, sizeof(nest));
	return (struct rtattr *)(void *)at;
}

void netlink_end(const struct netlink_request *r, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((const char *)r + r->header.nlmsg_len - (char *)nest);
}

void netlink_put(struct netlink_request *r, uint16_t type, const void *data, size_t bytes)
{
	struct rtattr *attribute = netlink_nest(r, type);

	attribute->rta_len = (uint16_t)RTA_LENGTH(bytes);
	netlink_append(r, data, bytes);
}

void netlink_put_u32(struct netlink_request *r, uint16_t type, uint32_t value)
{
	netlink_put(r, type, &value, sizeof(value));
}

int netlink_send(int socket, const struct netlink_request *r)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	ssize_t got;

	if (send(socket, r, r->header.nlmsg_len, 0) < 0)
		return -1;
	do
		got = recv(socket, &answer, sizeof(answer), 0);
	while (got < 0 && errno == EINTR);
	if (got < (ssize_t)NLMSG_LENGTH(sizeof(answer.error))) {
		errno = got < 0 ? errno : EIO;
		return -1;
	}
	errno = -answer.error.error;
	return errno ? -1 : 0;
}
