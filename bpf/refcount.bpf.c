/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An object that is allocated, owned a second time, and given up twice. */
#include "kfunc_types.h"
#include "test.h"

#include <bpf/bpf_core_read.h>

struct item {
	__u64 content;
	struct bpf_refcount references;
};

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym;
extern void *bpf_refcount_acquire_impl(void *object, void *meta) __ksym;

SEC("tc")
int acquire(struct __sk_buff *ctx)
{
	struct item *item = bpf_obj_new_impl(bpf_core_type_id_local(struct item), 0), *again;

	if (!item)
		return fail();
	item->content = 42;
	again = operate((struct item *)bpf_refcount_acquire_impl(item, 0));
	bpf_obj_drop_impl(item, 0);
	if (!again)
		return fail();
	result = again->content;
	bpf_obj_drop_impl(again, 0);
	return 0;
}

SEC("tc")
int check_acquire(struct __sk_buff *ctx)
{
	return failures || result != 42;
}

LICENSE;
