/* SPDX-License-Identifier: MIT */
/*
 * A network namespace for one test, with what its setup (setup.h) says:
 *
 *	{"devices": {"NAME": INDEX, …}, "addresses": {"ADDRESS/LENGTH": "DEVICE", …},
 *	 "routes": {"ADDRESS/LENGTH": "DEVICE or GATEWAY", …}, "neighbours": {"ADDRESS": "MAC", …}}
 *
 * Each device is an end of a veth pair, and up; the other end is in a second namespace, so that no
 * name and no index is taken besides those that the test gives. Packets are forwarded. All goes
 * with the namespace.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct network;

/** network_check - NULL, or what is wrong with such an object, which the caller frees */
char *network_check(const json_t *json);

/** network_make - make the namespace
 * @network: written, for network_free(); NULL when something is wrong
 * @lacks: set where that is for want of something in this kernel, or of privilege
 * @return: NULL, or what is wrong, which the caller frees */
char *network_make(const json_t *json, struct network **network, bool *lacks);
void network_free(struct network *network);

/** network_enter - move this thread there; exits with status 2 when that fails
 * @return: for netns_leave() */
int network_enter(const struct network *network);
