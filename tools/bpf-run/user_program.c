/* SPDX-License-Identifier: MIT */
/*
 * Loading a program: through the verifier and the JIT; or through the verifier alone, so that the
 * difference is the JIT's.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "user_target.h"

/* The kernel takes no smaller log, and its summary of the verification is longer. */
#define LOG_TOO_SMALL 128

static int load(const struct user_target *t, struct bpf_prog_load_opts *opts)
{
	return bpf_prog_load(bpf_program__type(t->program), USER_PROGRAM, "Dual MIT/GPL",
			     bpf_program__insns(t->program), bpf_program__insn_cnt(t->program),
			     opts);
}

int user_program_load(const struct user_target *t, struct user_state *s)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int fd = load(t, &opts);

	if (fd < 0)
		return errno;
	s->confirmed++;
	return close(fd) ? errno : 0;
}

/* The kernel finishes the log between the verifier and the JIT. When the log has no room for the
 * summary, the load ends there with ENOSPC. */
int user_program_verify(const struct user_target *t, struct user_state *s)
{
	char log[LOG_TOO_SMALL] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int fd;

	opts.log_level = LOG_STATS;
	opts.log_buf = log;
	opts.log_size = sizeof(log);
	fd = load(t, &opts);
	if (fd >= 0) {
		close(fd);
		return USER_WRONG;
	}
	if (errno != ENOSPC)
		return errno;
	log[sizeof(log) - 1] = '\0';
	/* The log's first bytes in kernels before 6.4, its last ones since. */
	if (!strstr(log, "verification time") && !strstr(log, "processed"))
		return USER_WRONG;
	s->confirmed++;
	return 0;
}
