/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <err.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "hypervisor.h"
#include "xalloc.h"

/* What environment.csv says of the host: a name there, and a file, or a pattern of files. */
static const struct {
	const char *name, *path;
} settings[] = {
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
    {"mitigations", "/sys/devices/system/cpu/vulnerabilities/*"},
};

#define SETTINGS (sizeof(settings) / sizeof(*settings))

#define GOVERNOR(name)                                                                             \
	{                                                                                          \
		"governor", name, NULL,                                                            \
		    "the CPU frequency governor is '" name "': make prepare-host"                  \
	}

/* Values that make samples worse, and what to do. Those with a name change what all programs cost.
 * (bpf_jit_harden = 1 is for unprivileged users only.) */
static const struct {
	const char *setting, *value, *name, *advice;
} unusual[] = {
    {"bpf_jit_enable", "0", "nojit",
     "the BPF JIT is off, programs are interpreted: sysctl net.core.bpf_jit_enable=1"},
    {"bpf_jit_enable", "2", NULL,
     "the BPF JIT prints its code to the kernel log: sysctl net.core.bpf_jit_enable=1"},
    {"bpf_jit_harden", "2", "harden2",
     "constants are blinded in all JITed programs: sysctl net.core.bpf_jit_harden=0"},
    {"bpf_stats_enabled", "1", "stats",
     "the kernel times each program run: sysctl kernel.bpf_stats_enabled=0"},
    GOVERNOR("powersave"),
    GOVERNOR("schedutil"),
    GOVERNOR("ondemand"),
    {"smt", "on", NULL,
     "sibling threads share a core (SMT): make prepare-host, on a machine of your own"},
};

#define UNUSUAL (sizeof(unusual) / sizeof(*unusual))

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

/* Whether the setting has the value that number `u` of the unusual ones is about. */
static bool is_unusual(size_t u)
{
	for (size_t s = 0; s < SETTINGS; s++)
		if (!strcmp(settings[s].name, unusual[u].setting)) {
			char *value = first_line(settings[s].path);
			bool same = !strcmp(value, unusual[u].value);

			free(value);
			return same;
		}
	return false;
}

void machine_append_unusual(char **text)
{
	for (size_t u = 0; u < UNUSUAL; u++)
		if (unusual[u].name && is_unusual(u))
			xappendf(text, " %s", unusual[u].name);
}

void machine_advise(void)
{
	for (size_t u = 0; u < UNUSUAL; u++)
		if (is_unusual(u))
			warnx("advice: %s", unusual[u].advice);
}

/* Append what the first line "name : value" of /proc/cpuinfo says. */
static void append_cpuinfo(char **text, const char *separator, const char *name)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char *line = NULL;
	size_t size = 0, n = strlen(name);

	while (f && getline(&line, &size, f) > 0) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, name, n) || strspn(line + n, " \t") + n + line != colon)
			continue;
		colon += 1 + strspn(colon + 1, " ");
		xappendf(text, "%s%.*s", separator, (int)strcspn(colon, "\n"), colon);
		break;
	}
	free(line);
	if (f)
		fclose(f);
}

char *machine_cpu_model(void)
{
	static const struct {
		const char *separator, *name;
	} parts[] = {
	    {"", "model name"}, {" ", "cpu family"},	     {"-", "model"},
	    {"-", "stepping"},	{"cpu ", "CPU implementer"}, {" ", "CPU part"},
	};
	char *text = xstrdup("");

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		append_cpuinfo(&text, parts[i].separator, parts[i].name);
	if (!*text)
		xappendf(&text, "cpu");
	return text;
}

#if defined(__x86_64__) || defined(__i386__)
char *machine_hypervisor(void)
{
	unsigned int a, b, c, d;
	char signature[13] = "";

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 31))
		return xstrdup("none");
	__cpuid(0x40000000, a, b, c, d);
	memcpy(signature, &b, 4);
	memcpy(signature + 4, &c, 4);
	memcpy(signature + 8, &d, 4);
	/* Some are padded to their twelve bytes. */
	for (size_t n = strlen(signature); n && signature[n - 1] == ' '; n--)
		signature[n - 1] = '\0';
	return xstrdup(*signature ? hypervisor_name(signature) : "unknown");
}
#else
char *machine_hypervisor(void)
{
	char *compatible = first_line("/proc/device-tree/hypervisor/compatible");
	char *type = first_line("/sys/hypervisor/type");
	const char *signature = *compatible ? compatible : *type ? type : "none";
	char *result = xstrdup(hypervisor_name(signature));

	free(compatible);
	free(type);
	return result;
}
#endif

/* The files of a pattern as name=value, separated by ';'. */
static char *first_lines(const char *pattern)
{
	char *all = xstrdup("");
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		return all;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *value = first_line(found.gl_pathv[i]);

		xappendf(&all, "%s%s=%s", *all ? "; " : "", strrchr(found.gl_pathv[i], '/') + 1,
			 value);
		free(value);
	}
	globfree(&found);
	return all;
}

const char *machine_setting(size_t i, char **value)
{
	if (i == SETTINGS)
		return NULL;
	*value = strchr(settings[i].path, '*') ? first_lines(settings[i].path)
					       : first_line(settings[i].path);
	return settings[i].name;
}
