/* SPDX-License-Identifier: MIT */
/* Who measured where: what every sample of a run carries, and environment.csv. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "plan.h"

enum runtime { RUNTIME_HOST, RUNTIME_KVM, RUNTIME_ICOUNT, RUNTIME_COUNT };

extern const char *const runtime_names[RUNTIME_COUNT];

struct identity {
	char *run_id, *host_class, *track;
	enum runtime runtime;
	uint64_t boot;
};

/** identity_complete - fill what the options left NULL; the strings are then owned by it */
void identity_complete(struct identity *identity);
void identity_release(struct identity *identity);

/** identity_timestamp - now, UTC, as 2026-01-31T12:00:00Z */
void identity_timestamp(char *buffer, size_t size);

/** identity_write_environment - write environment.csv; exits with status 2 when it can't */
void identity_write_environment(const struct identity *identity, const struct plan *plan,
				const char *path);

#endif
