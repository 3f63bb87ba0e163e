/* SPDX-License-Identifier: MIT */
/*
 * A target is what is timed: a loaded program with its input, or the control's loop. Every
 * program type is called in the one way its kernel interface offers.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "packet.h"
#include "trigger.h"

struct target {
	int fd; /* of the program; -1 for the loop in user space */
	/* Types that the kernel can't run by itself are attached, and triggered. */
	const struct trigger *trigger;
	struct bpf_program *program;
	bool repeats; /* the kernel repeats it; else one call is one invocation */
	unsigned char data[PACKET_MAX_BYTES];
	uint32_t data_bytes; /* 0: the type takes no packet */
	unsigned char context[128];
	uint32_t context_bytes;
};

/** target_init - set how a program is called
 * @program_type: of the kernel (BPF_PROG_TYPE_*)
 * @packet: name of the packet, for types that take one
 * @return: NULL, or why programs of this type cannot be run */
const char *target_init(struct target *target, int fd, int program_type, const char *packet);

/** target_init_program - the same for a loaded program, which may need a trigger */
const char *target_init_program(struct target *target, struct bpf_program *program,
				const char *packet);

/** target_init_user - the loop in user space */
void target_init_user(struct target *target);

/**
 * target_invoke - invoke the target n times, one after another, on this thread
 * @result: of the last invocation, or NULL
 * @kernel_ns: the kernel's own average, a whole number of ns, 0 when it gives none; or NULL
 * @return: 0, or the error number
 */
int target_invoke(const struct target *target, uint32_t n, uint32_t *result, uint32_t *kernel_ns);

/** target_interrupt - have all invocations end with EINTR from now on; for a signal handler. What
 * the kernel repeats ends when its call does, see cpus_interrupt() */
void target_interrupt(void);

#endif
