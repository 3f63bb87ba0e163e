/* SPDX-License-Identifier: MIT */
/* Requests to the kernel's networking (rtnetlink). The libraries for it are in no distribution as
 * static ones, or bring a resolver along; the tools for a VM are static. */
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

/* A request has a header of its type and attributes, far fewer than there is room for. */
struct netlink_request {
	struct nlmsghdr header;
	char rest[1024];
};

/** netlink_open - a socket of the network namespace that this thread is in
 * @return: its descriptor, or -1 with errno set */
int netlink_open(void);

/** netlink_begin - a request without attributes
 * @flags: NLM_F_* besides those that each request has */
struct netlink_request netlink_begin(uint16_t type, uint16_t flags, const void *header,
				     size_t bytes);

/** netlink_put, netlink_put_u32 - add an attribute */
void netlink_put(struct netlink_request *r, uint16_t type, const void *data, size_t bytes);
void netlink_put_u32(struct netlink_request *r, uint16_t type, uint32_t value);

/** netlink_nest - add an attribute that has those in it which are added until netlink_end() */
struct rtattr *netlink_nest(struct netlink_request *r, uint16_t type);
void netlink_end(const struct netlink_request *r, struct rtattr *nest);

/** netlink_append - add bytes that are no attribute, to a nest that begins with a header */
void netlink_append(struct netlink_request *r, const void *data, size_t bytes);

/** netlink_send - send a request, and wait for the answer; 0 or -1 with errno set */
int netlink_send(int socket, const struct netlink_request *r);
