/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A tree of objects under a lock, 16 of them: the smallest is taken out and put back as the
 * largest. */
#include "kfunc_types.h"
#include "test.h"

#include <bpf/bpf_core_read.h>

#define ITEMS 16

struct item {
	__u64 order;
	struct bpf_rb_node node;
};

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node,
			       bool(less)(struct bpf_rb_node *a, const struct bpf_rb_node *b),
			       void *meta, __u64 offset) __ksym;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root,
					     struct bpf_rb_node *node) __ksym;

IN_SECTION(guarded) struct bpf_spin_lock lock;
IN_SECTION(guarded) struct bpf_rb_root root HOLDS(item, node);

static __u64 largest;

#define ITEM(n) ((struct item *)((void *)(n) - __builtin_offsetof(struct item, node)))

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return ITEM(a)->order < ITEM(b)->order;
}

/* One item a call: the suite calls it ITEMS times. */
SEC("tc")
int fill(struct __sk_buff *ctx)
{
	struct item *item = bpf_obj_new_impl(bpf_core_type_id_local(struct item), 0);

	if (!item)
		return 1;
	item->order = ++largest;
	bpf_spin_lock(&lock);
	bpf_rbtree_add_impl(&root, &item->node, less, 0, 0);
	bpf_spin_unlock(&lock);
	return 0;
}

SEC("tc")
int remove_add(struct __sk_buff *ctx)
{
	struct bpf_rb_node *node;

	bpf_spin_lock(&lock);
	node = bpf_rbtree_first(&root);
	if (node)
		node = operate(bpf_rbtree_remove(&root, node));
	if (node) {
		ITEM(node)->order = ++largest;
		bpf_rbtree_add_impl(&root, node, less, 0, 0);
	}
	bpf_spin_unlock(&lock);
	return node ? 0 : fail();
}

SEC("tc")
int check_remove_add(struct __sk_buff *ctx)
{
	struct bpf_rb_node *node;
	__u64 smallest = 0;

	bpf_spin_lock(&lock);
	node = bpf_rbtree_first(&root);
	if (node)
		smallest = ITEM(node)->order;
	bpf_spin_unlock(&lock);
	return failures || smallest <= ITEMS || smallest != largest - ITEMS + 1;
}

LICENSE;
