/* SPDX-License-Identifier: MIT */
/*
 * Keys made of texts, numbered as they come: 0, 1, 2, … A key is several cells of a row; it is
 * kept as their bytes, a NUL behind each (no cell holds a NUL), so that different cells never make
 * equal keys.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "csv.h"

#define KEYTABLE_NONE UINT32_MAX

struct keytable_slot {
	uint64_t hash;
	uint32_t index;
};

struct keytable {
	size_t n; /* how many keys there are */
	/* private */
	struct keytable_slot *slots;
	size_t nslots;
	char **keys;
	size_t *lens;
};

/** keytable_add - the number of a key, which is `n - 1` of the table when it is new */
uint32_t keytable_add(struct keytable *t, const char *key, size_t len);

/** keytable_find - the number of a key, or KEYTABLE_NONE */
uint32_t keytable_find(const struct keytable *t, const char *key, size_t len);

/** keytable_key - the bytes of a key; the table owns them */
const char *keytable_key(const struct keytable *t, uint32_t index);

void keytable_release(struct keytable *t);

/* A key under construction; zeroed is empty. */
struct key {
	char *text;
	size_t len, size;
};

void key_clear(struct key *k);
void key_add(struct key *k, const char *cell, size_t len);

/** key_add_cell - add a cell of the current row; "" where the file has no such column (-1) */
void key_add_cell(struct key *k, const struct csv_reader *in, int column);

/** key_set - make the key of n texts */
void key_set(struct key *k, const char *const *texts, size_t n);
void key_release(struct key *k);
