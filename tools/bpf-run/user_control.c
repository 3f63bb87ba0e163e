/* SPDX-License-Identifier: MIT */
#include "user_control.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cpus.h"
#include "xalloc.h"

#define LCG_MULTIPLIER 6364136223846793005ULL
#define LCG_INCREMENT 1442695040888963407ULL

/* A chain of dependent multiplications, without memory or the kernel. */
static void loop(uint32_t n)
{
	uint64_t x = 1;

	for (uint32_t i = 0; i < n; i++) {
		x = x * LCG_MULTIPLIER + LCG_INCREMENT;
		__asm__ volatile("" : "+r"(x));
	}
}

/* Eight chains that do not depend on each other: as many at a time as the core can. */
static void wide(uint32_t n)
{
	uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;

	for (uint32_t i = 0; i < n; i++) {
		a += i, b ^= i, c += i, d ^= i, e += i, f ^= i, g += i, h ^= i;
		__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
		__asm__ volatile("" : "+r"(e), "+r"(f), "+r"(g), "+r"(h));
	}
}

/* Where a chain of pointers lies: a random cycle through all lines of so many bytes. */
struct chain {
	void **first;
	size_t bytes;
};

#define LINE_BYTES 64
#define KIB 1024L
#define MIB (1024 * KIB)

static long at_most(long value, long most)
{
	return value < most ? value : most;
}

/* What the machine says of a cache, or what is usual where it says nothing. */
static long cache_bytes(int name, long usual)
{
	long bytes = sysconf(name);

	return bytes > 0 ? bytes : usual;
}

/* Half of a level, so that the rest of the program does not drive it out. Hypervisors tell of a
 * last level that many share: what one may count on of it is some MiB. Memory is what no last level
 * holds, but not much of a small machine's. */
static size_t chain_bytes(enum user_operation operation)
{
	long l2 = cache_bytes(_SC_LEVEL2_CACHE_SIZE, MIB / 2);
	long l3 = at_most(cache_bytes(_SC_LEVEL3_CACHE_SIZE, 8 * MIB), 16 * MIB);
	long memory = sysconf(_SC_PHYS_PAGES) * (sysconf(_SC_PAGESIZE) / KIB) / 8 * KIB;

	switch (operation) {
	case USER_CHASE_L1:
		return (size_t)cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 32 * KIB) / 2;
	case USER_CHASE_L2:
		return (size_t)l2 / 2;
	case USER_CHASE_L3:
		return (size_t)(l3 > 2 * l2 ? l3 / 2 : l2);
	default:
		return (size_t)at_most(at_most(memory, 256 * MIB), 16 * l3);
	}
}

/* Sattolo's algorithm makes one cycle of all lines. Pages of the usual size, as maps have: whether
 * there were large ones would differ from run to run. */
static int chain_make(struct chain *chain, size_t bytes)
{
	size_t lines = bytes / LINE_BYTES, step = LINE_BYTES / sizeof(void *);
	uint32_t *next = xcalloc(lines, sizeof(*next));
	uint64_t random = 1;
	void **memory =
	    mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		free(next);
		return errno;
	}
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	for (uint32_t i = 0; i < lines; i++)
		next[i] = i;
	for (size_t i = lines - 1; i > 0; i--) {
		uint32_t other, kept = next[i];

		random = random * LCG_MULTIPLIER + LCG_INCREMENT;
		other = (uint32_t)((random >> 32) % i);
		next[i] = next[other];
		next[other] = kept;
	}
	for (size_t i = 0; i < lines; i++)
		memory[i * step] = &memory[next[i] * step];
	free(next);
	chain->first = memory;
	chain->bytes = bytes;
	return 0;
}

static int chain_of(enum user_operation operation, struct chain *chain)
{
	static struct chain chains[USER_COUNT];
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int error = 0;

	pthread_mutex_lock(&lock);
	if (!chains[operation].first)
		error = chain_make(&chains[operation], chain_bytes(operation));
	*chain = chains[operation];
	pthread_mutex_unlock(&lock);
	return error;
}

/* A hypervisor with page tables of its own drops those of memory that was filled before programs
 * were loaded: 5 us for the first access to each page, which the guest counts as no fault. */
static void touch_pages(const struct chain *chain)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t at = 0; at < chain->bytes; at += page)
		*(volatile char *)((char *)chain->first + at);
}

static int chase_init(struct user_control *control, enum user_operation operation)
{
	struct chain chain;
	int error = chain_of(operation, &chain);

	if (error)
		return error;
	touch_pages(&chain);
	control->at = chain.first;
	return 0;
}

static void chase(struct user_control *control, uint32_t n)
{
	void **at = control->at;

	for (uint32_t i = 0; i < n; i++)
		at = *at;
	__asm__ volatile("" : : "r"(at));
	control->at = at;
}

int user_control_prepare(enum user_operation operation)
{
	struct chain chain;

	return user_is_chase(operation) ? chain_of(operation, &chain) : 0;
}

int user_control_init(struct user_control *control, enum user_operation operation)
{
	if (user_is_chase(operation))
		return chase_init(control, operation);
	return operation == USER_SWITCH ? partner_start(&control->partner) : 0;
}

static int run_some(struct user_control *control, enum user_operation operation, uint32_t n)
{
	int error = 0;

	switch (operation) {
	case USER_LOOP:
		loop(n);
		return 0;
	case USER_WIDE:
		wide(n);
		return 0;
	case USER_EMPTY:
		for (uint32_t i = 0; i < n && !error; i++)
			error = syscall(SYS_getppid) < 0 ? errno : 0;
		return error;
	case USER_SWITCH:
		for (uint32_t i = 0; i < n && !error; i++)
			error = partner_turn(control->partner);
		return error;
	default:
		chase(control, n);
		return 0;
	}
}

/* Some 20 ms of what is short and a tenth of a second of memory: a sample of the default length
 * looks at the flag seldom enough. */
static uint32_t at_a_time(enum user_operation operation)
{
	return operation == USER_LOOP || operation == USER_WIDE ? UINT32_C(1) << 24
								: UINT32_C(1) << 20;
}

int user_control_run(struct user_control *control, enum user_operation operation, uint32_t n)
{
	int error = 0;

	while (n && !error && !interrupted) {
		uint32_t most = at_a_time(operation), some = n < most ? n : most;

		error = run_some(control, operation, some);
		n -= some;
	}
	return error ? error : interrupted ? EINTR : 0;
}

void user_control_release(struct user_control *control)
{
	partner_stop(control->partner);
	control->partner = NULL;
}
