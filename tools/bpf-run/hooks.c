/* SPDX-License-Identifier: MIT */
#include "hooks.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

void hook_run(const char *command, const char *option, const struct plan_row *row, uint64_t round)
{
	char number[24];
	int status;
	pid_t pid;

	if (!command)
		return;
	snprintf(number, sizeof(number), "%" PRIu64, round);
	if (setenv("BPF_RUN_SUITE", row->suite, 1) || setenv("BPF_RUN_TEST", row->test, 1) ||
	    setenv("BPF_RUN_ROUND", number, 1))
		err(EXIT_TROUBLE, "can't tell the command of %s its test", option);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(EXIT_TROUBLE, "can't start the command of %s", option);
	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			err(EXIT_TROUBLE, "lost the command of %s", option);
	if (WIFSIGNALED(status))
		errx(EXIT_TROUBLE, "the command of %s was ended by signal %d: '%s'", option,
		     WTERMSIG(status), command);
	if (WEXITSTATUS(status))
		errx(EXIT_TROUBLE, "the command of %s failed with status %d: '%s'", option,
		     WEXITSTATUS(status), command);
}
