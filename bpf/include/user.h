/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What an object and an operation in user space tell each other (bpf-run(1)). */
#ifndef USER_H
#define USER_H

#include "kernel.h"

/* With its first values, it is a section of data; and because it is not static, libbpf lets user
 * space map that. */
#define USER(number_of_entries)                                                                    \
	volatile struct {                                                                          \
		__u32 entries, unused;                                                             \
		__u64 confirmed;                                                                   \
	} user SEC(".data.user") = {number_of_entries, 0, 0}

#endif
