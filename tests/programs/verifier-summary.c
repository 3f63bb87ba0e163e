/* SPDX-License-Identifier: MIT */
/* What is read of a verifier's log, which a kernel that is not here may have written.
 * usage: verifier-summary < LOG     prints instructions, states, stack and microseconds, and the
 *                                   reason if it is one of a refusal */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../tools/bpf-compile-check/work.h"
#include "explain.h"

int main(void)
{
	static char log[65536];
	const struct program_set set = {.name = {"program"}, .n = 1};
	struct loaded loaded = {.n = 1, .log = {log}};
	struct plan_row row;
	enum status status;
	char *reason;

	row = (struct plan_row){.verified_insns = -1, .verifier_states = -1, .stack_bytes = -1};
	row.verification_us = -1;
	log[fread(log, 1, sizeof(log) - 1, stdin)] = '\0';
	check_read_summary(log, &row);
	reason = explain_load(&loaded, &set, EACCES, &status);
	printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s\n", row.verified_insns,
	       row.verifier_states, row.stack_bytes, row.verification_us, reason);
	free(reason);
	return 0;
}
