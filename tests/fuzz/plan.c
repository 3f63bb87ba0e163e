/* SPDX-License-Identifier: MIT */
/* A plan that is accepted, written and read again, is the same; one that is not says why. */
#include <stdlib.h>

#include "fuzz.h"
#include "plan.h"

static char *rewritten(const char *path, size_t *n)
{
	struct plan plan = {0};
	char *text = NULL;
	FILE *f = open_memstream(&text, n);
	char *wrong = plan_read(&plan, path);

	FUZZ_CHECK(!wrong || *wrong);
	plan_write(&plan, f);
	fclose(f);
	plan_release(&plan);
	if (!wrong)
		return text;
	free(wrong);
	free(text);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	fuzz_round_trip(bytes, n, rewritten);
	return 0;
}
