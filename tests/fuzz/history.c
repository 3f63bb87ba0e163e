/* SPDX-License-Identifier: MIT */
/* regress-detect --history: rows of builds are judged. Each series of the rows has a verdict, and
 * what is written is read again as the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void check_verdicts(const char *text, size_t n)
{
	char *again;
	size_t again_n;

	fuzz_csv(text, n);
	FUZZ_CHECK(!FUZZ_TOOL(&again, &again_n, "regress-detect", "--verdicts",
			      fuzz_file((const uint8_t *)text, n)));
	FUZZ_CHECK(again_n == n && !memcmp(again, text, n));
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *options[] = {"--history", "--all", "--net-in-vm"};

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		char *verdicts;
		size_t length;

		if (!FUZZ_TOOL(&verdicts, &length, "regress-detect", "--history", options[i],
			       fuzz_file(bytes, n)))
			check_verdicts(verdicts, length);
		free(verdicts);
	}
	return 0;
}
