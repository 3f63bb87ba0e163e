/* SPDX-License-Identifier: MIT */
/* Operations on a map from user space. Keys come from the generator that the programs have too
 * (bpf/include/random.h), so that both touch elements in the same way. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "user_target.h"

static uint32_t draw_next(struct user_state *s)
{
	s->random = s->random * 1664525 + 1013904223;
	return s->random;
}

static uint32_t draw(const struct user_target *t, struct user_state *s)
{
	return (uint32_t)(((uint64_t)(draw_next(s) >> 16) * t->entries) >> 16);
}

/* Any `entries` draws in a row give each number once, where that is a power of two. */
static uint32_t draw_once(const struct user_target *t, struct user_state *s)
{
	return draw_next(s) & (t->entries - 1);
}

static uint32_t *key_at(const struct user_target *t, struct user_state *s, uint32_t i)
{
	return (uint32_t *)(void *)(s->keys + (size_t)i * t->key_bytes);
}

static uint32_t *value_at(const struct user_target *t, struct user_state *s, uint32_t i)
{
	return (uint32_t *)(void *)(s->values + (size_t)i * t->value_bytes * t->copies);
}

static void set_value(const struct user_target *t, struct user_state *s, uint32_t i,
		      uint32_t content)
{
	unsigned char *value = (unsigned char *)value_at(t, s, i);

	for (uint32_t copy = 0; copy < t->copies; copy++)
		memcpy(value + (size_t)copy * t->value_bytes, &content, sizeof(content));
}

/* What came out must be what was put there. */
static int confirm(struct user_state *s, bool right)
{
	s->confirmed += right;
	return right ? 0 : USER_WRONG;
}

static int error_of(int result)
{
	return result ? errno : 0;
}

static int read_by(const struct user_target *t, struct user_state *s, uint32_t key,
		   int (*call)(int, const void *, void *))
{
	int error;

	*key_at(t, s, 0) = key;
	*value_at(t, s, 0) = ~key;
	error = error_of(call(t->map, s->keys, s->values));
	return error ? error : confirm(s, *value_at(t, s, 0) == key);
}

static int read_one(const struct user_target *t, struct user_state *s)
{
	return read_by(t, s, draw(t, s), bpf_map_lookup_elem);
}

/* Read and delete in one call. */
static int take_one(const struct user_target *t, struct user_state *s)
{
	return read_by(t, s, draw_once(t, s), bpf_map_lookup_and_delete_elem);
}

static int write_one(const struct user_target *t, struct user_state *s, uint32_t key,
		     uint32_t content, uint64_t flags)
{
	int error;

	*key_at(t, s, 0) = key;
	set_value(t, s, 0, content);
	error = error_of(bpf_map_update_elem(t->map, s->keys, s->values, flags));
	return error ? error : confirm(s, true);
}

static int replace_one(const struct user_target *t, struct user_state *s)
{
	uint32_t key = draw(t, s);

	return write_one(t, s, key, ~key, BPF_EXIST);
}

static int insert_one(const struct user_target *t, struct user_state *s)
{
	uint32_t key = draw_once(t, s);

	return write_one(t, s, key, key, BPF_NOEXIST);
}

static int delete_one(const struct user_target *t, struct user_state *s)
{
	int error;

	*key_at(t, s, 0) = draw_once(t, s);
	error = error_of(bpf_map_delete_elem(t->map, s->keys));
	return error ? error : confirm(s, true);
}

/* The key behind the one before; behind the last comes the first. */
static int next_key(const struct user_target *t, struct user_state *s)
{
	uint32_t *key = key_at(t, s, 0), *next = key_at(t, s, 1);
	int error;

	*next = UINT32_MAX;
	error = error_of(bpf_map_get_next_key(t->map, key, next));
	if (error == ENOENT)
		error = error_of(bpf_map_get_next_key(t->map, NULL, next));
	memcpy(key, next, t->key_bytes);
	return error ? error : confirm(s, *key < t->entries);
}

/* The whole map, a batch a call. */
static int read_batch(const struct user_target *t, struct user_state *s)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	/* Where the kernel goes on: a bucket's number, or a key. */
	uint32_t position[t->key_bytes / 4 + 1], seen = 0;
	bool first = true;
	int error = 0;

	while (!error) {
		uint32_t n = USER_BATCH;

		error = error_of(bpf_map_lookup_batch(t->map, first ? NULL : position, position,
						      s->keys, s->values, &n, &opts));
		if (error && error != ENOENT)
			return error;
		for (uint32_t i = 0; i < n; i++)
			if (confirm(s, *value_at(t, s, i) == *key_at(t, s, i)))
				return USER_WRONG;
		seen += n;
		first = false;
	}
	return seen == t->entries ? 0 : USER_WRONG;
}

/* Make a batch of keys and values. */
static void make_batch(const struct user_target *t, struct user_state *s)
{
	for (uint32_t i = 0; i < USER_BATCH; i++) {
		uint32_t key = *key_at(t, s, i) = draw_once(t, s);

		set_value(t, s, i, t->operation == USER_INSERT_BATCH ? key : ~key);
	}
}

static int write_batch(const struct user_target *t, struct user_state *s)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	uint32_t n = USER_BATCH;
	int error;

	make_batch(t, s);
	error = error_of(bpf_map_update_batch(t->map, s->keys, s->values, &n, &opts));
	return error ? error : confirm(s, n == USER_BATCH);
}

static int delete_batch(const struct user_target *t, struct user_state *s)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	uint32_t n = USER_BATCH;
	int error;

	for (uint32_t i = 0; i < n; i++)
		*key_at(t, s, i) = draw_once(t, s);
	error = error_of(bpf_map_delete_batch(t->map, s->keys, &n, &opts));
	return error ? error : confirm(s, n == USER_BATCH);
}

static volatile uint32_t *mapped_at(const struct user_target *t, uint32_t key)
{
	return (uint32_t *)(void *)(t->mapped + (size_t)key * t->value_bytes);
}

static int read_mapped(const struct user_target *t, struct user_state *s)
{
	uint32_t key = draw(t, s);

	return confirm(s, *mapped_at(t, key) == key);
}

static int write_mapped(const struct user_target *t, struct user_state *s)
{
	uint32_t key = draw(t, s);

	*mapped_at(t, key) = ~key;
	return confirm(s, true);
}

/* The work of an operation on a map besides its system call: draw a key, make a value, confirm. */
static int draw_one(const struct user_target *t, struct user_state *s)
{
	uint32_t key = *key_at(t, s, 0) = draw(t, s);

	set_value(t, s, 0, ~key);
	return confirm(s, *value_at(t, s, 0) == ~key);
}

static int draw_batch(const struct user_target *t, struct user_state *s)
{
	make_batch(t, s);
	for (uint32_t i = 0; i < USER_BATCH; i++)
		confirm(s, *value_at(t, s, i) == ~*key_at(t, s, i));
	return 0;
}

static int (*const operations[USER_COUNT])(const struct user_target *, struct user_state *) = {
    [USER_READ] = read_one,
    [USER_REPLACE] = replace_one,
    [USER_INSERT] = insert_one,
    [USER_DELETE] = delete_one,
    [USER_TAKE] = take_one,
    [USER_NEXT_KEY] = next_key,
    [USER_READ_BATCH] = read_batch,
    [USER_REPLACE_BATCH] = write_batch,
    [USER_INSERT_BATCH] = write_batch,
    [USER_DELETE_BATCH] = delete_batch,
    [USER_READ_MAPPED] = read_mapped,
    [USER_WRITE_MAPPED] = write_mapped,
    [USER_DRAW] = draw_one,
    [USER_DRAW_BATCH] = draw_batch,
};

int user_map_run(const struct user_target *t, struct user_state *s)
{
	return operations[t->operation](t, s);
}
