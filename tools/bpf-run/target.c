/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cpus.h"
#include "xalloc.h"

#define TRIES_MAX 100

/* Newer than the headers of Debian 12. */
#define PROG_TYPE_NETFILTER 32

/* struct bpf_sk_lookup: the test run refuses a lookup without an address family. */
#define SK_LOOKUP_BYTES 72
#define SK_LOOKUP_FAMILY_OFFSET 8

/* Arguments of a raw tracepoint or tracing program; the context of a syscall one. */
#define CONTEXT_BYTES 64
/* The one argument, NULL, of bpf_dummy_ops.test_1: the kernel compares the size. */
#define STRUCT_OPS_BYTES 8

/* A kernel's structure that a context is of; "" for bytes that mean something to the program alone.
 */
#define SKB "__sk_buff"

static const struct kind {
	int type;
	bool data, repeats;
	uint32_t context_bytes; /* that the kernel wants in any case */
	enum left left;
	const char *context; /* what can be set of it; NULL for nothing */
} kinds[] = {
    {BPF_PROG_TYPE_XDP, true, true, 0, LEFT_PACKET, "xdp_md"},
    {BPF_PROG_TYPE_SCHED_CLS, true, true, 0, LEFT_SKB, SKB},
    {BPF_PROG_TYPE_SCHED_ACT, true, true, 0, LEFT_SKB, SKB},
    {BPF_PROG_TYPE_SOCKET_FILTER, true, true, 0, LEFT_SKB_NETWORK, SKB},
    {BPF_PROG_TYPE_CGROUP_SKB, true, true, 0, LEFT_SKB_NETWORK, SKB},
    {BPF_PROG_TYPE_LWT_IN, true, true, 0, LEFT_SKB_NETWORK, SKB},
    {BPF_PROG_TYPE_LWT_OUT, true, true, 0, LEFT_SKB_NETWORK, SKB},
    {BPF_PROG_TYPE_LWT_XMIT, true, true, 0, LEFT_SKB_NETWORK, SKB},
    {BPF_PROG_TYPE_FLOW_DISSECTOR, true, true, 0, LEFT_NOTHING, NULL},
    {PROG_TYPE_NETFILTER, true, true, 0, LEFT_NOTHING, NULL},
    {BPF_PROG_TYPE_SK_LOOKUP, false, true, SK_LOOKUP_BYTES, LEFT_NOTHING, "bpf_sk_lookup"},
    {BPF_PROG_TYPE_RAW_TRACEPOINT, false, false, CONTEXT_BYTES, LEFT_NOTHING, ""},
    {BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, false, false, CONTEXT_BYTES, LEFT_NOTHING, ""},
    {BPF_PROG_TYPE_SYSCALL, false, false, CONTEXT_BYTES, LEFT_NOTHING, ""},
    {BPF_PROG_TYPE_TRACING, false, false, 0, LEFT_NOTHING, NULL},
    {BPF_PROG_TYPE_STRUCT_OPS, false, false, STRUCT_OPS_BYTES, LEFT_NOTHING, NULL},
};

static uint32_t context_bytes(const char *type)
{
	return !type			 ? 0
	       : !strcmp(type, SKB)	 ? sizeof(struct __sk_buff)
	       : !strcmp(type, "xdp_md") ? sizeof(struct xdp_md)
					 : CONTEXT_BYTES;
}

static const struct kind *kind_of(int program_type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].type == program_type)
			return &kinds[i];
	return NULL;
}

const char *target_init(struct target *target, int fd, int program_type, const char *packet)
{
	const struct kind *kind = kind_of(program_type);

	if (!kind)
		return "the kernel has no test run for this program type, and there is no trigger "
		       "for it";
	*target = (struct target){.fd = fd,
				  .called = fd,
				  .repeats = kind->repeats,
				  .context_bytes = kind->context_bytes,
				  .left = kind->left};
	if (kind->data)
		target->data_bytes = (uint32_t)packet_build(packet, target->data);
	if (kind->data && !target->data_bytes)
		return "there is no packet of that name";
	if (program_type == BPF_PROG_TYPE_SK_LOOKUP)
		target->context[SK_LOOKUP_FAMILY_OFFSET] = AF_INET;
	return NULL;
}

/* The only functions that a tracing program's test run calls. */
static bool is_test_function(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);

	return strstr(section, "/bpf_fentry_test") || strstr(section, "/bpf_modify_return_test");
}

const char *target_init_program(struct target *target, struct bpf_program *program,
				const char *packet)
{
	const struct trigger *trigger = trigger_of(program);

	if (!trigger || is_test_function(program))
		return target_init(target, bpf_program__fd(program),
				   (int)bpf_program__type(program), packet);
	target_trigger(target, program, trigger);
	return NULL;
}

void target_trigger(struct target *target, struct bpf_program *program,
		    const struct trigger *trigger)
{
	*target =
	    (struct target){.fd = bpf_program__fd(program), .trigger = trigger, .program = program};
}

const char *target_trace(struct target *target, const struct traced *traced, enum traced_copy copy,
			 const char *packet)
{
	const struct target attached = *target;
	const char *wrong = target_init(target, traced->fd[copy], (int)traced->type, packet);

	target->fd = attached.fd;
	target->trigger = attached.trigger;
	target->program = attached.program;
	target->left = LEFT_NOTHING;
	return wrong;
}

char *target_set_packet(struct target *target, const struct setup *setup)
{
	unsigned char bytes[PACKET_MAX_BYTES];
	size_t n;
	char *wrong = setup_packet(setup, "packet", bytes, &n);

	/* Programs that get no packet have no use for this one either. */
	if (wrong || !n || !target->data_bytes)
		return wrong;
	memcpy(target->data, bytes, n);
	target->data_bytes = (uint32_t)n;
	return NULL;
}

char *target_set_context(struct target *target, int program_type, const struct setup *setup)
{
	const struct kind *kind = kind_of(program_type);
	const char *type = kind && !target->trigger ? kind->context : NULL;
	size_t before = target->context_bytes;
	char *wrong;

	if (!setup_has(setup, "context"))
		return NULL;
	if (!before)
		target->context_bytes = context_bytes(type);
	wrong = setup_context(setup, type, target->context, target->context_bytes);
	/* The kernel wants to be told again how long the packet is. */
	if (program_type == BPF_PROG_TYPE_XDP)
		((struct xdp_md *)target->context)->data_end = target->data_bytes;
	return wrong;
}

const char *target_refresh(struct target *target)
{
	if (!target->data_bytes)
		return "fresh_packet is for programs that get a packet";
	target->repeats = false;
	target->fresh = true;
	return NULL;
}

int target_init_empty(struct target *target, const struct target *like,
		      const struct bpf_program *program)
{
	static const struct bpf_insn nothing[] = {
	    {.code = BPF_ALU64 | BPF_MOV | BPF_K}, /* r0 = 0 */
	    {.code = BPF_JMP | BPF_EXIT},
	};
	struct bpf_prog_load_opts opts = {
	    .sz = sizeof(opts),
	    .expected_attach_type = bpf_program__expected_attach_type(program),
	};

	*target = *like;
	target->fd = bpf_prog_load(bpf_program__type(program), "empty", "GPL", nothing, 2, &opts);
	target->called = target->fd;
	return target->fd < 0 ? -1 : 0;
}

void target_init_user(struct target *target, struct user_target *user)
{
	*target = (struct target){.user = user};
}

/* @left: where the packet goes, or NULL */
static int test_run(const struct target *target, uint32_t repeat, struct target_left *left,
		    struct bpf_test_run_opts *opts)
{
	int error;

	*opts = (struct bpf_test_run_opts){
	    .sz = sizeof(*opts),
	    .repeat = target->repeats ? (int)repeat : 0,
	    .data_in = target->data_bytes ? target->data : NULL,
	    .data_size_in = target->data_bytes,
	    .ctx_in = target->context_bytes ? target->context : NULL,
	    .ctx_size_in = target->context_bytes,
	    .data_out = left ? left->data : NULL,
	    .data_size_out = left ? left->room : 0,
	};
	if (left && target->left > LEFT_PACKET) {
		opts->ctx_out = &left->context;
		opts->ctx_size_out = sizeof(left->context);
	}
	error = bpf_prog_test_run_opts(target->called, opts) ? errno : 0;
	if (left)
		left->bytes = opts->data_size_out;
	return error;
}

bool target_is_fired(const struct target *target)
{
	return target->trigger && !target->called;
}

/* One call is one invocation. */
static int call_each(const struct target *target, uint32_t n, struct bpf_test_run_opts *opts)
{
	int error = 0;

	for (uint32_t i = 0; i < n && !error; i++)
		error = interrupted		  ? EINTR
			: target_is_fired(target) ? trigger_fire(target->trigger)
						  : test_run(target, 0, NULL, opts);
	return error;
}

int target_invoke(const struct target *target, uint32_t n, uint32_t *result, uint32_t *kernel_ns)
{
	struct bpf_test_run_opts opts = {0};
	int error;

	if (target->user)
		error = user_target_run(target->user, n);
	else if (target->repeats)
		error = test_run(target, n, NULL, &opts);
	else
		error = call_each(target, n, &opts);
	if (result)
		*result = opts.retval;
	if (kernel_ns)
		*kernel_ns = target->repeats ? opts.duration : 0; /* of the last alone */
	return error;
}

int target_invoke_left(const struct target *target, uint32_t n, uint32_t *result,
		       struct target_left *left)
{
	struct bpf_test_run_opts opts;
	int error = test_run(target, n, left, &opts);

	*result = opts.retval;
	return error;
}

bool target_again(int error, unsigned int *tries)
{
	return error == EINTR && !interrupted && ++*tries < TRIES_MAX;
}

uint64_t target_counted(const struct target *target)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	if (target->user || bpf_obj_get_info_by_fd(target->fd, &info, &size))
		return 0;
	return info.run_cnt;
}

const char *target_error(const struct target *target, int error)
{
	if (target->user && error == USER_WRONG)
		return "what came out is not what was there";
	return target->trigger && error == TRIGGER_FAILED ? trigger_failure(target->trigger)
							  : strerror(error);
}
