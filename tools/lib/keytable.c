/* SPDX-License-Identifier: MIT */
#include "keytable.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "xalloc.h"

static struct keytable_slot *lookup(const struct keytable *t, const char *key, size_t len,
				    uint64_t hash)
{
	size_t i = hash & (t->nslots - 1);

	for (;; i = (i + 1) & (t->nslots - 1)) {
		struct keytable_slot *s = &t->slots[i];

		if (s->index == KEYTABLE_NONE)
			return s;
		if (s->hash == hash && t->lens[s->index] == len &&
		    !memcmp(t->keys[s->index], key, len))
			return s;
	}
}

static void grow(struct keytable *t)
{
	struct keytable_slot *old = t->slots;
	size_t nold = t->nslots;

	t->nslots = nold ? 2 * nold : 256;
	t->slots = xmalloc(t->nslots * sizeof(*t->slots));
	memset(t->slots, 0xff, t->nslots * sizeof(*t->slots));
	for (size_t i = 0; i < nold; i++) {
		size_t at = old[i].hash & (t->nslots - 1);

		if (old[i].index == KEYTABLE_NONE)
			continue;
		while (t->slots[at].index != KEYTABLE_NONE)
			at = (at + 1) & (t->nslots - 1);
		t->slots[at] = old[i];
	}
	free(old);
}

uint32_t keytable_add(struct keytable *t, const char *key, size_t len)
{
	uint64_t hash = hash_bytes(HASH_START, key, len);
	struct keytable_slot *s;

	if (2 * t->n >= t->nslots)
		grow(t);
	s = lookup(t, key, len, hash);
	if (s->index != KEYTABLE_NONE)
		return s->index;
	t->keys = xgrow(t->keys, t->n, sizeof(*t->keys));
	t->lens = xgrow(t->lens, t->n, sizeof(*t->lens));
	t->keys[t->n] = xmalloc(len);
	memcpy(t->keys[t->n], key, len);
	t->lens[t->n] = len;
	*s = (struct keytable_slot){.hash = hash, .index = (uint32_t)t->n};
	return (uint32_t)t->n++;
}

uint32_t keytable_find(const struct keytable *t, const char *key, size_t len)
{
	return t->nslots ? lookup(t, key, len, hash_bytes(HASH_START, key, len))->index
			 : KEYTABLE_NONE;
}

const char *keytable_key(const struct keytable *t, uint32_t index)
{
	return t->keys[index];
}

void keytable_release(struct keytable *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->keys[i]);
	free(t->keys);
	free(t->lens);
	free(t->slots);
	*t = (struct keytable){0};
}

void key_clear(struct key *k)
{
	k->len = 0;
}

void key_add(struct key *k, const char *cell, size_t len)
{
	if (k->len + len + 1 > k->size) {
		k->size = 2 * (k->len + len + 1);
		k->text = xrealloc(k->text, k->size);
	}
	memcpy(k->text + k->len, cell, len);
	k->text[k->len + len] = '\0';
	k->len += len + 1;
}

void key_add_cell(struct key *k, const struct csv_reader *in, int column)
{
	key_add(k, column < 0 ? "" : in->cell[column], column < 0 ? 0 : in->cell_len[column]);
}

void key_set(struct key *k, const char *const *texts, size_t n)
{
	key_clear(k);
	for (size_t i = 0; i < n; i++)
		key_add(k, texts[i], strlen(texts[i]));
}

void key_release(struct key *k)
{
	free(k->text);
	*k = (struct key){0};
}
