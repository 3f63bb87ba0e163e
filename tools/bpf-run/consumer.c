/* SPDX-License-Identifier: MIT */
#include "consumer.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpus.h"
#include "text.h"
#include "trace.h"
#include "xalloc.h"

/* Newer than the headers of Debian 12. */
#define MAP_TYPE_USER_RINGBUF 31

#define USER_RECORD_BYTES 8
#define PERF_PAGES 256 /* a CPU; a power of two */
#define POLL_MS 1      /* for records whose producer wakes nobody */

struct consumer {
	struct ring_buffer *ring;
	struct perf_buffer *perf;
	struct user_ring_buffer *user;
	int trace_fd;
	bool in_line; /* of the trace: what was read last is no line's end */
	atomic_ullong count;

	enum consumer_mode mode;
	int cpu;	      /* of the thread; -1 for none */
	unsigned int users;   /* tests that hold it: the trace pipe has one reader for all builds */
	pthread_mutex_t lock; /* without one, several producers may come to drain */
	pthread_t thread;
	atomic_bool stop;
	atomic_uint asked, settled; /* numbers of consumer_settle() calls */
};

static int on_record(void *context, void *data, size_t size)
{
	struct consumer *c = context;

	(void)data;
	(void)size;
	atomic_fetch_add_explicit(&c->count, 1, memory_order_relaxed);
	return 0;
}

static enum bpf_perf_event_ret on_perf_event(void *context, int cpu,
					     struct perf_event_header *event)
{
	(void)cpu;
	if (event->type == PERF_RECORD_SAMPLE)
		on_record(context, event, event->size);
	return LIBBPF_PERF_EVENT_CONT;
}

/* A line is a record. The kernel ends it, and many programs do so too: an empty line is none. */
static int read_trace(struct consumer *c)
{
	char text[65536];
	ssize_t n = read(c->trace_fd, text, sizeof(text));

	for (ssize_t i = 0; i < n; i++) {
		if (text[i] == '\n' && c->in_line)
			on_record(c, NULL, 0);
		c->in_line = text[i] != '\n';
	}
	return n > 0 ? (int)n : 0;
}

/* Take all records that are there; returns whether there was one. */
static bool drain(struct consumer *c)
{
	unsigned long long before = atomic_load(&c->count);

	if (c->ring)
		ring_buffer__consume(c->ring);
	else if (c->perf)
		perf_buffer__consume(c->perf);
	else if (c->trace_fd >= 0)
		return read_trace(c);
	return atomic_load(&c->count) != before;
}

static void fill_user_ring(struct consumer *c)
{
	void *record;

	while ((record = user_ring_buffer__reserve(c->user, USER_RECORD_BYTES))) {
		memset(record, 0, USER_RECORD_BYTES);
		user_ring_buffer__submit(c->user, record);
		on_record(c, NULL, 0);
	}
}

static void wait_for_records(struct consumer *c)
{
	if (c->ring)
		ring_buffer__poll(c->ring, POLL_MS);
	else if (c->perf)
		perf_buffer__poll(c->perf, POLL_MS);
	else
		usleep(1000 * POLL_MS);
}

static void *run_consumer(void *arg)
{
	struct consumer *c = arg;

	cpus_pin(c->cpu);
	while (!atomic_load(&c->stop)) {
		unsigned int asked = atomic_load(&c->asked);

		while (drain(c))
			;
		atomic_store(&c->settled, asked);
		if (c->mode == CONSUMER_WAIT && asked == atomic_load(&c->asked))
			wait_for_records(c);
	}
	return NULL;
}

/* Who opens it says after how many records the consumer is woken; 0 is when half of the buffer is
 * full. (Of a ring buffer the producer says so.) */
static struct perf_buffer *open_perf_buffer(struct consumer *c, const struct bpf_map *map)
{
	struct perf_event_attr attr = {
	    .size = sizeof(attr),
	    .type = PERF_TYPE_SOFTWARE,
	    .config = PERF_COUNT_SW_BPF_OUTPUT,
	    .sample_type = PERF_SAMPLE_RAW,
	    .sample_period = 1,
	    .wakeup_events = text_ends_with(bpf_map__name(map), CONSUMER_WAKE) ? 1 : 0,
	};

	return perf_buffer__new_raw(bpf_map__fd(map), PERF_PAGES, &attr, on_perf_event, c, NULL);
}

static bool open_buffer(struct consumer *c, struct bpf_map *map)
{
	if (!map) {
		c->trace_fd = trace_open_pipe();
		return c->trace_fd >= 0;
	}
	switch ((int)bpf_map__type(map)) {
	case BPF_MAP_TYPE_RINGBUF:
		c->ring = ring_buffer__new(bpf_map__fd(map), on_record, c, NULL);
		return c->ring;
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		c->perf = open_perf_buffer(c, map);
		return c->perf;
	case MAP_TYPE_USER_RINGBUF:
		c->user = user_ring_buffer__new(bpf_map__fd(map), NULL);
		return c->user;
	default:
		errno = EINVAL;
		return false;
	}
}

static struct consumer *trace_reader;

struct consumer *consumer_start(struct bpf_map *map, enum consumer_mode mode, int cpu)
{
	struct consumer *c;
	int error;

	/* The kernel gives the pipe to one reader; one build is timed at a time. */
	if (!map && trace_reader) {
		trace_reader->users++;
		return trace_reader;
	}
	c = xcalloc(1, sizeof(*c));
	c->mode = mode;
	c->users = 1;
	c->trace_fd = -1;
	c->cpu = -1;
	pthread_mutex_init(&c->lock, NULL);
	if (!open_buffer(c, map)) {
		error = errno;
		consumer_stop(c);
		errno = error;
		return NULL;
	}
	if (!map)
		trace_reader = c;
	if (cpu < 0 || c->user || mode == CONSUMER_BETWEEN)
		return c;
	c->cpu = cpu;
	c->thread = cpus_start_thread(run_consumer, c);
	return c;
}

void consumer_settle(struct consumer *c)
{
	unsigned int number;

	if (c->cpu < 0) {
		pthread_mutex_lock(&c->lock);
		if (c->user)
			fill_user_ring(c);
		else
			while (drain(c))
				;
		pthread_mutex_unlock(&c->lock);
		return;
	}
	number = atomic_fetch_add(&c->asked, 1) + 1;
	/* Numbers wrap around; several producers may ask at once. */
	while ((int)(atomic_load(&c->settled) - number) < 0)
		sched_yield();
}

bool consumer_feeds(const struct consumer *c)
{
	return c->user;
}

uint64_t consumer_count(const struct consumer *c)
{
	return atomic_load(&c->count);
}

void consumer_stop(struct consumer *c)
{
	if (!c || --c->users)
		return;
	if (c == trace_reader)
		trace_reader = NULL;
	if (c->cpu >= 0) {
		atomic_store(&c->stop, true);
		pthread_join(c->thread, NULL);
	}
	ring_buffer__free(c->ring);
	perf_buffer__free(c->perf);
	user_ring_buffer__free(c->user);
	if (c->trace_fd >= 0)
		close(c->trace_fd);
	free(c);
}
