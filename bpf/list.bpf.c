/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A linked list of objects under a lock: one is taken from the front, and pushed to the back. */
#include "kfunc_types.h"
#include "test.h"

#include <bpf/bpf_core_read.h>

struct item {
	struct bpf_list_node node;
	__u64 turns;
};

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym;
extern int bpf_list_push_back_impl(struct bpf_list_head *head, struct bpf_list_node *node,
				   void *meta, __u64 offset) __ksym;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;

IN_SECTION(guarded) struct bpf_spin_lock lock;
IN_SECTION(guarded) struct bpf_list_head items HOLDS(item, node);

#define ITEM(n) ((struct item *)((void *)(n) - __builtin_offsetof(struct item, node)))

SEC("tc")
int fill(struct __sk_buff *ctx)
{
	struct item *item = bpf_obj_new_impl(bpf_core_type_id_local(struct item), 0);

	if (!item)
		return 1;
	bpf_spin_lock(&lock);
	bpf_list_push_back_impl(&items, &item->node, 0, 0);
	bpf_spin_unlock(&lock);
	return 0;
}

SEC("tc")
int pop_push(struct __sk_buff *ctx)
{
	struct bpf_list_node *node;

	bpf_spin_lock(&lock);
	node = operate(bpf_list_pop_front(&items));
	if (node) {
		ITEM(node)->turns++;
		bpf_list_push_back_impl(&items, node, 0, 0);
	}
	bpf_spin_unlock(&lock);
	return node ? 0 : fail();
}

SEC("tc")
int check_pop_push(struct __sk_buff *ctx)
{
	struct bpf_list_node *node;
	__u64 turns = 0;

	bpf_spin_lock(&lock);
	node = bpf_list_pop_front(&items);
	bpf_spin_unlock(&lock);
	if (!node)
		return 1;
	turns = ITEM(node)->turns;
	bpf_obj_drop_impl(ITEM(node), 0);
	return failures || !turns;
}

LICENSE;
