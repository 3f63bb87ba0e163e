/* SPDX-License-Identifier: MIT */
/* What is timed: a loaded program with its input, or an operation in user space. */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "packet.h"
#include "setup.h"
#include "traced.h"
#include "trigger.h"
#include "user_target.h"

/* What a test run gives back: nothing; the packet; struct __sk_buff too; of the packet only what is
 * behind the Ethernet header, as the kernel pulls that before the program runs, and writes zeros
 * there after it. */
enum left { LEFT_NOTHING, LEFT_PACKET, LEFT_SKB, LEFT_SKB_NETWORK };

struct target {
	int fd;			  /* of the program */
	int called;		  /* what a test run runs: that one, or one it is attached to */
	struct user_target *user; /* an operation in user space instead, or NULL */
	const struct trigger *trigger; /* of a type that the kernel can't run by itself, or NULL */
	struct bpf_program *program;   /* to be attached then */
	const struct network *network; /* where it is called; NULL for where the tool was started */
	bool repeats;		       /* the kernel repeats it; else a call is an invocation */
	enum left left;
	bool fresh; /* each run gets the packet as it is, so that nobody minds what is left */
	unsigned char data[PACKET_MAX_BYTES];
	uint32_t data_bytes; /* 0: the type takes no packet */
	_Alignas(8) unsigned char context[256];
	uint32_t context_bytes;
};

/** target_init - set how a program of a type (BPF_PROG_TYPE_*) is called
 * @packet: name of the packet, for types that take one
 * @return: NULL, or why programs of this type cannot be run */
const char *target_init(struct target *target, int fd, int program_type, const char *packet);

/** target_init_program - the same for a loaded program, which may need a trigger */
const char *target_init_program(struct target *target, struct bpf_program *program,
				const char *packet);

/** target_trigger - have a program be attached and triggered so; the trigger outlives the target */
void target_trigger(struct target *target, struct bpf_program *program,
		    const struct trigger *trigger);

/** target_trace - have the test run of a copy of what its program is attached to be the trigger
 * @packet: as target_init() has it
 * @return: NULL, or why that one can't be run */
const char *target_trace(struct target *target, const struct traced *traced, enum traced_copy copy,
			 const char *packet);

/** target_set_packet, target_set_context - what the test sets of them, where it does
 * @program_type: of the target's program
 * @return: NULL, or what is wrong, which the caller frees */
char *target_set_packet(struct target *target, const struct setup *setup);
char *target_set_context(struct target *target, int program_type, const struct setup *setup);

/** target_refresh - have each run get the packet as it is, by a test run of its own
 * @return: NULL, or why that cannot be */
const char *target_refresh(struct target *target);

/** target_init_empty - a program of the same type, called in the same way, that does nothing
 * @like, @program: the target that it goes beside, and its program
 * @return: 0, and target->fd is to be closed; or -1 with errno set */
int target_init_empty(struct target *target, const struct target *like,
		      const struct bpf_program *program);

/** target_init_user - an operation in user space, which stays the caller's */
void target_init_user(struct target *target, struct user_target *user);

/** target_invoke - invoke the target n times, one after another, on this thread
 * @result: of the last invocation, or NULL
 * @kernel_ns: the kernel's own average, a whole number of ns, 0 for none; or NULL
 * @return: 0, or the error number */
int target_invoke(const struct target *target, uint32_t n, uint32_t *result, uint32_t *kernel_ns);

/* The packet as the last invocation has left it. */
struct target_left {
	unsigned char *data;
	uint32_t room, bytes; /* of data; what was written, or would have been if there were room */
	struct __sk_buff context; /* from LEFT_SKB on; it began as the target's */
};

/** target_invoke_left - target_invoke() of a target with something left, whose packet is wanted
 * back */
int target_invoke_left(const struct target *target, uint32_t n, uint32_t *result,
		       struct target_left *left);

/** target_again - whether an invocation is to be made again: a signal that ends no run has ended
 * it, as when the process is stopped and goes on, or a debugger comes
 * @tries: begins as 0; not without end, where signals come faster than an invocation is done */
bool target_again(int error, unsigned int *tries);

/** target_is_fired - whether an invocation is one of a trigger, not a test run */
bool target_is_fired(const struct target *target);

/** target_counted - runs of its program that the kernel has counted, which it does while it times
 * them */
uint64_t target_counted(const struct target *target);

/** target_error - what an error number of target_invoke() means */
const char *target_error(const struct target *target, int error);
