/* SPDX-License-Identifier: MIT */
#include "setup_programs.h"

#include <errno.h>
#include <string.h>

#include "xalloc.h"

const json_t *setup_trigger(const struct setup *setup)
{
	return json_object_get(setup->root, "trigger");
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

/* What the verifier must know when it loads the program; other targets are for attaching. */
static char *set_target(struct bpf_program *program, const char *target)
{
	enum bpf_prog_type type = bpf_program__type(program);

	if (type != BPF_PROG_TYPE_TRACING && type != BPF_PROG_TYPE_LSM)
		return NULL;
	return bpf_program__set_attach_target(program, 0, target)
		   ? xasprintf("attach: %s: no '%s' in the kernel's BTF",
			       bpf_program__name(program), target)
		   : NULL;
}

char *setup_programs(const struct setup *setup, const struct bpf_object *object)
{
	const json_t *item;
	const char *name;
	char *wrong;
	size_t i;

	json_object_foreach(json_object_get(setup->root, "attach"), name, item) {
		struct bpf_program *program = bpf_object__find_program_by_name(object, name);

		if (!program || !json_is_string(item))
			return xasprintf("attach: the object has no program '%s'", name);
		wrong = set_target(program, json_string_value(item));
		if (wrong)
			return wrong;
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
	return NULL;
}
