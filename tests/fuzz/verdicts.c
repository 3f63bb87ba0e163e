/* SPDX-License-Identifier: MIT */
/* regress-detect --verdicts: what is accepted, written and read again, is the same; as a table and
 * as markdown it holds no control character. */
#include <stdlib.h>

#include "fuzz.h"

static char *rewritten(const char *path, size_t *n)
{
	char *text;

	FUZZ_TOOL(&text, n, "regress-detect", "--verdicts", (char *)path);
	return text;
}

static void check_shown(char *as, const uint8_t *bytes, size_t n)
{
	char *text;
	size_t length;

	if (!FUZZ_TOOL(&text, &length, "regress-detect", "--verdicts", as, fuzz_file(bytes, n)))
		for (size_t i = 0; i < length; i++)
			FUZZ_CHECK(((unsigned char)text[i] >= ' ' && text[i] != 0x7f) ||
				   text[i] == '\n');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	fuzz_round_trip(bytes, n, rewritten);
	check_shown("--table", bytes, n);
	check_shown("--markdown", bytes, n);
	return 0;
}
