/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An object that a program allocates and drops. */
#include "test.h"

#include <bpf/bpf_core_read.h>

struct object {
	__u64 content;
};

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym;

#define NEW(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), 0))
#define DROP(object) bpf_obj_drop_impl(object, 0)

SEC("tc")
int new_drop(struct __sk_buff *ctx)
{
	struct object *object = operate(NEW(struct object));

	if (!object)
		return fail();
	object->content = 42;
	result = object->content;
	DROP(object);
	return 0;
}

SEC("tc")
int check_new_drop(struct __sk_buff *ctx)
{
	return failures || result != 42;
}

LICENSE;
