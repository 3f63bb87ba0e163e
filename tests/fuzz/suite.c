/* SPDX-License-Identifier: MIT */
/* A suite is read, or refused in one line. Refusing ends the tool, which frees what it holds: here
 * die() comes back instead, so leaks are not looked for, and the process is replaced when it has
 * grown (tests/fuzz.mk). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "fuzz.h"
#include "work.h"

static jmp_buf refused;

/* Takes the place of die() (the linker's --wrap). */
void __wrap_die(const char *fmt, ...) __attribute__((noreturn));
void __wrap_die(const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	FUZZ_CHECK(*text);
	longjmp(refused, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct work work;
	static struct cli cli;
	static char path[64]; /* a suite is known by its ending */
	static int first_free;

	snprintf(path, sizeof(path), "build/fuzz/%d.yml", getpid());
	FUZZ_CHECK(!symlink(fuzz_file(bytes, n), path));
	first_free = dup(STDERR_FILENO);
	close(first_free);
	cli = (struct cli){0};
	work = (struct work){.cli = &cli, .objdir = "/nonexistent", .build = "fuzz", .jobs = 1};
	if (setjmp(refused)) {
		close_range((unsigned int)first_free, ~0U, 0);
	} else {
		suite_read(&work, path);
		for (size_t i = 0; i < work.plan.nrows; i++)
			FUZZ_CHECK(*work.plan.rows[i].test && work.plan.rows[i].entry_point);
	}
	unlink(path);
	cli_open_output(&cli); /* which frees what it knows to be read */
	work_release(&work);
	return 0;
}
