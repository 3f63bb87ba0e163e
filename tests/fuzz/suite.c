/* SPDX-License-Identifier: MIT */
/* bpf-compile-check lists the tests of a suite, or refuses it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char path[64]; /* a suite is known by its ending, and its sources lie beside it */
	char *list;
	size_t length;
	int status;

	snprintf(path, sizeof(path), "build/fuzz/bpf/suites/%d.yml", getpid());
	FUZZ_CHECK(!symlink(fuzz_file(bytes, n), path));
	status = FUZZ_TOOL(&list, &length, "bpf-compile-check", "--list", path);
	unlink(path);
	FUZZ_CHECK(status == 2 ? !list : !status && length == strlen(list));
	free(list);
	return 0;
}
