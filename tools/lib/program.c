/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explain.h"
#include "keytable.h"
#include "own_maps.h"
#include "setup_programs.h"
#include "text.h"
#include "user.h"
#include "xalloc.h"

/* The trace of a large program is megabytes long; the kernel takes up to 1 GiB. */
#define TRACE_BYTES ((size_t)16 * 1024 * 1024)
#define STATS_BYTES ((size_t)64 * 1024)

static bool is_in(const struct program_set *set, const char *name)
{
	return text_index(set->name, set->n, name) < set->n;
}

/* Add a program unless it is "" or there; false when there is no room. */
static bool add_program(struct program_set *set, const char *name)
{
	if (!*name || is_in(set, name))
		return true;
	if (set->n == PROGRAMS_MAX)
		return false;
	set->name[set->n++] = name;
	return true;
}

bool program_set_add_row(struct program_set *set, const struct plan_row *row)
{
	const char *entry_point = row->entry_point;

	if (user_is_type(row->program_type))
		entry_point =
		    user_subject(user_find(row->program_type, entry_point)) == USER_OF_PROGRAM
			? USER_PROGRAM
			: "";
	else if (!*entry_point)
		set->lacks_entry_point = true;
	return add_program(set, entry_point) && add_program(set, row->prepare) &&
	       add_program(set, row->check);
}

struct program_set program_set_of(const struct plan_row *row)
{
	return (struct program_set){
	    .object = row->object,
	    .program_hash = row->program_hash,
	    .setup = row->setup,
	    .program_type = user_is_type(row->program_type) ? "" : row->program_type,
	};
}

/* The sections that stand for types which are attached as a kind of theirs, and whose own names are
 * no sections, or ones that name no kind. */
static const char *section_of_type(const char *name)
{
	static const char *const types[][2] = {
	    {"sock_ops", "sockops"},
	    {"sk_skb", "sk_skb/stream_verdict"},
	    {"cgroup_device", "cgroup/dev"},
	    {"cgroup_sysctl", "cgroup/sysctl"},
	    {"cgroup_sock", "cgroup/sock_create"},
	    {"cgroup_sock_addr", "cgroup/connect4"},
	    {"cgroup_sockopt", "cgroup/getsockopt"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(name, types[i][0]))
			return types[i][1];
	return name;
}

int program_type_by_name(const char *name, enum bpf_attach_type *attach_type)
{
	enum bpf_prog_type type;
	bool is_section;

	*attach_type = 0;
	is_section = !libbpf_prog_type_by_name(section_of_type(name), &type, attach_type);
	for (int t = 1; libbpf_bpf_prog_type_str(t); t++)
		if (!strcmp(name, libbpf_bpf_prog_type_str(t)))
			return t;
	return is_section ? (int)type : -1;
}

/* Too many open files say nothing of a program. */
static void note_trouble(struct loaded *loaded, int error)
{
	if (error == EMFILE || error == ENFILE)
		loaded->trouble = error;
}

static enum status fail(struct loaded *loaded, enum status status, char *reason)
{
	free(loaded->reason);
	loaded->reason = reason;
	return loaded->status = status;
}

/* The sections of these types name a function to attach to. libbpf 1.1 looks for it whatever type a
 * program is given, in BTF that it reads only for these types: it would crash. */
static bool names_function(enum bpf_prog_type type)
{
	return type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM ||
	       type == BPF_PROG_TYPE_EXT;
}

/* Programs of the object whose sections say otherwise, or say nothing that libbpf knows, become of
 * the set's type. Unless the section of the entry point says otherwise, only the latter do: a
 * program that prepares or checks may be of a type of its own. */
static void force_type(struct loaded *loaded, const struct program_set *set)
{
	enum bpf_attach_type attach_type;
	int type = program_type_by_name(set->program_type, &attach_type);
	struct bpf_program *program =
	    bpf_object__find_program_by_name(loaded->object, set->name[0]);
	bool only_unknown = program && ((int)bpf_program__type(program) == type ||
					bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC);

	if (type < 0) {
		fail(loaded, STATUS_UNSUPPORTED,
		     xasprintf("libbpf %s has no program type named '%s'",
			       libbpf_version_string() + 1, set->program_type));
		return;
	}
	bpf_object__for_each_program(program, loaded->object) {
		enum bpf_prog_type own = bpf_program__type(program);
		const char *name = bpf_program__name(program);

		if ((int)own == type || (only_unknown && own != BPF_PROG_TYPE_UNSPEC) ||
		    (names_function(own) && !is_in(set, name)))
			continue;
		if (names_function(own)) {
			fail(loaded, STATUS_LOAD_FAILED,
			     xasprintf("%s: a program of section '%s' can't be of type %s", name,
				       bpf_program__section_name(program), set->program_type));
			return;
		}
		bpf_program__set_type(program, type);
		/* Else only the section says so, and the kernel takes no others. */
		if (type == BPF_PROG_TYPE_SYSCALL)
			bpf_program__set_flags(program,
					       bpf_program__flags(program) | BPF_F_SLEEPABLE);
		bpf_program__set_expected_attach_type(program, attach_type);
	}
}

struct cause {
	enum status status;
	char *reason;
};

/* Programs that could not be loaded, with why. An object is loaded in each round. */
static struct {
	struct keytable programs;
	struct cause *why;
} left_out;

/* The key is of what the load depends on. */
static uint32_t left_out_number(const struct program_set *set, const char *program, bool add)
{
	struct key key = {0};
	uint32_t number;

	key_set(&key, (const char *const[]){set->object, set->setup, set->program_type, program},
		4);
	number = add ? keytable_add(&left_out.programs, key.text, key.len)
		     : keytable_find(&left_out.programs, key.text, key.len);
	key_release(&key);
	return number;
}

static bool is_left_out(const struct program_set *set, const struct bpf_program *program)
{
	return left_out.programs.n &&
	       left_out_number(set, bpf_program__name(program), false) != KEYTABLE_NONE;
}

/* Load only what the set needs. A prog array is filled by libbpf at load, from any program of the
 * object. */
static void set_autoload(const struct loaded *loaded, const struct program_set *set)
{
	struct bpf_program *program;
	bool has_tail_calls = false;
	struct bpf_map *map;

	bpf_object__for_each_map(map, loaded->object)
		has_tail_calls |= bpf_map__type(map) == BPF_MAP_TYPE_PROG_ARRAY;
	bpf_object__for_each_program(program, loaded->object)
		bpf_program__set_autoload(program, has_tail_calls && !is_left_out(set, program));
}

static enum status choose_programs(struct loaded *loaded, const struct program_set *set,
				   int log_level)
{
	size_t log_bytes = log_level & LOG_TRACE ? TRACE_BYTES : STATS_BYTES;

	set_autoload(loaded, set);
	if (*set->program_type)
		force_type(loaded, set);
	for (size_t i = 0; i < set->n && loaded->status == STATUS_OK; i++) {
		struct bpf_program *program =
		    bpf_object__find_program_by_name(loaded->object, set->name[i]);

		if (!program)
			return fail(loaded, STATUS_LOAD_FAILED,
				    xasprintf("no program is named '%s' in '%s'", set->name[i],
					      set->object));
		loaded->program[i] = program;
		bpf_program__set_autoload(program, true);
		if (!log_level)
			continue;
		loaded->log[i] = xcalloc(1, log_bytes);
		bpf_program__set_log_buf(program, loaded->log[i], log_bytes);
		bpf_program__set_log_level(program, (unsigned int)log_level);
	}
	return loaded->status;
}

/* Whether the object is what the plan was made of, as far as that can be told. */
static bool is_as_planned(const struct loaded *loaded, const struct program_set *set)
{
	char hash[17];

	return !*set->program_hash ||
	       (!object_hash_opened(set->object, loaded->object, hash) &&
		!setup_hash(set->setup, hash) && !strcmp(hash, set->program_hash));
}

/* What libbpf does with an object, tried once: it is opened in each round. A hash in a plan proves
 * nothing, as anybody may have written it. */
static bool may_be_opened(const char *path)
{
	static struct keytable tried, damaged;
	size_t known = tried.n, len = strlen(path);

	if (keytable_add(&tried, path, len) == known && !object_opens(path))
		keytable_add(&damaged, path, len);
	return keytable_find(&damaged, path, len) == KEYTABLE_NONE;
}

/* Set what the test sets before the object is loaded. */
static enum status set_up(struct loaded *loaded, const struct program_set *set)
{
	char *wrong = setup_read(&loaded->setup, set->setup);
	struct bpf_program *program;

	if (!wrong)
		wrong = setup_before_load(&loaded->setup, loaded->object);
	if (!wrong)
		wrong = setup_programs(&loaded->setup, loaded->object, set->object);
	bpf_object__for_each_program(program, loaded->object)
		if (setup_is_with_all(&loaded->setup) && is_left_out(set, program))
			bpf_program__set_autoload(program, false);
	if (!wrong)
		loaded->sized = own_maps_size(loaded->object);
	return wrong ? fail(loaded, STATUS_LOAD_FAILED, wrong) : loaded->status;
}

enum status program_open(struct loaded *loaded, const struct program_set *set, int log_level)
{
	char setup[17] = "";

	/* No assignment: clang's analyzer does not follow one of so large a structure. */
	memset(loaded, 0, sizeof(*loaded));
	loaded->n = set->n;
	loaded->status = STATUS_OK;
	loaded->log_level = log_level;
	if (access(set->object, R_OK))
		return fail(loaded, STATUS_LOAD_FAILED,
			    xasprintf("can't read object '%s': %s", set->object, strerror(errno)));
	if (!may_be_opened(set->object))
		return fail(loaded, STATUS_LOAD_FAILED,
			    xasprintf("libbpf %s crashes when it opens object '%s': it is damaged",
				      libbpf_version_string() + 1, set->object));
	explain_forget();
	loaded->object = bpf_object__open(set->object);
	if (!loaded->object) {
		note_trouble(loaded, errno);
		return fail(
		    loaded, STATUS_LOAD_FAILED,
		    xasprintf("can't open object '%s': %s", set->object, explain_said(errno)));
	}
	errno = 0;
	if (!is_as_planned(loaded, set)) {
		note_trouble(loaded, errno);
		if (setup_hash(set->setup, setup))
			return fail(
			    loaded, STATUS_LOAD_FAILED,
			    xasprintf("can't read setup '%s': %s", set->setup, strerror(errno)));
		return fail(
		    loaded, STATUS_LOAD_FAILED,
		    xasprintf("object '%s' is not the one that the plan was made of (program_hash "
			      "%s): make the plan anew",
			      set->object, set->program_hash));
	}
	if (set->lacks_entry_point)
		return fail(loaded, STATUS_LOAD_FAILED,
			    xasprintf("the plan names no entry point of object '%s'", set->object));
	loaded->unpinned = own_maps_unpin(loaded->object);
	return choose_programs(loaded, set, log_level) ? loaded->status : set_up(loaded, set);
}

/* The program that a load failed at, if the set does not need it. */
static struct bpf_program *failed_beside(const struct loaded *loaded, const struct program_set *set)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, loaded->object)
		if (explain_is_of("prog", bpf_program__name(program)))
			break;
	return program && bpf_program__autoload(program) && !is_in(set, bpf_program__name(program))
		   ? program
		   : NULL;
}

/* Leave out what the load failed at, and open the object again. False where that does not help. */
static bool leave_out(struct loaded *loaded, const struct program_set *set, int error)
{
	struct bpf_program *program = loaded->trouble ? NULL : failed_beside(loaded, set);
	int log_level = loaded->log_level;
	enum status status;
	char *reason;

	/* A map that the test fills may need it all the same. */
	if (!program || is_left_out(set, program))
		return false;
	reason = explain_load(loaded, set, error, &status);
	left_out.why = xgrow(left_out.why, left_out.programs.n, sizeof(*left_out.why));
	left_out.why[left_out.programs.n].status = status;
	left_out.why[left_out.programs.n].reason = reason;
	left_out_number(set, bpf_program__name(program), true);
	program_unload(loaded);
	return program_open(loaded, set, log_level) == STATUS_OK;
}

/* libbpf fills a prog array that says which program is in which slot, and fails where that one is
 * left out: why it was is the cause. NULL: that is not what failed. */
static char *explain_slot(const struct loaded *loaded, const struct program_set *set,
			  enum status *status)
{
	const char *said = explain_said(0);
	struct bpf_program *program;

	if (!strstr(said, "failed to initialize slot"))
		return NULL;
	bpf_object__for_each_program(program, loaded->object) {
		char *named = xasprintf(" to prog '%s' ", bpf_program__name(program));
		bool is = strstr(said, named) && is_left_out(set, program);
		uint32_t number;

		free(named);
		if (!is)
			continue;
		number = left_out_number(set, bpf_program__name(program), false);
		*status = left_out.why[number].status;
		return xasprintf("a prog array holds '%s', which can't be loaded: %s",
				 bpf_program__name(program), left_out.why[number].reason);
	}
	return NULL;
}

enum status program_load(struct loaded *loaded, const struct program_set *set)
{
	enum status status;
	bool lacks = false;
	char *reason;
	int error;

	if (loaded->status != STATUS_OK)
		return loaded->status;
	do {
		explain_forget();
		error = -bpf_object__load(loaded->object);
		note_trouble(loaded, error);
	} while (error && leave_out(loaded, set, error));
	if (loaded->status != STATUS_OK)
		return loaded->status;
	if (!error) {
		reason = setup_after_load(&loaded->setup, loaded->object, &lacks);
		status = lacks ? STATUS_UNSUPPORTED : STATUS_LOAD_FAILED;
		return reason ? fail(loaded, status, reason) : loaded->status;
	}
	reason = explain_slot(loaded, set, &status);
	if (!reason)
		reason = explain_load(loaded, set, error, &status);
	return fail(loaded, status, reason);
}

void program_unload(struct loaded *loaded)
{
	bpf_object__close(loaded->object);
	setup_release(&loaded->setup);
	for (size_t i = 0; i < loaded->n; i++)
		free(loaded->log[i]);
	free(loaded->reason);
	free(loaded->unpinned);
	free(loaded->sized);
	memset(loaded, 0, sizeof(*loaded));
}

struct bpf_program *program_find(const struct loaded *loaded, const char *name)
{
	for (size_t i = 0; i < loaded->n; i++)
		if (!strcmp(bpf_program__name(loaded->program[i]), name))
			return loaded->program[i];
	return NULL;
}

const char *program_may_load(void)
{
	const struct bpf_insn empty[] = {
	    {.code = BPF_ALU | BPF_MOV | BPF_K},
	    {.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, NULL, "GPL", empty, 2, NULL);

	if (fd >= 0) {
		close(fd);
		return NULL;
	}
	if (errno == EPERM || errno == EACCES)
		return "no privilege to load programs: run as root, or with CAP_BPF, CAP_NET_ADMIN "
		       "and CAP_PERFMON";
	return errno == ENOSYS ? "this kernel has no bpf()" : strerror(errno);
}
