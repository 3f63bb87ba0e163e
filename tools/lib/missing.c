/* SPDX-License-Identifier: MIT */
#include "missing.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fnmatch.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tracefs.h"
#include "xalloc.h"

#define BTF "/sys/kernel/btf/vmlinux"
#define EVENT_SOURCES "/sys/bus/event_source/devices"
#define LOCKDOWN "/sys/kernel/security/lockdown"

/* The option that a kernel without a program type lacks, as in its include/linux/bpf_types.h. */
static const char *const options[] = {
    [BPF_PROG_TYPE_CGROUP_SKB] = "CONFIG_CGROUP_BPF",
    [BPF_PROG_TYPE_CGROUP_SOCK] = "CONFIG_CGROUP_BPF",
    [BPF_PROG_TYPE_CGROUP_SOCK_ADDR] = "CONFIG_CGROUP_BPF",
    [BPF_PROG_TYPE_CGROUP_DEVICE] = "CONFIG_CGROUP_BPF",
    [BPF_PROG_TYPE_CGROUP_SYSCTL] = "CONFIG_CGROUP_BPF",
    [BPF_PROG_TYPE_CGROUP_SOCKOPT] = "CONFIG_CGROUP_BPF",
    [BPF_PROG_TYPE_KPROBE] = "CONFIG_BPF_EVENTS",
    [BPF_PROG_TYPE_TRACEPOINT] = "CONFIG_BPF_EVENTS",
    [BPF_PROG_TYPE_PERF_EVENT] = "CONFIG_BPF_EVENTS",
    [BPF_PROG_TYPE_RAW_TRACEPOINT] = "CONFIG_BPF_EVENTS",
    [BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE] = "CONFIG_BPF_EVENTS",
    [BPF_PROG_TYPE_TRACING] = "CONFIG_BPF_EVENTS",
    [BPF_PROG_TYPE_LIRC_MODE2] = "CONFIG_BPF_LIRC_MODE2",
    [BPF_PROG_TYPE_STRUCT_OPS] = "CONFIG_BPF_JIT",
    [BPF_PROG_TYPE_EXT] = "CONFIG_BPF_JIT",
    [BPF_PROG_TYPE_LSM] = "CONFIG_BPF_LSM",
};
#define NOPTIONS (sizeof(options) / sizeof(*options))

/* libbpf 1.1 takes a type for missing when its trial fails otherwise than it expects, as where a
 * policy forbids to attach to functions. Here any word of the verifier will do: a program that each
 * one rejects never comes to it where its type is not known. */
static bool knows_type(enum bpf_prog_type type, enum bpf_attach_type attach_type)
{
	const struct bpf_insn no_result = {.code = BPF_JMP | BPF_EXIT};
	char log[512] = "";
	struct bpf_prog_load_opts opts = {.sz = sizeof(opts),
					  .expected_attach_type = attach_type,
					  .log_buf = log,
					  .log_size = sizeof(log),
					  .log_level = 1};
	int fd = bpf_prog_load(type, NULL, "GPL", &no_result, 1, &opts);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != EINVAL || *log;
}

char *missing_program_type(const struct bpf_program *program)
{
	enum bpf_prog_type type = bpf_program__type(program);
	enum bpf_attach_type attach_type = bpf_program__expected_attach_type(program);
	const char *name = libbpf_bpf_prog_type_str(type);
	const char *option = type < NOPTIONS ? options[type] : NULL;

	if (knows_type(type, attach_type))
		return NULL;
	if (libbpf_probe_bpf_prog_type(type, NULL) == 1)
		return xasprintf("the kernel has no attach type %s of programs of type %s",
				 libbpf_bpf_attach_type_str(attach_type), name);
	return xasprintf("the kernel has no program type %s%s%s", name, option ? ": it needs " : "",
			 option ? option : "");
}

char *missing_map_type(enum bpf_map_type type)
{
	if (libbpf_probe_bpf_map_type(type, NULL))
		return NULL;
	return xasprintf("the kernel has no map type %s", libbpf_bpf_map_type_str(type));
}

/* Whether a file is not there, in a file system that is. */
static bool is_absent(const char *path, const char *beside)
{
	return !access(beside, F_OK) && access(path, F_OK) && errno == ENOENT;
}

char *missing_btf(void)
{
	return is_absent(BTF, "/sys/kernel")
		   ? xstrdup("it needs CONFIG_DEBUG_INFO_BTF: there is no " BTF)
		   : NULL;
}

/* Every kernel has the variable init_task. */
char *missing_symbols(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	bool found = !f;
	char line[512];

	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, " init_task\n");
	if (f)
		fclose(f);
	return found ? NULL
		     : xstrdup("it needs CONFIG_KALLSYMS_ALL: /proc/kallsyms has no variables");
}

/* What a kernel that has a feature shows. */
static const struct {
	enum bpf_prog_type type;
	const char *sections, *path, *beside, *option;
} shown[] = {
    {BPF_PROG_TYPE_TRACEPOINT, "t*/syscalls/*", TRACEFS "/events/syscalls", TRACEFS "/events",
     "CONFIG_FTRACE_SYSCALLS"},
    /* kprobe, kretprobe, ksyscall and kretsyscall; not kprobe.multi. */
    {BPF_PROG_TYPE_KPROBE, "k*probe/*", EVENT_SOURCES "/kprobe", EVENT_SOURCES,
     "CONFIG_KPROBE_EVENTS"},
    {BPF_PROG_TYPE_KPROBE, "k*syscall/*", EVENT_SOURCES "/kprobe", EVENT_SOURCES,
     "CONFIG_KPROBE_EVENTS"},
    /* uprobe, uretprobe, usdt */
    {BPF_PROG_TYPE_KPROBE, "u*", EVENT_SOURCES "/uprobe", EVENT_SOURCES, "CONFIG_UPROBE_EVENTS"},
    /* fentry, fexit, fmod_ret */
    {BPF_PROG_TYPE_TRACING, "f*", TRACEFS "/available_filter_functions", TRACEFS "/events",
     "CONFIG_DYNAMIC_FTRACE"},
    {BPF_PROG_TYPE_PERF_EVENT, "*", "/proc/sys/kernel/perf_event_paranoid", "/proc/sys/kernel",
     "CONFIG_PERF_EVENTS"},
};

/* Types that are there without what their programs are attached to. */
static char *missing_beside(enum bpf_prog_type type)
{
	switch (type) {
	case BPF_PROG_TYPE_SK_MSG:
	case BPF_PROG_TYPE_SK_SKB:
		return missing_map_type(BPF_MAP_TYPE_SOCKMAP);
	case BPF_PROG_TYPE_SOCK_OPS:
		return knows_type(BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE)
			   ? NULL
			   : xstrdup("it needs CONFIG_CGROUP_BPF: the kernel has no program type "
				     "cgroup_device");
	default:
		return NULL;
	}
}

char *missing_to_attach(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);
	enum bpf_prog_type type = bpf_program__type(program);

	if (type == BPF_PROG_TYPE_TRACEPOINT && tracefs_missing())
		return xstrdup(tracefs_missing());
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (shown[i].type == type && !fnmatch(shown[i].sections, section, 0) &&
		    is_absent(shown[i].path, shown[i].beside))
			return xasprintf("it needs %s: there is no %s", shown[i].option,
					 shown[i].path);
	return missing_beside(type);
}

static char *missing_capabilities(void)
{
	static const struct {
		int number;
		const char *name;
	} needed[] = {
	    {CAP_BPF, " CAP_BPF"},
	    {CAP_PERFMON, " CAP_PERFMON"},
	    {CAP_NET_ADMIN, " CAP_NET_ADMIN"},
	};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	char *list = NULL;
	uint64_t set;

	if (syscall(SYS_capget, &header, data))
		return NULL;
	set = (uint64_t)data[1].effective << 32 | data[0].effective;
	/* The administrator's stands for all of them. */
	if (set >> CAP_SYS_ADMIN & 1)
		return NULL;
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		if (set >> needed[i].number & 1)
			continue;
		list = list ? list : xstrdup("it needs");
		xappendf(&list, "%s", needed[i].name);
	}
	return list;
}

char *missing_privilege(void)
{
	char *lacks = missing_capabilities(), mode[64] = "";
	FILE *f = lacks ? NULL : fopen(LOCKDOWN, "re");

	/* Such as "none [integrity] confidentiality". */
	if (f && fgets(mode, sizeof(mode), f) && !strstr(mode, "[none]"))
		lacks = xstrdup("the kernel is locked down, see kernel_lockdown(7)");
	if (f)
		fclose(f);
	return lacks;
}
