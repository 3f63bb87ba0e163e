/* SPDX-License-Identifier: MIT */
/*
 * Triggers of programs that attach to sockets: a thread's own pair of connected TCP sockets, and
 * its own UDP socket, over the loopback. They are made when first needed and closed with the
 * process.
 */
#pragma once

#include <bpf/bpf.h>

/** sockets_send_stream, sockets_send_datagram - a byte there, and taken; 0 or -1 with errno set */
int sockets_send_stream(void);
int sockets_send_datagram(void);

/**
 * sockets_join - put the TCP sockets in use into a map of sockets, with a program that judges what
 * they send (BPF_SK_MSG_VERDICT) or receive (BPF_SK_SKB_STREAM_VERDICT)
 * @return: the map, for sockets_part(); or -1 with errno set
 */
int sockets_join(int program, enum bpf_attach_type type);
void sockets_part(int map);

/** sockets_use - have this thread send over another pair from now on; NULL: over its own */
void sockets_use(const int *pair);

/** sockets_select - let a program select whose datagram it is; 0 or -1 with errno set */
int sockets_select(int program);
void sockets_unselect(void);
