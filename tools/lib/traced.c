/* SPDX-License-Identifier: MIT */
#include "traced.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explain.h"
#include "own_maps.h"
#include "program.h"
#include "text.h"
#include "xalloc.h"

/* Types that the kernel runs by itself, and what it wants a program's context to be called. */
static const struct {
	enum bpf_prog_type type;
	const char *context;
} kinds[] = {
    {BPF_PROG_TYPE_XDP, "xdp_md"},	     {BPF_PROG_TYPE_SCHED_CLS, "__sk_buff"},
    {BPF_PROG_TYPE_SCHED_ACT, "__sk_buff"},  {BPF_PROG_TYPE_SOCKET_FILTER, "__sk_buff"},
    {BPF_PROG_TYPE_CGROUP_SKB, "__sk_buff"}, {BPF_PROG_TYPE_LWT_IN, "__sk_buff"},
    {BPF_PROG_TYPE_LWT_OUT, "__sk_buff"},    {BPF_PROG_TYPE_LWT_XMIT, "__sk_buff"},
};

const char *traced_name(const char *target)
{
	size_t n = strlen(TRACED_PREFIX);

	return target && !strncmp(target, TRACED_PREFIX, n) ? target + n : NULL;
}

static const char *context_of(int type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if ((int)kinds[i].type == type)
			return kinds[i].context;
	return NULL;
}

/* What the verifier must know of a function that others are attached to: int empty(CONTEXT *). */
static struct btf *describe(const char *context, struct bpf_func_info *function)
{
	struct btf *btf = btf__new_empty();
	int integer = btf__add_int(btf, "int", sizeof(int), BTF_INT_SIGNED);
	int pointer = btf__add_ptr(btf, btf__add_struct(btf, context, 0));
	int prototype = btf__add_func_proto(btf, integer);

	if (!btf__add_func_param(btf, "context", pointer))
		function->type_id =
		    (uint32_t)btf__add_func(btf, "empty", BTF_FUNC_STATIC, prototype);
	return btf;
}

static char *load_empty(struct traced *traced, enum traced_copy copy)
{
	static const struct bpf_insn nothing[] = {
	    {.code = BPF_ALU64 | BPF_MOV | BPF_K}, /* r0 = 0 */
	    {.code = BPF_JMP | BPF_EXIT},
	};
	struct bpf_func_info function = {0};
	struct btf *btf = describe(context_of((int)traced->type), &function);

	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	if (btf && !btf__load_into_kernel(btf)) {
		opts.prog_btf_fd = (uint32_t)btf__fd(btf);
		opts.func_info = &function;
		opts.func_info_cnt = 1;
		opts.func_info_rec_size = sizeof(function);
		traced->fd[copy] = bpf_prog_load(traced->type, "empty", "GPL", nothing, 2, &opts);
	}
	btf__free(btf);
	return traced->fd[copy] < 0 ? xstrdup(strerror(errno)) : NULL;
}

/* The object once more, of which only this program is loaded, and what its maps hold. */
static char *load_program(struct setup *setup, const char *path, enum traced_copy copy)
{
	struct traced *traced = setup->traced;
	struct bpf_object *object = bpf_object__open(path);
	struct bpf_program *program;
	char *wrong;

	traced->object[copy] = object;
	if (!object)
		return xstrdup(explain_said(errno));
	free(own_maps_unpin(object));
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program,
					  !strcmp(bpf_program__name(program), traced->name));
	wrong = setup_before_load(setup, object);
	free(own_maps_size(object));
	if (wrong)
		return wrong;
	explain_forget();
	if (bpf_object__load(object))
		return xstrdup(explain_said(errno));
	program = bpf_object__find_program_by_name(object, traced->name);
	traced->fd[copy] = bpf_program__fd(program);
	traced->type = bpf_program__type(program);
	return setup_fill_maps(setup, object);
}

char *traced_load(struct setup *setup, const struct bpf_object *object, const char *path,
		  const char *name)
{
	bool is_program = bpf_object__find_program_by_name(object, name);
	enum bpf_attach_type attach_type;
	int type = is_program ? 0 : program_type_by_name(name, &attach_type);
	char *wrong = NULL;

	if (setup->traced)
		return strcmp(setup->traced->name, name)
			   ? xasprintf("a test attaches to one program, and '%s' is another",
				       setup->traced->name)
			   : NULL;
	if (!is_program && !context_of(type))
		return xstrdup("it is neither a program of the object nor a type of those that get "
			       "packets, such as xdp or tc");
	setup->traced = xmalloc(sizeof(*setup->traced));
	*setup->traced = (struct traced){.name = xstrdup(name), .type = type, .fd = {-1, -1}};
	for (enum traced_copy copy = TRACED; copy < TRACED_COPIES && !wrong; copy++)
		wrong =
		    is_program ? load_program(setup, path, copy) : load_empty(setup->traced, copy);
	return wrong;
}

void traced_free(struct traced *traced)
{
	if (!traced)
		return;
	for (enum traced_copy copy = TRACED; copy < TRACED_COPIES; copy++) {
		if (!traced->object[copy] && traced->fd[copy] >= 0)
			close(traced->fd[copy]);
		bpf_object__close(traced->object[copy]);
	}
	free(traced->name);
	free(traced);
}
