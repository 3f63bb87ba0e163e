/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "say.h"

#define STRING(x) STRING_(x)
#define STRING_(x) #x

/* A return for each part, in a section of its own: the linker puts it where nothing else ever is.
 */
extern const char profile_marks[];
__asm__(
    ".pushsection .profile_marks, \"ax\", %progbits\n"
    ".balign " STRING(PROFILE_MARK_BYTES) "\n"
					  ".globl profile_marks\n"
					  "profile_marks:\n"
					  ".rept 5\n"
					  "ret\n"
					  ".balign " STRING(PROFILE_MARK_BYTES) "\n"
										".endr\n"
										".popsection\n");
_Static_assert(PROFILE_PARTS == 5, "a mark for each part");

void profile_enter(enum profile_part part)
{
	void (*mark)(void) =
	    (void (*)(void))(uintptr_t)(profile_marks + (size_t)part * PROFILE_MARK_BYTES);

	mark();
}

void profile_write_symbols(const char *path, uint64_t invocations)
{
	FILE *in = fopen("/proc/kallsyms", "re"), *out;
	char line[1024], address[32], type, name[512];

	if (!in)
		die_errno("can't read '/proc/kallsyms'");
	out = fopen(path, "we");
	if (!out)
		die_errno("can't write '%s'", path);
	fprintf(out, "invocations %llu\n", (unsigned long long)invocations);
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, "%31s %c %511s", address, &type, name) == 3 &&
		    strchr("tTwW", type))
			fprintf(out, "symbol %s %s\n", address, name);
	fclose(in);
	if (ferror(out) | fclose(out))
		die_errno("can't write '%s'", path);
}
