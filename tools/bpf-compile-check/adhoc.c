/* SPDX-License-Identifier: MIT */
/* Bare sources: suite adhoc, each program of the object a test. */
#include <bpf/libbpf.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "packet.h"
#include "say.h"
#include "work.h"
#include "xalloc.h"

void adhoc_add(struct work *work, const char *path)
{
	if (access(path, R_OK))
		die_errno("can't read source: '%s'", path);
	work->has_adhoc = true;
	work_add_unit(work, (struct unit){.source = xstrdup(path), .adhoc = true});
}

/* Said once: a filter that looks for the Ethernet header leaves at once, and is measured at that.
 */
static void warn_of_filters(struct work *work, const struct bpf_program *program)
{
	if (work->warned_of_filters || bpf_program__type(program) != BPF_PROG_TYPE_SOCKET_FILTER ||
	    !strncmp(work->packet, PACKET_NESTED, strlen(PACKET_NESTED)))
		return;
	work->warned_of_filters = true;
	say("'%s': the kernel's test run starts a socket filter at the network header: for one "
	    "that "
	    "parses Ethernet, --packet " PACKET_NESTED "%s",
	    bpf_program__name(program), work->packet);
}

static struct plan_row *add_row(struct work *work, size_t unit, const char *test,
				const char *entry_point)
{
	struct plan_row *row = work_add_row(work, unit);

	plan_set(&row->suite, "adhoc");
	plan_set(&row->test, test);
	plan_set(&row->entry_point, entry_point);
	plan_set(&row->cpus, "any");
	plan_set(&row->packet, work->packet);
	row->fresh_packet = work->fresh_packet;
	return row;
}

/* Its programs are unknown: the file itself is what failed. */
static struct plan_row *add_file(struct work *work, size_t u)
{
	char *copy = xstrdup(work->units[u].source);
	struct plan_row *row = add_row(work, u, basename(copy), "");

	plan_set(&row->object, work->units[u].object);
	free(copy);
	return row;
}

void adhoc_list(struct work *work)
{
	for (size_t u = 0; u < work->nunits; u++) {
		const struct unit *unit = &work->units[u];
		struct bpf_program *program;
		struct bpf_object *object;

		if (!unit->adhoc)
			continue;
		work->operand = unit->source;
		if (!unit->object) {
			struct plan_row *row = add_file(work, u);

			row->status = STATUS_COMPILE_FAILED;
			plan_set(&row->reason, unit->reason);
			plan_set(&row->log, unit->log);
			continue;
		}
		object = *unit->program_hash ? bpf_object__open(unit->object) : NULL;
		if (!object) {
			add_file(work, u); /* its load will say */
			continue;
		}
		bpf_object__for_each_program(program, object) {
			const char *name = bpf_program__name(program);
			struct plan_row *row = add_row(work, u, name, name);

			warn_of_filters(work, program);
			plan_set(&row->object, unit->object);
			plan_set(&row->program_hash, unit->program_hash);
		}
		bpf_object__close(object);
	}
}
