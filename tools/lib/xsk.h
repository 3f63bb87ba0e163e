/* SPDX-License-Identifier: MIT */
#pragma once

/** xsk_open - a socket of family AF_XDP, of no device, as a map of such sockets takes it
 * @return: its descriptor, or -1 with errno set */
int xsk_open(void);
