/* SPDX-License-Identifier: MIT */
/*
 * Trigger of programs of type lwt_seg6local, which a route calls for packets that carry a list of
 * segments: in a network namespace of the thread's own, a datagram over the loopback whose first
 * segment is an address that the route is for. Without a program the route only passes it on to the
 * next segment, where there is none.
 */
#pragma once

/** segment_send - send one; 0 or -1 with errno set */
int segment_send(void);

/** segment_route - let the route call a program; 0 or -1 with errno set */
int segment_route(int program);
void segment_unroute(void);
