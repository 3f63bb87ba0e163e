/* SPDX-License-Identifier: MIT */
/* What the verifier says of a program, whose own lines are in it: a reason is one of its lines, and
 * the numbers of its summary are none below zero. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "fuzz.h"
#include "work.h"

static void check_reason(const char *reason, const char *log)
{
	const char *said = reason + strlen("program: ");

	FUZZ_CHECK(!strncmp(reason, "program: ", strlen("program: ")) && *said);
	FUZZ_CHECK(!strchr(reason, '\n') &&
		   (strstr(log, said) || strstr(said, "CONFIG_KALLSYMS_ALL")));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct program_set set = {.name = {"program"}, .n = 1};
	struct plan_row row = {
	    .stack_bytes = -1, .verified_insns = -1, .verifier_states = -1, .verification_us = -1};
	char *log = strndup((const char *)bytes, n), *reason;
	struct loaded loaded = {.n = 1, .log = {log}};
	enum status status = STATUS_OK;

	check_read_summary(log, &row);
	FUZZ_CHECK(row.stack_bytes >= -1 && row.verified_insns >= -1 && row.verifier_states >= -1 &&
		   row.verification_us >= -1);
	explain_forget();
	reason = explain_load(&loaded, &set, EACCES, &status);
	FUZZ_CHECK(status == STATUS_LOAD_FAILED || status == STATUS_UNSUPPORTED);
	if (strcmp(reason, strerror(EACCES)) != 0)
		check_reason(reason, log);
	free(reason);
	free(log);
	return 0;
}
