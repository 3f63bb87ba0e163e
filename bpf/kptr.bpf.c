/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An object that a program allocated, kept in a map: taken out and put back. */
#include "kptr.h"
#include "test.h"

#include <bpf/bpf_core_read.h>

struct object {
	__u64 content;
};

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym;

#define NEW(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), 0))
#define DROP(object) bpf_obj_drop_impl(object, 0)

struct holder {
	struct object __kptr *object;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct holder);
} map SEC(".maps");

static __always_inline struct holder *holder(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&map, &key);
}

SEC("tc")
int put(struct __sk_buff *ctx)
{
	struct holder *h = holder();
	struct object *object = NEW(struct object);

	if (!object)
		return 1;
	object->content = 1;
	if (!h) {
		DROP(object);
		return 1;
	}
	object = bpf_kptr_xchg(&h->object, object);
	if (object)
		DROP(object);
	return 0;
}

/* Taken out, counted in, put back. */
SEC("tc")
int kptr_xchg(struct __sk_buff *ctx)
{
	struct holder *h = holder();
	struct object *object;

	if (!h)
		return fail();
	object = operate((struct object *)bpf_kptr_xchg(&h->object, 0));
	if (!object)
		return fail();
	object->content++;
	object = bpf_kptr_xchg(&h->object, object);
	if (object) {
		DROP(object);
		return fail();
	}
	return 0;
}

SEC("tc")
int check_kptr_xchg(struct __sk_buff *ctx)
{
	struct holder *h = holder();
	struct object *object = h ? bpf_kptr_xchg(&h->object, 0) : 0;
	bool counted;

	if (!object)
		return 1;
	counted = object->content > 1;
	DROP(object);
	return failures || !counted;
}

LICENSE;
