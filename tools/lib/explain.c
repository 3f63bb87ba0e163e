/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "missing.h"
#include "say.h"
#include "xalloc.h"

/* libbpf says why something failed only through its callback: the first line of the first warning
 * since the step began that is a cause. */
static char libbpf_cause[512];
static bool libbpf_verbose;

/* Whether libbpf goes on after a warning: without BTF, as it does where the kernel takes none. */
static bool is_no_cause(const char *warning)
{
	return strstr(warning, "BTF loading error") || strstr(warning, "BEGIN BTF LOAD LOG") ||
	       strstr(warning, "BTF is optional") || strstr(warning, "Retrying without BTF");
}

/* A verifier's log comes as one message. */
static void say_lines(const char *fmt, va_list ap)
{
	char *text = NULL, *rest, *line;
	va_list copy;

	va_copy(copy, ap);
	if (vasprintf(&text, fmt, copy) < 0)
		text = NULL;
	va_end(copy);
	for (rest = text; (line = strsep(&rest, "\n"));)
		if (*line)
			say("%s", line);
	free(text);
}

static int keep_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	const char *prefix = "libbpf: ";
	char text[sizeof(libbpf_cause)];

	if (libbpf_verbose)
		say_lines(fmt, ap);
	if (level != LIBBPF_WARN || *libbpf_cause)
		return 0;
	vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\n")] = '\0';
	if (!is_no_cause(text))
		snprintf(libbpf_cause, sizeof(libbpf_cause), "%s",
			 text + (strncmp(text, prefix, strlen(prefix)) ? 0 : strlen(prefix)));
	return 0;
}

void explain_listen(bool verbose)
{
	libbpf_verbose = verbose;
	libbpf_set_print(keep_message);
}

void explain_forget(void)
{
	libbpf_cause[0] = '\0';
}

const char *explain_said(int error)
{
	return *libbpf_cause ? libbpf_cause : strerror(error);
}

bool explain_is_silent(void)
{
	return !*libbpf_cause;
}

bool explain_is_of(const char *kind, const char *name)
{
	char *prefix = xasprintf("%s '%s': ", kind, name);
	bool is = !strncmp(libbpf_cause, prefix, strlen(prefix));

	free(prefix);
	return is;
}

/* A reason, and behind it what a probe found, if anything; takes both. */
static char *with_found(char *reason, char *found)
{
	char *text;

	if (!found)
		return reason;
	text = xasprintf("%s (%s)", reason, found);
	free(reason);
	free(found);
	return text;
}

static char *said_with(int error, char *found)
{
	return with_found(xstrdup(explain_said(error)), found);
}

/* Whether a line is of the verifier's registers, such as " R1=ctx() R10=fp0", or " R1_w=" of older
 * kernels; "R1 invalid mem access" is not. */
static bool is_registers(const char *line)
{
	line += strspn(line, " ");
	if (!strncmp(line, "frame", strlen("frame")))
		line += strcspn(line, " \n");
	line += strspn(line, " ");
	if (*line != 'R')
		return false;
	line += 1 + strspn(line + 1, "0123456789");
	return *line == '=' || *line == '_';
}

/* Whether a line of the verifier's log shows what it did or saw, and not what was wrong. */
static bool is_trace(const char *line)
{
	static const char *const starts[] = {
	    "processed ",  "verification time",
	    "stack depth", "cur state:",
	    "old state:",  "insns processed ",
	    "subprog ",	   "mark_precise:",
	    "last_idx ",   "regs=",
	    "from ",	   "; ",
	};
	size_t digits = strspn(line, "0123456789");

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (!strncmp(line, starts[i], strlen(starts[i])))
			return true;
	return (digits && line[digits] == ':') || is_registers(line);
}

/* The last line of the verifier's log that says what was wrong, to be freed; NULL for none. */
static char *verifier_reason(const char *log)
{
	const char *last = NULL;
	size_t n;

	for (const char *line = log; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (n && !is_trace(line))
			last = line;
	}
	return last ? xasprintf("%.*s", (int)strcspn(last, "\n"), last) : NULL;
}

#define NO_ADDRESS "failed to find the address for kernel symbol"

/* Whether it is a helper, kfunc or variable that this kernel does not have, or not for this program
 * type. */
static bool is_lacking(const char *said)
{
	static const char *const words[] = {
	    "invalid func ",
	    "unknown func ",
	    "cannot use helper ",
	    "program of this type cannot use",
	    "calling kernel function ",
	    "invalid kernel function call not eliminated",
	    NO_ADDRESS,
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(said, words[i]))
			return true;
	return false;
}

/* What the verifier said of the first program that it has said something of, or NULL. */
static char *explain_verifier(const struct loaded *loaded, const struct program_set *set,
			      enum status *status)
{
	char *said = NULL, *missing, *reason;
	size_t i;

	for (i = 0; i < set->n && !said; i++)
		said = loaded->log[i] ? verifier_reason(loaded->log[i]) : NULL;
	if (!said)
		return NULL;
	*status = is_lacking(said) ? STATUS_UNSUPPORTED : STATUS_LOAD_FAILED;
	missing = strstr(said, NO_ADDRESS) ? missing_symbols() : NULL;
	reason = xasprintf("%s: %s", set->name[i - 1], said);
	free(said);
	return with_found(reason, missing);
}

/* BPF_MAP_TYPE_CGRP_STORAGE: newer than the headers of Debian 12. */
#define MAP_TYPE_CGRP_STORAGE 32

/* Maps that belong to what they are stored at have no size; of types that libbpf does not know
 * nothing is known. */
static bool needs_size(enum bpf_map_type type)
{
	switch ((int)type) {
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case MAP_TYPE_CGRP_STORAGE:
		return false;
	default:
		return libbpf_probe_bpf_map_type(type, NULL) == 1;
	}
}

/* Why the kernel would not create the map that libbpf named, where it can be told. */
static char *explain_map(const struct loaded *loaded, enum status *status)
{
	const struct bpf_map *map;
	char *missing;

	bpf_object__for_each_map(map, loaded->object) {
		if (!explain_is_of("map", bpf_map__name(map)))
			continue;
		missing = missing_map_type(bpf_map__type(map));
		if (missing)
			*status = STATUS_UNSUPPORTED;
		else if (!bpf_map__max_entries(map) && needs_size(bpf_map__type(map)))
			return xstrdup("max_entries is 0: user space sizes it before load");
		return missing;
	}
	return NULL;
}

/* Likewise load the program. */
static char *explain_program(const struct loaded *loaded, enum status *status)
{
	struct bpf_program *program;
	char *missing = NULL;

	bpf_object__for_each_program(program, loaded->object) {
		if (!explain_is_of("prog", bpf_program__name(program)))
			continue;
		missing = bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC
			      ? xasprintf("libbpf %s does not know the section",
					  libbpf_version_string() + 1)
			      : missing_program_type(program);
		break;
	}
	if (missing)
		*status = STATUS_UNSUPPORTED;
	return missing;
}

/* The kernel answers EINVAL whatever is wrong with what it was given. */
static char *explain_invalid(const struct loaded *loaded, enum status *status)
{
	char *found = explain_map(loaded, status);

	return found ? found : explain_program(loaded, status);
}

char *explain_load(const struct loaded *loaded, const struct program_set *set, int error,
		   enum status *status)
{
	char *reason = explain_verifier(loaded, set, status);

	if (reason)
		return reason;
	*status = STATUS_LOAD_FAILED;
	if (error == EINVAL)
		return said_with(error, explain_invalid(loaded, status));
	/* libbpf's ESRCH: a function, kfunc or attach point that this kernel does not have. */
	if (error == EPERM || error == ESRCH)
		*status = STATUS_UNSUPPORTED;
	return said_with(error, error == EPERM	 ? missing_privilege()
				: error == ESRCH ? missing_btf()
						 : NULL);
}

/* What the kernel says of a function, event or kind of attachment that it does not have. */
static bool says_absent(int error)
{
	return error == ENOENT || error == ESRCH || error == EOPNOTSUPP || error == EAFNOSUPPORT;
}

char *explain_attach(const struct bpf_program *program, int error, const char *lacks,
		     enum status *status)
{
	char *missing = lacks ? xstrdup(lacks) : missing_to_attach(program);

	*status = missing || error == EPERM || says_absent(error) ? STATUS_UNSUPPORTED
								  : STATUS_RUN_FAILED;
	return said_with(error, missing || error != EPERM ? missing : missing_privilege());
}
