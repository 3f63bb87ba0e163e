/* SPDX-License-Identifier: MIT */
/* Who measured where: what every sample of a run carries, and environment.csv. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "busy.h"
#include "plan.h"

enum runtime { RUNTIME_HOST, RUNTIME_KVM, RUNTIME_ICOUNT, RUNTIME_COUNT };

extern const char *const runtime_names[RUNTIME_COUNT];

/* Strings are its own. */
struct identity {
	char *run_id, *host_class, *track;
	enum runtime runtime;
	uint64_t boot;
};

/**
 * identity_init - an identity with all that is known
 * @path: a CSV of names and values, such as environment.csv: run_id, host_class, runtime, track and
 * boot are taken, others are not for us; NULL for none
 * @track: NULL for that of the file
 *
 * What is not known is found out here, or is its default. Exits with status 2 when the file can't
 * be read, or says what can't be. identity_release() frees it.
 */
void identity_init(struct identity *identity, const char *path, const char *track);
void identity_release(struct identity *identity);

/** identity_timestamp - now, UTC, as 2026-01-31T12:00:00Z */
void identity_timestamp(char *buffer, size_t size);

/** identity_write_environment - write environment.csv; exits with status 2 when it can't */
void identity_write_environment(const struct identity *identity, const struct plan *plan,
				const char *path);

/** identity_end_environment - append how busy the machine was since then; exits with status 2 when
 * it can't */
void identity_end_environment(const struct busy *since, const char *path);
