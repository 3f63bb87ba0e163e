/* SPDX-License-Identifier: MIT */
/* Part of the tools that are built with SANITIZE: on trouble a tool ends where it is, with what it
 * holds. After any other end that is a leak. */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "cli.h"

static int in_trouble;

static void note_trouble(int status, void *unused)
{
	(void)unused;
	in_trouble = status == EXIT_TROUBLE;
}

__attribute__((constructor)) static void register_note(void)
{
	on_exit(note_trouble, NULL);
}

int __lsan_is_turned_off(void)
{
	return in_trouble;
}
