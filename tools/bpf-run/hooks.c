/* SPDX-License-Identifier: MIT */
#include "hooks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "cli.h"
#include "say.h"
#include "xalloc.h"

void hook_run(const char *command, const char *option, const struct plan_row *row, uint64_t round)
{
	/* The environment has this itself: of each value that setenv() is given it keeps a copy. */
	static char number[] = "BPF_RUN_ROUND=18446744073709551615";
	char *redirected;
	FILE *shell;
	int status;

	if (!command)
		return;
	snprintf(number, sizeof(number), "BPF_RUN_ROUND=%" PRIu64, round);
	redirected = xasprintf("exec >&2; %s", command);
	if (setenv("BPF_RUN_SUITE", row->suite, 1) || setenv("BPF_RUN_TEST", row->test, 1) ||
	    putenv(number))
		die_errno("can't tell the command of %s its test", option);
	/* The user's own, for a shell; system() would ignore an interrupt meanwhile. */
	shell = popen(redirected, "re"); /* NOLINT(cert-env33-c) */
	status = shell ? pclose(shell) : -1;
	if (status < 0)
		die_errno("can't run the command of %s", option);
	if (WIFSIGNALED(status))
		die("the command of %s was ended by signal %d: '%s'", option, WTERMSIG(status),
		    command);
	if (WEXITSTATUS(status))
		die("the command of %s failed with status %d: '%s'", option, WEXITSTATUS(status),
		    command);
	free(redirected);
}
