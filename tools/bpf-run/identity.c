/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include <bpf/libbpf.h>
#include <err.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "cli.h"
#include "csv.h"
#include "hypervisor.h"
#include "schema.h"
#include "text.h"
#include "xalloc.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

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

/* The first line of a file, or "" when it is not there. The caller frees it. */
static char *first_line(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!f || getline(&line, &size, f) < 0) {
		free(line);
		line = xstrdup("");
	}
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* The value of the first line "name : value" of /proc/cpuinfo, or "". */
static char *cpuinfo(const char *name)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char *line = NULL, *value = NULL;
	size_t size = 0, n = strlen(name);

	while (f && !value && getline(&line, &size, f) > 0) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, name, n) || strspn(line + n, " \t") + n + line != colon)
			continue;
		colon += 1 + strspn(colon + 1, " ");
		colon[strcspn(colon, "\n")] = '\0';
		value = xstrdup(colon);
	}
	free(line);
	if (f)
		fclose(f);
	return value ? value : xstrdup("");
}

/* Model name with family, model and stepping: clouds cut the name down to "AMD EPYC". */
static char *cpu_model(void)
{
	char *name = cpuinfo("model name"), *family = cpuinfo("cpu family"),
	     *model = cpuinfo("model"), *stepping = cpuinfo("stepping"),
	     *part = cpuinfo("CPU part"), *implementer = cpuinfo("CPU implementer"), *result;

	if (*name)
		result = xasprintf("%s %s-%s-%s", name, family, model, stepping);
	else
		result = xasprintf("cpu %s %s", implementer, part);
	free(name);
	free(family);
	free(model);
	free(stepping);
	free(part);
	free(implementer);
	return result;
}

/* The hypervisor's name, "none" on bare metal. */
static char *virtualisation(void)
{
#if defined(__x86_64__) || defined(__i386__)
	unsigned int a, b, c, d;
	char signature[13] = "";

	if (__get_cpuid(1, &a, &b, &c, &d) && c >> 31) {
		__cpuid(0x40000000, a, b, c, d);
		memcpy(signature, &b, 4);
		memcpy(signature + 4, &c, 4);
		memcpy(signature + 8, &d, 4);
		/* Some are padded to their twelve bytes. */
		for (size_t n = strlen(signature); n && signature[n - 1] == ' '; n--)
			signature[n - 1] = '\0';
		return xstrdup(*signature ? hypervisor_name(signature) : "unknown");
	}
	return xstrdup("none");
#else
	char *compatible = first_line("/proc/device-tree/hypervisor/compatible");
	char *type = first_line("/sys/hypervisor/type");
	const char *signature = *compatible ? compatible : *type ? type : "none";
	char *result = xstrdup(hypervisor_name(signature));

	free(compatible);
	free(type);
	return result;
#endif
}

/* Settings that change what all programs cost, where they are not the usual ones: a file, its
 * text, and what the host class then has. (bpf_jit_harden = 1 is for unprivileged users only.) */
static const struct {
	const char *path, *value, *name;
} deviations[] = {
    {"/proc/sys/net/core/bpf_jit_enable", "0", "nojit"},
    {"/proc/sys/net/core/bpf_jit_harden", "2", "harden2"},
    {"/proc/sys/kernel/bpf_stats_enabled", "1", "stats"},
};

static char *add_deviations(char *text)
{
	for (size_t i = 0; i < sizeof(deviations) / sizeof(*deviations); i++) {
		char *value = first_line(deviations[i].path), *longer;

		if (!strcmp(value, deviations[i].value)) {
			longer = xasprintf("%s %s", text, deviations[i].name);
			free(text);
			text = longer;
		}
		free(value);
	}
	return text;
}

static char *host_class(enum runtime runtime)
{
	char *model = cpu_model(), *virt = virtualisation();
	char *text = add_deviations(xasprintf("%s %s %s", model, virt, runtime_names[runtime]));
	char *slug = text_slug(text);

	free(model);
	free(virt);
	free(text);
	return slug;
}

static char *new_run_id(void)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		err(EXIT_TROUBLE, "can't get a random run id (give one with --run-id)");
	return xasprintf("%012" PRIx64, random & UINT64_C(0xffffffffffff));
}

void identity_complete(struct identity *identity)
{
	identity->run_id = identity->run_id ? xstrdup(identity->run_id) : new_run_id();
	identity->host_class =
	    identity->host_class ? xstrdup(identity->host_class) : host_class(identity->runtime);
	identity->track = xstrdup(identity->track ? identity->track : "local");
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

static void put_owned(FILE *f, const char *name, char *value)
{
	put(f, name, value);
	free(value);
}

/* Every file of a pattern as name=value, separated by ';'. */
static void put_files(FILE *f, const char *name, const char *pattern)
{
	char *all = xstrdup("");
	glob_t found;

	if (!glob(pattern, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			char *value = first_line(found.gl_pathv[i]);
			char *longer = xasprintf("%s%s%s=%s", all, *all ? "; " : "",
						 strrchr(found.gl_pathv[i], '/') + 1, value);

			free(value);
			free(all);
			all = longer;
		}
		globfree(&found);
	}
	put_owned(f, name, all);
}

/* What the plan says of its builds and its compiler, each value once. */
static void put_plan(FILE *f, const struct plan *plan)
{
	for (size_t i = 0; i < plan->nrows; i++) {
		const struct plan_row *row = &plan->rows[i];
		bool seen = false, seen_suite = false, seen_compiler = !*row->compiler;

		for (size_t j = 0; j < i; j++) {
			seen |= !strcmp(plan->rows[j].build, row->build);
			seen_compiler |= !strcmp(plan->rows[j].compiler, row->compiler);
			seen_suite |= !strcmp(plan->rows[j].suite, row->suite);
		}
		if (!seen_suite)
			put(f, "suite", row->suite);
		if (!seen)
			put(f, "build", row->build);
		if (!seen_compiler)
			put(f, "compiler", row->compiler);
	}
}

static const struct {
	const char *name, *path;
} host_files[] = {
    {"governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
    {"intel_no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo"},
    {"boost", "/sys/devices/system/cpu/cpufreq/boost"},
    {"smt", "/sys/devices/system/cpu/smt/control"},
    {"cpus_online", "/sys/devices/system/cpu/online"},
    {"cpus_isolated", "/sys/devices/system/cpu/isolated"},
    {"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
    {"command_line", "/proc/cmdline"},
    {"bpf_jit_enable", "/proc/sys/net/core/bpf_jit_enable"},
    {"bpf_jit_harden", "/proc/sys/net/core/bpf_jit_harden"},
    {"bpf_jit_kallsyms", "/proc/sys/net/core/bpf_jit_kallsyms"},
    {"bpf_stats_enabled", "/proc/sys/kernel/bpf_stats_enabled"},
};

static void put_environment(FILE *f, const struct identity *identity, const struct plan *plan)
{
	const char *repository = getenv("GITHUB_REPOSITORY"), *commit = getenv("GITHUB_SHA");
	struct utsname kernel;
	char now[32];

	uname(&kernel);
	identity_timestamp(now, sizeof(now));
	put(f, "name", "value");
	put_owned(f, "schema_version", xasprintf("%d", SCHEMA_VERSION));
	put(f, "run_id", identity->run_id);
	put(f, "timestamp", now);
	put(f, "host_class", identity->host_class);
	put(f, "runtime", runtime_names[identity->runtime]);
	put(f, "track", identity->track);
	put_plan(f, plan);
	put(f, "repository", repository);
	put(f, "commit", commit);
	put(f, "tools_version", VERSION);
	put_owned(f, "libbpf", xstrdup(libbpf_version_string()));
	put(f, "kernel", kernel.release);
	put(f, "kernel_version", kernel.version);
	put(f, "machine", kernel.machine);
	put_owned(f, "cpu_model", cpu_model());
	put_owned(f, "virtualisation", virtualisation());
	for (size_t i = 0; i < sizeof(host_files) / sizeof(*host_files); i++)
		put_owned(f, host_files[i].name, first_line(host_files[i].path));
	put_files(f, "mitigations", "/sys/devices/system/cpu/vulnerabilities/*");
}

void identity_write_environment(const struct identity *identity, const struct plan *plan,
				const char *path)
{
	FILE *f = fopen(path, "we");
	bool failed;

	if (!f)
		err(EXIT_TROUBLE, "can't write: '%s'", path);
	put_environment(f, identity, plan);
	failed = ferror(f);
	if (fclose(f) || failed)
		err(EXIT_TROUBLE, "can't write: '%s'", path);
}
