/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "machine.h"
#include "xalloc.h"

/* Options of debugging kernels that change what programs cost. */
static const char *const debug_options[] = {
    "PROVE_LOCKING",	  "KASAN", "KCSAN", "UBSAN", "DEBUG_LOCK_ALLOC", "DEBUG_PREEMPT",
    "DEBUG_ATOMIC_SLEEP",
};

/* Append the option of a line "CONFIG_NAME=y" to those that were found. */
static void check_config(const char *line, char **found)
{
	for (size_t i = 0; i < sizeof(debug_options) / sizeof(*debug_options); i++) {
		char *set = xasprintf("CONFIG_%s=y\n", debug_options[i]);

		if (!strcmp(line, set))
			xappendf(found, "%sCONFIG_%s", **found ? ", " : "", debug_options[i]);
		free(set);
	}
}

/* The kernel's configuration, wherever this distribution keeps it; gzopen() reads plain text too.
 */
static void check_debug_kernel(void)
{
	char *found = xstrdup(""), *path, line[512];
	struct utsname kernel;
	gzFile f = gzopen("/proc/config.gz", "re");

	if (!f) {
		uname(&kernel);
		path = xasprintf("/boot/config-%s", kernel.release);
		f = gzopen(path, "re");
		free(path);
	}
	while (f && gzgets(f, line, sizeof(line)))
		check_config(line, &found);
	if (f)
		gzclose(f);
	if (*found)
		warnx("advice: a debugging kernel (%s): measure on one without", found);
	free(found);
}

/* Other work on the machine shows in every number. A run before this one is a load of 1. */
#define OWN_LOAD 1
#define LOAD_MAX .25 /* runnable threads a CPU */

static void check_load(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double load;

	if (getloadavg(&load, 1) == 1 && load - OWN_LOAD > LOAD_MAX * (double)cpus)
		warnx("advice: the machine is busy (load %.1f on %ld CPUs): wait, or stop the rest",
		      load, cpus);
}

void advice_give(void)
{
	machine_advise();
	check_debug_kernel();
	check_load();
}
