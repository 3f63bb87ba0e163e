/* SPDX-License-Identifier: MIT */
/* Bare sources and objects: suite adhoc, each program a test. */
#include <bpf/libbpf.h>
#include <elf.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "packet.h"
#include "say.h"
#include "text.h"
#include "work.h"
#include "xalloc.h"

bool adhoc_is_object(const char *path)
{
	char begin[SELFMAG] = "";
	struct stat file;
	int fd;

	if (text_ends_with(path, ".o"))
		return true;
	/* What is no file is left as it is: it may be a plan that comes through a pipe. */
	if (stat(path, &file) || !S_ISREG(file.st_mode))
		return false;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, begin, sizeof(begin)) < 0)
		begin[0] = '\0';
	close(fd);
	return !memcmp(begin, ELFMAG, SELFMAG);
}

void adhoc_add(struct work *work, const char *path, bool is_object)
{
	if (access(path, R_OK))
		die_errno("can't read %s: '%s'", is_object ? "object" : "source", path);
	work->has_adhoc = true;
	work_add_unit(
	    work, (struct unit){.source = xstrdup(path), .is_object = is_object, .adhoc = true});
}

/* Said once: a filter that looks for the Ethernet header leaves at once, and is measured at that.
 */
static void warn_of_filters(struct work *work, const struct bpf_program *program)
{
	if (work->warned_of_filters || bpf_program__type(program) != BPF_PROG_TYPE_SOCKET_FILTER ||
	    !strncmp(work->given.packet, PACKET_NESTED, strlen(PACKET_NESTED)))
		return;
	work->warned_of_filters = true;
	say("'%s': the kernel's test run starts a socket filter at the network header: for one "
	    "that "
	    "parses Ethernet, --packet " PACKET_NESTED "%s",
	    bpf_program__name(program), work->given.packet);
}

/* How a test is told from others: as much as it takes. */
enum named { BY_PROGRAM, BY_FILE, BY_PATH };

/* The name of a program's test, or, without a program, of the file's. Caller frees. */
static char *name_of(const struct work *work, const struct unit *unit, const char *program,
		     enum named by)
{
	char *path = *program ? work_stem(unit->source) : xstrdup(unit->source);
	const char *file = work->as && *program ? work->as : by == BY_PATH ? path : basename(path);
	char *name = !*program		? xstrdup(file)
		     : by == BY_PROGRAM ? xstrdup(program)
					: xasprintf("%s/%s", file, program);

	free(path);
	return name;
}

/* @program: "" where the programs are unknown: the file itself is what failed; @i: of given_rows()
 */
static void add_row(struct work *work, size_t u, const char *program, size_t i)
{
	struct plan_row *row = work_add_row(work, u);
	const struct unit *unit = &work->units[u];

	free(row->test);
	row->test = name_of(work, unit, program, unit->is_object ? BY_FILE : BY_PROGRAM);
	plan_set(&row->suite, "adhoc");
	plan_set(&row->entry_point, program);
	plan_set(&row->cpus, "any");
	row->fresh_packet = work->fresh_packet;
	work->origins[work->plan.nrows - 1].setting = given_set(&work->given, i, row);
	if (*program)
		given_name(&work->given, row);
}

static void add_programs(struct work *work, size_t u, const struct bpf_object *object)
{
	struct unit *unit = &work->units[u];
	struct bpf_program *program = bpf_object__next_program(object, NULL);

	if (!program) {
		free(unit->object);
		unit->object = NULL;
		unit->reason = xasprintf("there is no program in '%s'", unit->source);
		add_row(work, u, "", 0);
	}
	for (; program; program = bpf_object__next_program(object, program)) {
		const char *name = bpf_program__name(program);

		if (work->program && regexec(&work->program_regex, name, 0, NULL, 0))
			continue;
		warn_of_filters(work, program);
		for (size_t i = 0; i < given_rows(&work->given); i++)
			add_row(work, u, name, i);
	}
}

/* Tests of one name, which come of different files, get longer ones. */
static void rename_shared(struct work *work, size_t first, enum named by)
{
	size_t n = work->plan.nrows - first;
	uint32_t *number = xcalloc(n, sizeof(*number)), *times = xcalloc(n, sizeof(*times));
	struct plan_row *rows = work->plan.rows + first;
	struct keytable tests = {0};

	for (size_t i = 0; i < n; i++) {
		number[i] = keytable_add(&tests, rows[i].test, strlen(rows[i].test));
		times[number[i]]++;
	}
	for (size_t i = 0; i < n; i++) {
		const struct unit *unit = &work->units[work->origins[first + i].unit];

		if (times[number[i]] == 1)
			continue;
		free(rows[i].test);
		rows[i].test = name_of(work, unit, rows[i].entry_point, by);
		if (*rows[i].entry_point)
			given_name(&work->given, &rows[i]);
	}
	keytable_release(&tests);
	free(number);
	free(times);
}

void adhoc_list(struct work *work)
{
	size_t first = work->plan.nrows;

	for (size_t u = 0; u < work->nunits; u++) {
		const struct unit *unit = &work->units[u];
		struct bpf_object *object;

		if (!unit->adhoc)
			continue;
		work->operand = unit->source;
		/* What has no hash libbpf did not open: its load will say why. */
		object = *unit->program_hash ? bpf_object__open(unit->object) : NULL;
		if (object)
			add_programs(work, u, object);
		else
			add_row(work, u, "", 0);
		bpf_object__close(object);
	}
	if (work->has_adhoc && work->plan.nrows == first)
		die("no program's name matches '%s' (option --program)", work->program);
	rename_shared(work, first, BY_FILE);
	rename_shared(work, first, BY_PATH);
}
