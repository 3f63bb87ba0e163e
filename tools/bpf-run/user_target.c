/* SPDX-License-Identifier: MIT */
#include "user_target.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cpus.h"
#include "xalloc.h"

/* Values of a map with a copy a CPU, and elements of a mapped array, lie this far apart. */
#define ROUND_UP_8(n) (((n) + 7) & ~(uint32_t)7)

/* The memory of a map that can be mapped; NULL with errno set. */
static void *map_memory(const struct bpf_map *map, size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* This and the next return why it can't be, else NULL. */
static char *find_shared(struct user_target *t, const struct loaded *loaded)
{
	struct bpf_map *map = bpf_object__find_map_by_name(loaded->object, USER_SECTION);

	if (!map || bpf_map__value_size(map) < sizeof(*t->shared))
		return xasprintf("the object has no section " USER_SECTION " of %zu bytes",
				 sizeof(*t->shared));
	t->shared_bytes = bpf_map__value_size(map);
	t->shared = map_memory(map, t->shared_bytes);
	return t->shared ? NULL : xasprintf("can't map " USER_SECTION ": %s", strerror(errno));
}

static bool is_percpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static char *find_map(struct user_target *t, const struct loaded *loaded)
{
	struct bpf_map *map = bpf_object__find_map_by_name(loaded->object, USER_MAP);

	if (!map)
		return xasprintf("no map is named '" USER_MAP "'");
	t->map = bpf_map__fd(map);
	t->entries = __atomic_load_n(&t->shared->entries, __ATOMIC_RELAXED);
	t->key_bytes = bpf_map__key_size(map);
	t->value_bytes = bpf_map__value_size(map);
	t->copies = 1;
	if (is_percpu(bpf_map__type(map))) {
		t->value_bytes = ROUND_UP_8(t->value_bytes);
		t->copies = (uint32_t)libbpf_num_possible_cpus();
	}
	if (t->key_bytes < sizeof(uint32_t) || t->value_bytes < sizeof(uint32_t) || !t->entries ||
	    t->entries > bpf_map__max_entries(map))
		return xasprintf("map '" USER_MAP "' does not hold the numbers 0 to %u",
				 t->entries - 1);
	if (t->operation != USER_READ_MAPPED && t->operation != USER_WRITE_MAPPED)
		return NULL;
	if (!(bpf_map__map_flags(map) & BPF_F_MMAPABLE))
		return xasprintf("map '" USER_MAP "' can't be mapped: no BPF_F_MMAPABLE");
	t->value_bytes = ROUND_UP_8(t->value_bytes);
	t->mapped_bytes = (size_t)t->value_bytes * bpf_map__max_entries(map);
	t->mapped = map_memory(map, t->mapped_bytes);
	return t->mapped ? NULL : xasprintf("can't map '" USER_MAP "': %s", strerror(errno));
}

struct user_target *user_target_new(enum user_operation operation, const struct loaded *loaded,
				    char **reason)
{
	struct user_target *t = xcalloc(1, sizeof(*t));
	enum user_subject subject = user_subject(operation);
	int error;

	t->operation = operation;
	t->cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	t->state = xcalloc((size_t)t->cpus, sizeof(struct user_state *));
	*reason = subject == USER_OF_NOTHING ? NULL : find_shared(t, loaded);
	error = user_control_prepare(operation);
	if (error)
		*reason = xasprintf("%s", strerror(error));
	if (!*reason && subject == USER_OF_MAP)
		*reason = find_map(t, loaded);
	if (subject == USER_OF_PROGRAM)
		t->program = program_find(loaded, USER_PROGRAM);
	if (!*reason)
		return t;
	user_target_free(t);
	return NULL;
}

/* The state of this thread, which is pinned: its CPU's. */
static struct user_state *own_state(struct user_target *t)
{
	int cpu = sched_getcpu();
	struct user_state *state;

	if (cpu < 0 || cpu >= t->cpus)
		return NULL;
	if (t->state[cpu])
		return t->state[cpu];
	state = t->state[cpu] = xcalloc(1, sizeof(*state));
	state->random = (uint32_t)cpu;
	if (user_subject(t->operation) == USER_OF_MAP) {
		state->keys = xcalloc(USER_BATCH, t->key_bytes);
		state->values = xcalloc(USER_BATCH, (size_t)t->value_bytes * t->copies);
	}
	return state;
}

/* The kernel takes no smaller log, and its summary of the verification is longer. */
#define LOG_TOO_SMALL 128

static int load(const struct user_target *t, struct bpf_prog_load_opts *opts)
{
	return bpf_prog_load(bpf_program__type(t->program), USER_PROGRAM, "Dual MIT/GPL",
			     bpf_program__insns(t->program), bpf_program__insn_cnt(t->program),
			     opts);
}

/* Load the program: through the verifier and the JIT. */
static int load_program(const struct user_target *t, struct user_state *s)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int fd = load(t, &opts);

	if (fd < 0)
		return errno;
	s->confirmed++;
	return close(fd) ? errno : 0;
}

/* Through the verifier alone, so that the difference is the JIT's. The kernel finishes the log
 * between the verifier and the JIT. When the log has no room for the summary, the load ends there
 * with ENOSPC. */
static int verify_program(const struct user_target *t, struct user_state *s)
{
	char log[LOG_TOO_SMALL] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int fd;

	opts.log_level = LOG_STATS;
	opts.log_buf = log;
	opts.log_size = sizeof(log);
	fd = load(t, &opts);
	if (fd >= 0) {
		close(fd);
		return USER_WRONG;
	}
	if (errno != ENOSPC)
		return errno;
	log[sizeof(log) - 1] = '\0';
	/* The log's first bytes in kernels before 6.4, its last ones since. */
	if (!strstr(log, "verification time") && !strstr(log, "processed"))
		return USER_WRONG;
	s->confirmed++;
	return 0;
}

static int run_once(const struct user_target *t, struct user_state *state)
{
	switch (t->operation) {
	case USER_LOAD:
		return load_program(t, state);
	case USER_VERIFY:
		return verify_program(t, state);
	default:
		return user_map_run(t, state);
	}
}

static int run_control(const struct user_target *t, struct user_state *state, uint32_t n)
{
	int error = 0;

	if (!state->is_ready)
		error = user_control_init(&state->control, t->operation);
	state->is_ready = !error;
	return error ? error : user_control_run(&state->control, t->operation, n);
}

int user_target_run(struct user_target *t, uint32_t n)
{
	struct user_state *state;
	int error = 0;

	state = own_state(t);
	if (!state)
		return EINVAL;
	if (user_subject(t->operation) == USER_OF_NOTHING)
		return run_control(t, state, n);
	state->confirmed = 0;
	for (uint32_t i = 0; i < n && !error; i++)
		error = interrupted ? EINTR : run_once(t, state);
	if (t->shared)
		__atomic_fetch_add(&t->shared->confirmed, state->confirmed, __ATOMIC_RELAXED);
	return error;
}

void user_target_free(struct user_target *t)
{
	if (!t)
		return;
	for (int cpu = 0; cpu < t->cpus; cpu++) {
		if (!t->state[cpu])
			continue;
		user_control_release(&t->state[cpu]->control);
		free(t->state[cpu]->keys);
		free(t->state[cpu]->values);
		free(t->state[cpu]);
	}
	free(t->state);
	if (t->shared)
		munmap(t->shared, t->shared_bytes);
	if (t->mapped)
		munmap(t->mapped, t->mapped_bytes);
	free(t);
}
