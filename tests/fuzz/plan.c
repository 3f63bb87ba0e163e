/* SPDX-License-Identifier: MIT */
/* A plan that is accepted, written and read again, is the same; one that is not says why. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "plan.h"

static char *rewritten(const char *path, size_t *n)
{
	struct plan plan = {0};
	char error[512] = "", *text = NULL;
	FILE *f = open_memstream(&text, n);
	int failed = plan_read(&plan, path, error, sizeof(error));

	FUZZ_CHECK(!failed == !*error);
	plan_write_header(&plan, f);
	for (size_t i = 0; i < plan.nrows; i++)
		plan_write_row(&plan, &plan.rows[i], f);
	fclose(f);
	plan_release(&plan);
	if (!failed)
		return text;
	free(text);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	size_t once_n, twice_n;
	char *once = rewritten(fuzz_file(bytes, n), &once_n), *twice;

	if (!once)
		return 0;
	twice = rewritten(fuzz_file((const uint8_t *)once, once_n), &twice_n);
	FUZZ_CHECK(twice && once_n == twice_n && !memcmp(once, twice, once_n));
	free(once);
	free(twice);
	return 0;
}
