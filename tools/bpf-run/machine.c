/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "say.h"
#include "text.h"
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
    {"bpf_jit_enable", "/proc/sys/net/core/bpf_jit_enable"},
    {"bpf_jit_harden", "/proc/sys/net/core/bpf_jit_harden"},
    {"bpf_jit_kallsyms", "/proc/sys/net/core/bpf_jit_kallsyms"},
    {"bpf_stats_enabled", "/proc/sys/kernel/bpf_stats_enabled"},
    {"mitigations", "/sys/devices/system/cpu/vulnerabilities/*"},
};

#define SETTINGS (sizeof(settings) / sizeof(*settings))

#define GOVERNOR(name) "the CPU frequency governor is '" name "': make prepare-host"

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
    {"governor", "powersave", NULL, GOVERNOR("powersave")},
    {"governor", "schedutil", NULL, GOVERNOR("schedutil")},
    {"governor", "ondemand", NULL, GOVERNOR("ondemand")},
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
	size_t s = 0;
	char *value;
	bool same;

	while (strcmp(settings[s].name, unusual[u].setting) != 0)
		s++;
	value = first_line(settings[s].path);
	same = !strcmp(value, unusual[u].value);
	free(value);
	return same;
}

/* Other work on the machine shows in every number. A run before this one is a load of 1. */
#define OWN_LOAD 1
#define LOAD_MAX .25 /* runnable threads a CPU */

void machine_advise(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double load;

	for (size_t u = 0; u < UNUSUAL; u++)
		if (is_unusual(u))
			say("advice: %s", unusual[u].advice);
	if (getloadavg(&load, 1) == 1 && load - OWN_LOAD > LOAD_MAX * (double)cpus)
		say("advice: the machine is busy (load %.1f on %ld CPUs): wait, or stop the rest",
		    load, cpus);
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

/* With family, model and stepping: clouds cut the name down to "AMD EPYC". */
static char *cpu_model(void)
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

/* How signatures begin: some have a version behind. */
static const struct {
	const char *signature, *name;
} known_signatures[] = {
    {"KVMKVMKVM", "kvm"},	{"Linux KVM Hv", "kvm"},
    {"linux,kvm", "kvm"},	{"Microsoft Hv", "microsoft"},
    {"VMwareVMware", "vmware"}, {"vmware", "vmware"},
    {"XenVMMXenVMM", "xen"},	{"xen", "xen"},
    {"TCGTCGTCGTCG", "qemu"},	{"bhyve bhyve", "bhyve"},
    {"VBoxVBoxVBox", "oracle"}, {"prl hyperv", "parallels"},
    {"ACRNACRNACRN", "acrn"},	{"QNXQVMBSQG", "qnx"},
    {"SRESRESRESRE", "sre"},	{"Apple VZ", "apple"},
};

const char *hypervisor_name(const char *signature)
{
	for (size_t i = 0; i < sizeof(known_signatures) / sizeof(*known_signatures); i++)
		if (!strncmp(signature, known_signatures[i].signature,
			     strlen(known_signatures[i].signature)))
			return known_signatures[i].name;
	return signature;
}

#if defined(__x86_64__) || defined(__i386__)
static char *hypervisor_here(void)
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
static char *hypervisor_here(void)
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

char *machine_class(const char *runtime)
{
	char *text = cpu_model(), *hypervisor = hypervisor_here(), *slug;

	xappendf(&text, " %s %s", hypervisor, runtime);
	for (size_t u = 0; u < UNUSUAL; u++)
		if (unusual[u].name && is_unusual(u))
			xappendf(&text, " %s", unusual[u].name);
	slug = text_slug(text);
	free(hypervisor);
	free(text);
	return slug;
}

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

/* Of the kernel's command line only what changes its speed is told: results are public, and the
 * rest may name disks, addresses and keys. */
static const char *const parameters[] = {
    "mitigations=*", "spectre_*",     "spec_*",
    "l1tf=*",	     "mds=*",	      "tsx*",
    "srbds=*",	     "retbleed=*",    "gather_*",
    "mmio_*",	     "reg_file_*",    "ssbd=*",
    "nospectre_*",   "nopti",	      "pti=*",
    "kpti=*",	     "nosmap",	      "nosmep",
    "noibrs",	     "noibpb",	      "isolcpus=*",
    "nohz*",	     "rcu*",	      "irqaffinity=*",
    "nosmt*",	     "maxcpus=*",     "nr_cpus=*",
    "idle=*",	     "processor.*",   "intel_idle.*",
    "intel_pstate*", "amd_pstate*",   "cpufreq.*",
    "cpuidle.*",     "tsc=*",	      "clocksource=*",
    "no*watchdog*",  "nmi_*",	      "skew_tick*",
    "threadirqs",    "preempt=*",     "transparent_hugepage*",
    "hugepage*",     "default_huge*", "numa*",
    "slub_*",	     "slab_*",	      "init_on_*",
    "page_*",	     "randomize_*",   "kasan*",
    "kfence*",	     "kmemleak*",     "debug_*",
    "lockdown=*",    "lsm=*",	      "apparmor=*",
    "selinux=*",     "audit=*",	      "bpf*",
    "nokaslr",	     "highres=*",     "hz=*",
    "noapic",	     "nox2apic",      "iommu*",
};

static bool is_told(const char *word)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters); i++)
		if (!fnmatch(parameters[i], word, 0))
			return true;
	return false;
}

static char *command_line(void)
{
	char *line = first_line("/proc/cmdline"), *rest = line, *word, *told = xstrdup("");

	while ((word = strsep(&rest, " ")))
		if (is_told(word))
			xappendf(&told, "%s%s", *told ? " " : "", word);
	free(line);
	return told;
}

void machine_describe(void (*put)(FILE *, const char *, const char *), FILE *f)
{
	char *model = cpu_model(), *hypervisor = hypervisor_here(), *told = command_line();

	put(f, "cpu_model", model);
	put(f, "virtualisation", hypervisor);
	put(f, "command_line", told);
	free(model);
	free(hypervisor);
	free(told);
	for (size_t i = 0; i < SETTINGS; i++) {
		const char *path = settings[i].path;
		char *value = strchr(path, '*') ? first_lines(path) : first_line(path);

		put(f, settings[i].name, value);
		free(value);
	}
}
