/* SPDX-License-Identifier: MIT */
/*
 * Marks for a profiler outside of the VM, which counts executed instructions by address
 * (pipelines/vm/count-plugin.c). Each part of a measurement begins with a jump to its mark.
 */
#pragma once

#include <stdint.h>

/* What an operation costs is large - small, less the same of the bare trigger. */
enum profile_part {
	PROFILE_NONE,
	PROFILE_SMALL,
	PROFILE_LARGE,
	PROFILE_BARE_SMALL,
	PROFILE_BARE_LARGE,
	PROFILE_PARTS,
};

#define PROFILE_MARK_BYTES 64 /* from the mark of a part to that of the next */

/** profile_enter - say that a part begins; costs two jumps */
void profile_enter(enum profile_part part);

/**
 * profile_write_symbols - write what is needed to read the counts, while the programs are loaded
 * @invocations: those of all large calls less those of all small ones
 *
 * Lines: `invocations 43008`, and for each function `symbol ffffffff81000000 _stext`. Exits with a
 * message when that fails.
 */
void profile_write_symbols(const char *path, uint64_t invocations);
