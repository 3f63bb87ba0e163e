/* SPDX-License-Identifier: MIT */
/* The YAML of a suite, node by node. What is wrong ends the tool with status 2, file and line. */
#ifndef SUITE_NODE_H
#define SUITE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

struct suite {
	const char *path;
	const char *name; /* the file's name without .yml */
	const char *dir;  /* where its sources are looked for */
	yaml_document_t doc;
};

/** bad_suite - say what is wrong at a node, and exit */
__attribute__((noreturn, format(printf, 3, 4))) void
bad_suite(const struct suite *suite, const yaml_node_t *at, const char *fmt, ...);

/** node - the node that a pair or an item refers to */
yaml_node_t *node(struct suite *suite, int index);

/** scalar, flag - the value of a node; @what names it in messages */
const char *scalar(struct suite *suite, const yaml_node_t *n, const char *what);
bool flag(struct suite *suite, const yaml_node_t *n, const char *what);

/** mapping - the node itself, which is a mapping */
const yaml_node_t *mapping(struct suite *suite, const yaml_node_t *n, const char *what);

/** read_fields - sort the pairs of a mapping into slots by their names; NULL where absent */
void read_fields(struct suite *suite, const yaml_node_t *map, const char *const *names, size_t n,
		 const yaml_node_t **slots);

#endif
