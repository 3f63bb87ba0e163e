/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include <bpf/libbpf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

#include "cli.h"
#include "csv.h"
#include "machine.h"
#include "say.h"
#include "schema.h"
#include "text.h"
#include "xalloc.h"

const char *const runtime_names[RUNTIME_COUNT] = {
    [RUNTIME_HOST] = "host",
    [RUNTIME_KVM] = "kvm",
    [RUNTIME_ICOUNT] = "icount",
};

void identity_timestamp(char *buffer, size_t size)
{
	time_t now = time(NULL);
	struct tm utc;

	strftime(buffer, size, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
}

/* Elsewhere than in a VM that counts, the same clock tells time, which would pass for a count: only
 * our VMs' init sets the variable. */
static void take_runtime(struct identity *identity, struct csv_reader *csv, const char *name)
{
	size_t r = text_index(runtime_names, RUNTIME_COUNT, name);

	if (r >= RUNTIME_COUNT)
		csv_refuse(csv, "runtime is not host, kvm or icount: '%s'", name);
	if (r != RUNTIME_HOST && !getenv("BPF_RUN_GUEST"))
		die("runtime %s is for a VM that pipelines/vm boots (make bench RUNTIME=%s)", name,
		    name);
	identity->runtime = (enum runtime)r;
}

/* Take a row of the file. */
static void take(struct identity *identity, struct csv_reader *csv, const char *name,
		 const char *value)
{
	char **text = !strcmp(name, "run_id")	    ? &identity->run_id
		      : !strcmp(name, "host_class") ? &identity->host_class
		      : !strcmp(name, "track")	    ? &identity->track
						    : NULL;
	const char *wrong = NULL;

	if (text && !*value)
		csv_refuse(csv, "%s is empty", name);
	else if (text)
		plan_set(text, value);
	else if (!strcmp(name, "runtime"))
		take_runtime(identity, csv, value);
	else if (!strcmp(name, "boot"))
		wrong = number_parse_u64(value, 1, UINT32_MAX, &identity->boot);
	if (wrong)
		csv_refuse(csv, "boot %s: '%s'", wrong, value);
}

static void read_file(struct identity *identity, const char *path)
{
	static const char *const names[] = {"name", "value"};
	struct csv_reader csv;
	int column[2];

	csv_must(&csv, csv_open(&csv, path));
	csv_must(&csv, csv_require(&csv, names, 2, column));
	while (csv_must(&csv, csv_next_row(&csv)))
		take(identity, &csv, csv.cell[column[0]], csv.cell[column[1]]);
	csv_release(&csv);
}

static char *new_run_id(void)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		die_errno("can't get a random run id");
	return xasprintf("%012" PRIx64, random & UINT64_C(0xffffffffffff));
}

void identity_init(struct identity *identity, const char *path, const char *track)
{
	*identity = (struct identity){.boot = 1};
	if (path)
		read_file(identity, path);
	if (track)
		plan_set(&identity->track, track);
	if (!identity->track)
		identity->track = xstrdup("local");
	if (!identity->run_id)
		identity->run_id = new_run_id();
	if (!identity->host_class)
		identity->host_class = machine_class(runtime_names[identity->runtime]);
}

void identity_release(struct identity *identity)
{
	free(identity->run_id);
	free(identity->host_class);
	free(identity->track);
}

static void put(FILE *f, const char *name, const char *value)
{
	struct csv_writer w = {.f = f};

	csv_write_cell(&w, name);
	csv_write_cell(&w, value);
	csv_end_row(&w);
}

/* A text that each row of the plan has, each value once. */
static void put_each(FILE *f, const char *name, const struct plan *plan, size_t member)
{
	for (size_t i = 0, j; i < plan->nrows; i++) {
		const char *text = *(char **)((char *)&plan->rows[i] + member);

		for (j = 0; strcmp(*(char **)((char *)&plan->rows[j] + member), text) != 0; j++)
			;
		if (j == i && *text)
			put(f, name, text);
	}
}

static void put_environment(FILE *f, const struct identity *identity, const struct plan *plan)
{
	struct utsname kernel;
	char now[32], version[16];

	uname(&kernel);
	identity_timestamp(now, sizeof(now));
	snprintf(version, sizeof(version), "%d", SCHEMA_VERSION);
	put(f, "name", "value");
	put(f, "schema_version", version);
	put(f, "run_id", identity->run_id);
	put(f, "timestamp", now);
	put(f, "host_class", identity->host_class);
	put(f, "runtime", runtime_names[identity->runtime]);
	put(f, "track", identity->track);
	put_each(f, "suite", plan, offsetof(struct plan_row, suite));
	put_each(f, "build", plan, offsetof(struct plan_row, build));
	put_each(f, "compiler", plan, offsetof(struct plan_row, compiler));
	put(f, "repository", getenv("GITHUB_REPOSITORY"));
	put(f, "commit", getenv("GITHUB_SHA"));
	put(f, "tools_version", VERSION);
	put(f, "libbpf", libbpf_version_string());
	put(f, "kernel", kernel.release);
	put(f, "kernel_version", kernel.version);
	put(f, "machine", kernel.machine);
	machine_describe(put, f);
}

static FILE *open_environment(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f)
		die_errno("can't write: '%s'", path);
	return f;
}

static void close_environment(FILE *f, const char *path)
{
	bool failed = ferror(f);

	if (fclose(f) || failed)
		die_errno("can't write: '%s'", path);
}

void identity_write_environment(const struct identity *identity, const struct plan *plan,
				const char *path)
{
	FILE *f = open_environment(path, "we");

	put_environment(f, identity, plan);
	close_environment(f, path);
}

void identity_end_environment(const struct busy *since, const char *path)
{
	FILE *f = open_environment(path, "ae");

	busy_describe(since, put, f);
	close_environment(f, path);
}
