/* SPDX-License-Identifier: MIT */
#include "trigger.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "action.h"
#include "cgroup.h"
#include "command.h"
#include "explain.h"
#include "segment.h"
#include "setup_programs.h"
#include "sockets.h"
#include "traced.h"
#include "xalloc.h"

#define KEY_BYTES_MAX 512 /* of a map of sockets that is emptied */

enum where { AT_TARGET, AT_CGROUP, AT_PERF_EVENT, AT_SOCKET_MAP, AT_SOCKET, AT_ROUTE };

/* How a program is attached. */
struct hook {
	enum where where;
	const char *target; /* what its section leaves open; else NULL */
	struct loaded *loaded;
};

/* A program that is attached beside the one that is timed. */
struct beside {
	struct bpf_program *program;
	struct hook hook;
};

struct trigger {
	struct hook hook;
	const struct action *action;
	/* What a test sets. */
	struct command *command;     /* in place of the action */
	const struct traced *traced; /* likewise: its test run */
	struct beside *beside;
	size_t nbeside;
	const struct setup *setup; /* whose sockets it sends by; NULL for none */
};

#define BY(place, what) .trigger.hook.where = (place), .trigger.action = &(what)

static const struct kind {
	enum bpf_prog_type type;
	int attach_type; /* -1: of any */
	struct trigger trigger;
} kinds[] = {
    {BPF_PROG_TYPE_TRACEPOINT, -1, BY(AT_TARGET, action_named[TRIGGER_GETPPID])},
    {BPF_PROG_TYPE_KPROBE, -1, BY(AT_TARGET, action_named[TRIGGER_GETPPID])},
    {BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, BY(AT_TARGET, action_named[TRIGGER_OPEN])},
    {BPF_PROG_TYPE_TRACING, -1, BY(AT_TARGET, action_named[TRIGGER_GETPPID])},
    {BPF_PROG_TYPE_LSM, BPF_LSM_MAC, BY(AT_TARGET, action_named[TRIGGER_OPEN])},
    {BPF_PROG_TYPE_PERF_EVENT, -1, BY(AT_PERF_EVENT, action_named[TRIGGER_PAGE_FAULT])},
    {BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, BY(AT_SOCKET_MAP, action_stream)},
    {BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_VERDICT, BY(AT_SOCKET_MAP, action_stream)},
    {BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_PARSER, BY(AT_SOCKET_MAP, action_stream)},
    {BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_VERDICT, BY(AT_SOCKET_MAP, action_stream)},
    {BPF_PROG_TYPE_SK_REUSEPORT, -1, BY(AT_SOCKET, action_datagram)},
    {BPF_PROG_TYPE_LWT_SEG6LOCAL, -1, BY(AT_ROUTE, action_routed)},
    {BPF_PROG_TYPE_SOCK_OPS, -1, BY(AT_CGROUP, action_named[TRIGGER_TCP_CONNECTION])},
    {BPF_PROG_TYPE_CGROUP_DEVICE, -1, BY(AT_CGROUP, action_named[TRIGGER_OPEN])},
    {BPF_PROG_TYPE_CGROUP_SYSCTL, -1, BY(AT_CGROUP, action_named[TRIGGER_SYSCTL])},
    {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE,
     BY(AT_CGROUP, action_named[TRIGGER_SOCKET])},
    {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE,
     BY(AT_CGROUP, action_named[TRIGGER_SOCKET])},
    {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND,
     BY(AT_CGROUP, action_named[TRIGGER_BIND])},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND,
     BY(AT_CGROUP, action_named[TRIGGER_BIND])},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT,
     BY(AT_CGROUP, action_named[TRIGGER_CONNECT])},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG,
     BY(AT_CGROUP, action_named[TRIGGER_SENDTO])},
    {BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT,
     BY(AT_CGROUP, action_named[TRIGGER_GETSOCKOPT])},
    {BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT,
     BY(AT_CGROUP, action_named[TRIGGER_SETSOCKOPT])},
};

/* Of types that the kernel can run by itself, and which a test may want to be attached. */
static const struct trigger attached_as_well = {
    .hook.where = AT_TARGET,
    .action = &action_named[TRIGGER_GETPPID],
};

const struct trigger *trigger_of(const struct bpf_program *program)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].type == bpf_program__type(program) &&
		    (kinds[i].attach_type < 0 ||
		     kinds[i].attach_type == (int)bpf_program__expected_attach_type(program)))
			return &kinds[i].trigger;
	return NULL;
}

/* NULL for a program that can't be attached. */
static const struct trigger *way_to_attach(const struct bpf_program *program)
{
	enum bpf_prog_type type = bpf_program__type(program);

	return type == BPF_PROG_TYPE_RAW_TRACEPOINT || type == BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE
		   ? &attached_as_well
		   : trigger_of(program);
}

/* As its type is attached, and where the test says. */
static struct hook hook_of(const struct trigger *way, const struct bpf_program *program,
			   struct loaded *loaded)
{
	return (struct hook){way->hook.where,
			     setup_target(&loaded->setup, bpf_program__name(program)), loaded};
}

static char *set_action(struct trigger *t, const json_t *words)
{
	const char *text = json_string_value(words);
	enum trigger_name name = text ? trigger_find(text) : TRIGGER_COMMAND;

	if (!words)
		return NULL;
	if (name < TRIGGER_COMMAND) {
		t->action = &action_named[name];
		return NULL;
	}
	if (name == TRIGGER_COMMAND)
		t->command = command_new(words);
	return t->command ? NULL
			  : xasprintf("trigger: '%s' is neither one that bpf-run(1) lists nor a "
				      "command",
				      text ? text : "");
}

/* Whether the section, or the test, says what a program is attached to. */
static bool has_target(const struct hook *hook, const struct bpf_program *program)
{
	return hook->where != AT_TARGET || hook->target ||
	       strchr(bpf_program__section_name(program), '/');
}

/* Add all that the test wants beside the entry point. */
static char *set_beside(struct trigger *t, const struct bpf_program *entry, struct loaded *loaded)
{
	bool all = setup_is_with_all(&loaded->setup);
	struct bpf_program *program;
	struct hook hook;

	bpf_object__for_each_program(program, loaded->object) {
		const char *name = bpf_program__name(program);
		const struct trigger *way = way_to_attach(program);

		if (program == entry || !setup_is_with(&loaded->setup, name))
			continue;
		if (!all && !way)
			return xasprintf("with: '%s' is of no type that is attached", name);
		if (!way || bpf_program__fd(program) < 0)
			continue;
		hook = hook_of(way, program, loaded);
		if (all && !has_target(&hook, program))
			continue;
		t->beside = xgrow(t->beside, t->nbeside, sizeof(*t->beside));
		t->beside[t->nbeside++] = (struct beside){program, hook};
	}
	return NULL;
}

/* The sockets that a trigger sends by; NULL for this thread's own. */
static const int *pair_of(const struct trigger *trigger)
{
	const struct loopback_sockets *sockets = trigger->setup ? &trigger->setup->loopback : NULL;

	return sockets && sockets->has[LOOPBACK_SENDER] ? sockets->fd : NULL;
}

char *trigger_set(struct trigger **set, const struct bpf_program *program, struct loaded *loaded)
{
	const json_t *words = setup_trigger(&loaded->setup);
	const struct trigger *way = way_to_attach(program);
	struct trigger *t;
	char *wrong;

	*set = NULL;
	if (!words && !setup_has(&loaded->setup, "attach") && !setup_has(&loaded->setup, "with"))
		return NULL;
	if (!way)
		return xstrdup("trigger, attach, with: programs of this type are run by the "
			       "kernel's test run");
	*set = t = xcalloc(1, sizeof(*t));
	t->hook = hook_of(way, program, loaded);
	t->action = way->action;
	t->setup = &loaded->setup;
	if (way->hook.where == AT_SOCKET_MAP && t->hook.target && !pair_of(t))
		return xasprintf("attach: %s: no map has a sender or receiver, so nothing that the "
				 "trigger sends passes by",
				 bpf_program__name(program));
	if (traced_name(t->hook.target))
		t->traced = loaded->setup.traced;
	wrong = set_action(t, words);
	return wrong ? wrong : set_beside(t, program, loaded);
}

void trigger_free(struct trigger *trigger)
{
	if (!trigger)
		return;
	command_free(trigger->command);
	free(trigger->beside);
	free(trigger);
}

const struct traced *trigger_traced(const struct trigger *trigger)
{
	return trigger->traced;
}

int trigger_fire(const struct trigger *trigger)
{
	int error;

	if (!trigger->command) {
		sockets_use(pair_of(trigger));
		if (!trigger->action->fire())
			return 0;
		return trigger->action == &action_stream && (errno == EACCES || errno == EAGAIN)
			   ? TRIGGER_FAILED
			   : errno;
	}
	error = command_run(trigger->command);
	return error < 0 ? TRIGGER_FAILED : error;
}

const char *trigger_failure(const struct trigger *trigger)
{
	return trigger->command ? command_failure(trigger->command)
				: "what was sent did not arrive: the program drops it, or sends it "
				  "elsewhere";
}

const char *trigger_command(const struct trigger *trigger)
{
	return trigger->command ? command_text(trigger->command) : NULL;
}

static struct bpf_link *attach_perf_event(struct bpf_program *program, int cpu)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_SOFTWARE,
	    .size = sizeof(attr),
	    .config = PERF_COUNT_SW_PAGE_FAULTS,
	    .sample_period = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? NULL : bpf_program__attach_perf_event(program, fd);
}

static void attach_cgroup(struct bpf_program *program, struct attached *attached)
{
	int cgroup = cgroup_enter();

	if (cgroup < 0)
		attached->lacks = errno == ENODEV ? "cgroup version 2 is not mounted"
						  : "it needs a cgroup of its own";
	else
		attached->link = bpf_program__attach_cgroup(program, cgroup);
}

/* An event of the kernel's tracing, "category/name". */
static struct bpf_link *attach_tracepoint(struct bpf_program *program, const char *target)
{
	const char *name = strchr(target, '/');
	char *category;
	struct bpf_link *link;

	if (!name) {
		errno = ENOENT;
		return NULL;
	}
	category = xasprintf("%.*s", (int)(name - target), target);
	link = bpf_program__attach_tracepoint(program, category, name + 1);
	free(category);
	return link;
}

static struct bpf_link *attach_to(struct bpf_program *program, const char *target)
{
	const char *section = bpf_program__section_name(program);

	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_TRACEPOINT:
		return attach_tracepoint(program, target);
	case BPF_PROG_TYPE_KPROBE:
		return bpf_program__attach_kprobe(program, !strncmp(section, "kret", 4), target);
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return bpf_program__attach_raw_tracepoint(program, target);
	default: /* the verifier had to know it */
		return bpf_program__attach(program);
	}
}

static void attach_target(struct bpf_program *program, const char *target,
			  struct attached *attached)
{
	attached->link = target ? attach_to(program, target) : bpf_program__attach(program);
	/* libbpf says what the kernel does not support, and not what libbpf itself can't attach. */
	if (!attached->link && errno == EOPNOTSUPP && explain_is_silent())
		attached->lacks = "its section names nothing to attach to, which a suite's attach "
				  "or --attach does";
}

/* To a map of sockets of the object. */
static void attach_map(const struct hook *hook, const struct bpf_program *program,
		       struct attached *attached)
{
	struct bpf_map *map = bpf_object__find_map_by_name(hook->loaded->object, hook->target);

	if (bpf_prog_attach(bpf_program__fd(program), bpf_map__fd(map),
			    bpf_program__expected_attach_type(program), 0))
		return;
	attached->own_map = map;
	attached->judge = program;
}

static const struct bpf_map *own_map(const struct attached *attached, size_t i)
{
	return i ? attached->beside[i - 1].own_map : attached->own_map;
}

/* Such maps are filled, each once, when all programs are attached: a socket is under those that its
 * map had when it came. */
static int fill_maps(const struct trigger *trigger, const struct attached *attached)
{
	struct loaded *loaded = trigger->hook.loaded;
	int failed = 0;

	for (size_t i = 0; i <= attached->nbeside && !failed; i++) {
		const struct bpf_map *map = own_map(attached, i);
		char *wrong;

		for (size_t j = 0; j < i && map; j++)
			if (own_map(attached, j) == map)
				map = NULL;
		if (!map)
			continue;
		wrong = setup_fill_map(&loaded->setup, loaded->object, map);
		failed = wrong ? -1 : 0;
		free(wrong);
	}
	return failed;
}

static int attach(const struct hook *hook, struct bpf_program *program, int cpu,
		  struct attached *attached)
{
	int fd = bpf_program__fd(program);

	*attached = (struct attached){.map = -1, .program = program};
	switch (hook->where) {
	case AT_CGROUP:
		attach_cgroup(program, attached);
		break;
	case AT_TARGET:
		attach_target(program, hook->target, attached);
		break;
	case AT_PERF_EVENT:
		attached->link = attach_perf_event(program, cpu);
		break;
	case AT_SOCKET_MAP:
		if (hook->target)
			attach_map(hook, program, attached);
		else
			attached->map =
			    sockets_join(fd, bpf_program__expected_attach_type(program));
		break;
	case AT_SOCKET:
		attached->undo = sockets_select(fd) ? NULL : sockets_unselect;
		break;
	case AT_ROUTE:
		attached->undo = segment_route(fd) ? NULL : segment_unroute;
		break;
	}
	return !attached->lacks &&
		       (attached->link || attached->map >= 0 || attached->own_map || attached->undo)
		   ? 0
		   : -1;
}

int trigger_attach(const struct trigger *trigger, struct bpf_program *program, int cpu,
		   struct attached *attached)
{
	struct attached *beside;

	sockets_use(pair_of(trigger));
	if (attach(&trigger->hook, program, cpu, attached))
		return -1;
	if (!trigger->nbeside)
		return fill_maps(trigger, attached);
	attached->beside = xcalloc(trigger->nbeside, sizeof(*attached->beside));
	for (size_t i = 0; i < trigger->nbeside; i++) {
		beside = &attached->beside[attached->nbeside++];
		if (attach(&trigger->beside[i].hook, trigger->beside[i].program, cpu, beside)) {
			attached->program = beside->program;
			attached->lacks = beside->lacks;
			return -1;
		}
	}
	return fill_maps(trigger, attached);
}

static void detach_map(const struct bpf_map *map, const struct bpf_program *program)
{
	unsigned char key[KEY_BYTES_MAX];
	const void *before = NULL;

	bpf_prog_detach2(bpf_program__fd(program), bpf_map__fd(map),
			 bpf_program__expected_attach_type(program));
	/* Every place of an array is a key, whether a socket is there or not. */
	while (bpf_map__key_size(map) <= sizeof(key) &&
	       !bpf_map_get_next_key(bpf_map__fd(map), before, key)) {
		bpf_map_delete_elem(bpf_map__fd(map), key);
		before = key;
	}
}

static void detach(struct attached *attached)
{
	if (attached->own_map)
		detach_map(attached->own_map, attached->judge);
	bpf_link__destroy(attached->link);
	if (attached->map >= 0)
		sockets_part(attached->map);
	if (attached->undo)
		attached->undo();
}

void trigger_detach(struct attached *attached)
{
	while (attached->nbeside)
		detach(&attached->beside[--attached->nbeside]);
	free(attached->beside);
	detach(attached);
}

const char *trigger_calls(const struct trigger *trigger)
{
	return trigger->command	 ? "commands"
	       : trigger->traced ? "runs of the program that it is attached to"
				 : trigger->action->calls;
}
