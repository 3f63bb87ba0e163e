/* SPDX-License-Identifier: MIT */
/* Kernel images, which a shell script reads (pipelines/vm/image.sh): one shell answers for all
 * inputs, and what it calls is learned. A release is one word that a CSV takes as it is, and what
 * was unpacked is there. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define FOLDER "build/fuzz/kernel.unpacked"

enum { TYPE, MACHINE, RELEASE, UNPACKED, NANSWERS };

/* The commands of a shell's trace. Those of a pipeline may write into one another's lines. */
static void learn_trace(void)
{
	FILE *f = fopen(FOLDER "/trace", "r");
	char word[64];

	FUZZ_CHECK(f);
	while (fscanf(f, "%63s", word) == 1)
		if (!strcmp(word, "+") && fscanf(f, "%63s", word) == 1)
			fuzz_learn(word);
	fclose(f);
}

static void ask(const char *path, char answer[NANSWERS][4096])
{
	static FILE *to, *from;
	char line[16];

	if (!to) {
		mkdir(FOLDER, 0777);
		fuzz_start((char *[]){"sh", "tests/fuzz/kernel.sh", FOLDER, NULL}, &to, &from);
	}
	fprintf(to, "%s\n", path);
	fflush(to);
	for (int i = 0; i < NANSWERS; i++) {
		FUZZ_CHECK(fgets(answer[i], 4096, from) && strchr(answer[i], '\n'));
		answer[i][strcspn(answer[i], "\n")] = '\0';
	}
	FUZZ_CHECK(fgets(line, sizeof(line), from) && !strcmp(line, "end\n"));
	learn_trace();
}

static int is_one_of(const char *word, const char *words)
{
	const char *at = strstr(words, word);

	return !*word || (at && strchr(" ", at[strlen(word)]));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char answer[NANSWERS][4096];
	struct stat unpacked;

	ask(fuzz_file(bytes, n), answer);
	for (int i = 0; i < NANSWERS; i++)
		if (i != RELEASE)
			fuzz_learn(answer[i]);
	FUZZ_CHECK(is_one_of(answer[TYPE], "deb bzimage image zboot unknown "));
	FUZZ_CHECK(is_one_of(answer[MACHINE], "x86_64 aarch64 "));
	FUZZ_CHECK(
	    is_one_of(answer[TYPE], *answer[MACHINE] ? "bzimage image zboot " : "deb unknown "));
	FUZZ_CHECK(strlen(answer[RELEASE]) <= 64 &&
		   strspn(answer[RELEASE], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789._+~-") == strlen(answer[RELEASE]));
	if (!strcmp(answer[UNPACKED], "yes"))
		FUZZ_CHECK(!stat(FOLDER "/kernel", &unpacked) && S_ISREG(unpacked.st_mode));
	return 0;
}
