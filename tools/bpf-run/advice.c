/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "xalloc.h"

/* A file, the text that it must not begin with, and what to say when it does. */
static const struct {
	const char *path, *bad, *advice;
} knobs[] = {
    {"/proc/sys/net/core/bpf_jit_enable", "0",
     "the BPF JIT is off, programs are interpreted: sysctl net.core.bpf_jit_enable=1"},
    {"/proc/sys/net/core/bpf_jit_enable", "2",
     "the BPF JIT prints its code to the kernel log: sysctl net.core.bpf_jit_enable=1"},
    {"/proc/sys/net/core/bpf_jit_harden", "2",
     "constants are blinded in all JITed programs: sysctl net.core.bpf_jit_harden=0"},
    {"/proc/sys/kernel/bpf_stats_enabled", "1",
     "the kernel times each program run: sysctl kernel.bpf_stats_enabled=0"},
    {"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave",
     "the CPU frequency governor is 'powersave': make prepare-host"},
    {"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "schedutil",
     "the CPU frequency governor is 'schedutil': make prepare-host"},
    {"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "ondemand",
     "the CPU frequency governor is 'ondemand': make prepare-host"},
    {"/sys/devices/system/cpu/smt/active", "1",
     "sibling threads share a core (SMT): make prepare-host, on a machine of your own"},
};

/* Options of debugging kernels that change what programs cost. */
static const char *const debug_options[] = {
    "CONFIG_PROVE_LOCKING=y",
    "CONFIG_KASAN=y",
    "CONFIG_KCSAN=y",
    "CONFIG_UBSAN=y",
    "CONFIG_DEBUG_LOCK_ALLOC=y",
    "CONFIG_DEBUG_PREEMPT=y",
    "CONFIG_DEBUG_ATOMIC_SLEEP=y",
};

static void check_knobs(void)
{
	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs); i++) {
		FILE *f = fopen(knobs[i].path, "re");
		char text[64] = "";

		if (!f)
			continue;
		if (fgets(text, sizeof(text), f) &&
		    !strncmp(text, knobs[i].bad, strlen(knobs[i].bad)))
			warnx("advice: %s", knobs[i].advice);
		fclose(f);
	}
}

/* Add the option of a line to the list of what was found. */
static void check_config(const char *line, char **found)
{
	char *list = *found;

	for (size_t i = 0; i < sizeof(debug_options) / sizeof(*debug_options); i++) {
		if (strncmp(line, debug_options[i], strlen(debug_options[i])))
			continue;
		*found = xasprintf("%s%s%.*s", list ? list : "", list ? ", " : "",
				   (int)strcspn(debug_options[i], "="), debug_options[i]);
		free(list);
		return;
	}
}

/* The kernel's configuration, wherever this distribution keeps it; gzopen() reads plain text too.
 */
static void check_debug_kernel(void)
{
	char *found = NULL, *path, line[512];
	struct utsname kernel;
	gzFile f = gzopen("/proc/config.gz", "re");

	if (!f) {
		uname(&kernel);
		path = xasprintf("/boot/config-%s", kernel.release);
		f = gzopen(path, "re");
		free(path);
	}
	while (f && gzgets(f, line, sizeof(line)))
		check_config(line, &found);
	if (f)
		gzclose(f);
	if (found)
		warnx("advice: a debugging kernel (%s): measure on one without", found);
	free(found);
}

/* Other work on the machine shows in every number. A run before this one is a load of 1. */
#define OWN_LOAD 1
#define LOAD_MAX .25 /* runnable threads a CPU */

static void check_load(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double load;

	if (getloadavg(&load, 1) == 1 && load - OWN_LOAD > LOAD_MAX * (double)cpus)
		warnx("advice: the machine is busy (load %.1f on %ld CPUs): wait, or stop the rest",
		      load, cpus);
}

void advice_give(void)
{
	check_knobs();
	check_debug_kernel();
	check_load();
}
