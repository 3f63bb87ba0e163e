/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An object with a copy for each CPU, allocated and dropped. */
#include "test.h"

#include <bpf/bpf_core_read.h>

struct object {
	__u64 content;
};

extern void *bpf_percpu_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_percpu_obj_drop_impl(void *object, void *meta) __ksym;

static __u64 made;

SEC("tc")
int new_drop(struct __sk_buff *ctx)
{
	void *object = operate(bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct object), 0));

	if (!object)
		return fail();
	bpf_percpu_obj_drop_impl(object, 0);
	made++;
	return 0;
}

SEC("tc")
int check_new_drop(struct __sk_buff *ctx)
{
	return failures || !made;
}

LICENSE;
