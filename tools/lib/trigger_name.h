/* SPDX-License-Identifier: MIT */
/*
 * What a test can name as its trigger: something that bpf-run does itself, which bpf-run(1) lists,
 * or a command.
 */
#pragma once

#define TRIGGER_NAMES(X)                                                                           \
	X(TRIGGER_GETPPID, "getppid")                                                              \
	X(TRIGGER_OPEN, "open")                                                                    \
	X(TRIGGER_SYSCTL, "sysctl")                                                                \
	X(TRIGGER_SOCKET, "socket")                                                                \
	X(TRIGGER_BIND, "bind")                                                                    \
	X(TRIGGER_CONNECT, "connect")                                                              \
	X(TRIGGER_SENDTO, "sendto")                                                                \
	X(TRIGGER_GETSOCKOPT, "getsockopt")                                                        \
	X(TRIGGER_SETSOCKOPT, "setsockopt")                                                        \
	X(TRIGGER_TCP_CONNECTION, "tcp_connection")                                                \
	X(TRIGGER_PAGE_FAULT, "page_fault")                                                        \
	X(TRIGGER_SWITCH, "switch")

#define TRIGGER_ENUM(action, name) action,
enum trigger_name { TRIGGER_NAMES(TRIGGER_ENUM) TRIGGER_COMMAND, TRIGGER_UNKNOWN };

/** trigger_find - what a text names; TRIGGER_COMMAND for several words, or one with a '/' in it */
enum trigger_name trigger_find(const char *text);
