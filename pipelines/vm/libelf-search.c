/* SPDX-License-Identifier: MIT */
/*
 * The libelf.a of elfutils 0.192 (Debian 13) lacks the functions of its own that it calls
 * (sourceware.org/bugzilla/show_bug.cgi?id=32293), and so no static program can be linked with it.
 * These are they, as its shared library has them. Weak: where libelf.a has them its own are taken.
 */
#include <search.h>
#include <stddef.h>

typedef int compare_function(const void *, const void *);

/* Without locks, as elfutils is built by default. */
struct search_tree {
	void *root;
};

#define WEAK __attribute__((weak))
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

WEAK void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = NULL;
}

WEAK void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
	tdestroy(tree->root, free_node);
	tree->root = NULL;
}

WEAK void *eu_tsearch(const void *key, struct search_tree *tree, compare_function *compare)
{
	return tsearch(key, &tree->root, compare);
}

WEAK void *eu_tdelete(const void *key, struct search_tree *tree, compare_function *compare)
{
	return tdelete(key, &tree->root, compare);
}
