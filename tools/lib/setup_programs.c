/* SPDX-License-Identifier: MIT */
#include "setup_programs.h"

#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "traced.h"
#include "trigger_name.h"
#include "xalloc.h"

const json_t *setup_trigger(const struct setup *setup)
{
	return json_object_get(setup->root, "trigger");
}

bool setup_is_trigger(const json_t *trigger)
{
	const char *text = json_string_value(trigger);

	if (text)
		return trigger_find(text) != TRIGGER_UNKNOWN;
	for (size_t i = 0; i < json_array_size(trigger); i++)
		if (!json_is_string(json_array_get(trigger, i)))
			return false;
	return json_string_length(json_array_get(trigger, 0));
}

const char *setup_target(const struct setup *setup, const char *program)
{
	return json_string_value(json_object_get(json_object_get(setup->root, "attach"), program));
}

bool setup_is_with_all(const struct setup *setup)
{
	const char *with = json_string_value(json_object_get(setup->root, "with"));

	return with && !strcmp(with, "all");
}

bool setup_is_with(const struct setup *setup, const char *program)
{
	const json_t *with = json_object_get(setup->root, "with"), *name;
	size_t i;

	json_array_foreach(with, i, name)
		if (json_is_string(name) && !strcmp(json_string_value(name), program))
			return true;
	return setup_is_with_all(setup);
}

/* Whether the kernel has what a program of its type and kind is attached to. */
static bool is_target(const struct btf *kernel, const struct bpf_program *program,
		      const char *target)
{
	bool is_event = bpf_program__expected_attach_type(program) == BPF_TRACE_RAW_TP;
	bool is_hook = bpf_program__type(program) == BPF_PROG_TYPE_LSM;
	char *name = xasprintf("%s%s", is_event ? "btf_trace_" : is_hook ? "bpf_lsm_" : "", target);
	int id = btf__find_by_name_kind(kernel, name, is_event ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC);

	free(name);
	return id > 0;
}

/* What the verifier must know when it loads the program; other targets are for attaching.
 * libbpf 1.1 never frees the kernel's BTF when it does not find the target, or when the object is
 * not loaded after all: so it is asked last, and only for what is there. */
static char *set_target(const struct btf *kernel, struct bpf_program *program, const char *target)
{
	if (kernel && is_target(kernel, program, target) &&
	    !bpf_program__set_attach_target(program, 0, target))
		return NULL;
	return xasprintf("attach: %s: no '%s' in the kernel's BTF", bpf_program__name(program),
			 target);
}

static bool traces(const struct bpf_program *program)
{
	enum bpf_attach_type type = bpf_program__expected_attach_type(program);

	return bpf_program__type(program) == BPF_PROG_TYPE_TRACING &&
	       (type == BPF_TRACE_FENTRY || type == BPF_TRACE_FEXIT);
}

/* The same of a program, which has to be loaded before. */
static char *trace_program(struct setup *setup, const struct bpf_object *object, const char *path,
			   struct bpf_program *program, const char *name)
{
	char *wrong;

	if (!traces(program))
		return xasprintf("attach: %s: only fentry and fexit programs are attached to a "
				 "program",
				 bpf_program__name(program));
	if (setup_has(setup, "trigger"))
		return xasprintf("attach: %s: its trigger is the test run of '%s'",
				 bpf_program__name(program), name);
	wrong = traced_load(setup, object, path, name);
	if (!wrong &&
	    bpf_program__set_attach_target(program, setup->traced->fd[TRACED],
					   setup->traced->object[TRACED] ? name : "empty"))
		wrong = xstrdup("it is not described by BTF");
	return text_of("attach: program", name, wrong);
}

/* Programs of sockets are attached to a map of them. */
static char *check_map(const struct bpf_object *object, const struct bpf_program *program,
		       const char *target)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(object, target);

	return map && (bpf_map__type(map) == BPF_MAP_TYPE_SOCKMAP ||
		       bpf_map__type(map) == BPF_MAP_TYPE_SOCKHASH)
		   ? NULL
		   : xasprintf("attach: %s: '%s' is no map of sockets of the object",
			       bpf_program__name(program), target);
}

static bool is_for_map(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_SK_MSG ||
	       bpf_program__type(program) == BPF_PROG_TYPE_SK_SKB;
}

static bool is_for_verifier(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_TRACING ||
	       bpf_program__type(program) == BPF_PROG_TYPE_LSM;
}

static char *set_targets(struct setup *setup, const struct bpf_object *object, const char *path)
{
	const json_t *item;
	const char *name;
	struct btf *kernel = NULL;
	char *wrong = NULL;

	json_object_foreach(json_object_get(setup->root, "attach"), name, item) {
		struct bpf_program *program = bpf_object__find_program_by_name(object, name);
		const char *target = json_string_value(item), *traced = traced_name(target);

		if (traced) {
			wrong = trace_program(setup, object, path, program, traced);
		} else if (is_for_map(program)) {
			wrong = check_map(object, program, target);
		} else if (is_for_verifier(program)) {
			if (!kernel)
				kernel = btf__load_vmlinux_btf();
			wrong = set_target(kernel, program, target);
		}
		if (wrong)
			break;
	}
	btf__free(kernel);
	return wrong;
}

/* A suite is checked when it is read; a plan may be anybody's. */
static char *check_members(const struct setup *setup)
{
	const json_t *trigger = setup_trigger(setup), *with = json_object_get(setup->root, "with");
	const json_t *attach = json_object_get(setup->root, "attach");

	if (trigger && !setup_is_trigger(trigger))
		return xstrdup(
		    "trigger: none that bpf-run(1) lists, and no command: that has several "
		    "words, or a '/'");
	if (attach && !json_is_object(attach))
		return xstrdup("attach: no mapping of programs to what they are attached to");
	if (with && !json_is_array(with) && !setup_is_with_all(setup))
		return xstrdup("with: neither a list of programs nor all");
	return NULL;
}

char *setup_programs(struct setup *setup, const struct bpf_object *object, const char *path)
{
	char *wrong = check_members(setup);
	const json_t *item;
	const char *name;
	size_t i;

	if (wrong)
		return wrong;
	json_object_foreach(json_object_get(setup->root, "attach"), name, item) {
		if (!bpf_object__find_program_by_name(object, name))
			return xasprintf("attach: the object has no program '%s'", name);
		if (!json_string_length(item))
			return xasprintf("attach: %s: a target is a name", name);
	}
	json_array_foreach(json_object_get(setup->root, "with"), i, item)
		if (!json_is_string(item) ||
		    !bpf_object__find_program_by_name(object, json_string_value(item)))
			return xasprintf("with: the object has no program '%s'",
					 json_is_string(item) ? json_string_value(item) : "");
	for (struct bpf_program *p = bpf_object__next_program(object, NULL); p;
	     p = bpf_object__next_program(object, p))
		if (setup_is_with(setup, bpf_program__name(p)))
			bpf_program__set_autoload(p, true);
	return set_targets(setup, object, path);
}
