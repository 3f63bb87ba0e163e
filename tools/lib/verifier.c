/* SPDX-License-Identifier: MIT */
#include "verifier.h"

#include <stdio.h>
#include <string.h>

#include "xalloc.h"

/* Whether a line is of the verifier's registers, such as " R1=ctx() R10=fp0", or " R1_w=" of older
 * kernels; "R1 invalid mem access" is not. */
static bool is_registers(const char *line)
{
	int n = 0;

	line += strspn(line, " ");
	sscanf(line, "frame%*d: %n", &n);
	line += n;
	if (*line != 'R')
		return false;
	line += 1 + strspn(line + 1, "0123456789");
	return *line == '=' || *line == '_';
}

/* Whether a line of the verifier's log shows what it did or saw, and not what was wrong. */
static bool is_trace(const char *line)
{
	static const char *const starts[] = {
	    "processed ",    "verification time", "stack depth", "cur state:", "old state:",
	    "mark_precise:", "last_idx ",	  "regs=",	 "from ",      "; ",
	};
	size_t digits = strspn(line, "0123456789");

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (!strncmp(line, starts[i], strlen(starts[i])))
			return true;
	return (digits && line[digits] == ':') || is_registers(line);
}

char *verifier_reason(const char *log)
{
	const char *end = log + strlen(log), *begin;

	for (;;) {
		while (end > log && end[-1] == '\n')
			end--;
		begin = end;
		while (begin > log && begin[-1] != '\n')
			begin--;
		if (begin == end)
			return NULL;
		if (!is_trace(begin))
			return xasprintf("%.*s", (int)(end - begin), begin);
		end = begin;
	}
}

#define NO_ADDRESS "failed to find the address for kernel symbol"

bool verifier_lacks(const char *said)
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

bool verifier_lacks_symbol(const char *said)
{
	return strstr(said, NO_ADDRESS);
}
