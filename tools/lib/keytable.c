/* SPDX-License-Identifier: MIT */
#include "keytable.h"

#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* Multiply and fold, eight bytes at a time (the core of wyhash); keys are short. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	__uint128_t p = (__uint128_t)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t hash_bytes(const char *p, size_t len)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ len, w;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&w, p, 8);
		h = fold(h ^ w, 0xa0761d6478bd642fu);
	}
	w = 0;
	memcpy(&w, p, len);
	return fold(h ^ w, 0xe7037ed1a0b428dbu);
}

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
	uint64_t hash = hash_bytes(key, len);
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
	return t->nslots ? lookup(t, key, len, hash_bytes(key, len))->index : KEYTABLE_NONE;
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

void key_release(struct key *k)
{
	free(k->text);
	*k = (struct key){0};
}
