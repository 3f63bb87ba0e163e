/* SPDX-License-Identifier: MIT */
/*
 * Whoever called sudo or doas: suites name files, and what root may read and write is not what they
 * may have. Loading programs needs root, reading sources does not.
 */
#pragma once

#include <stdbool.h>

/** invoker_begin - from here on, open files with the rights of who called sudo or doas, and start
 * programs as them (with POSIX_SPAWN_RESETIDS). Nothing changes without either */
void invoker_begin(void);

/** invoker_files - open files with their rights, or as root again; returns what was before */
bool invoker_files(bool theirs);
