/* SPDX-License-Identifier: MIT */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "text.h"

/* error: 0 for none */
static void write_line(int error, const char *format, va_list args)
{
	char *text;

	/* Out of memory too there is a message. */
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	else
		text_to_line(text);
	fprintf(stderr, "%s: %s%s%s\n", program_invocation_short_name, text ? text : format,
		error ? ": " : "", error ? strerror(error) : "");
	free(text);
}

#define WRITE_LINE(error)                                                                          \
	do {                                                                                       \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		write_line(error, format, args);                                                   \
		va_end(args);                                                                      \
	} while (0)

void say(const char *format, ...)
{
	WRITE_LINE(0);
}

void say_errno(const char *format, ...)
{
	WRITE_LINE(errno);
}

void die(const char *format, ...)
{
	WRITE_LINE(0);
	exit(EXIT_TROUBLE);
}

void die_errno(const char *format, ...)
{
	WRITE_LINE(errno);
	exit(EXIT_TROUBLE);
}
