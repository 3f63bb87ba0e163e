/* SPDX-License-Identifier: MIT */
#include "busy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "xalloc.h"

static const char *const resources[BUSY_RESOURCES] = {"cpu", "memory", "io"};

#define UNKNOWN UINT64_MAX

/* Total time in which some task waited for the resource (Documentation/accounting/psi.rst). */
static uint64_t stalled_us(const char *resource)
{
	char *path = xasprintf("/proc/pressure/%s", resource);
	FILE *f = fopen(path, "re");
	uint64_t total = UNKNOWN;

	if (f && fscanf(f, "some %*s %*s %*s total=%" SCNu64, &total) != 1)
		total = UNKNOWN;
	if (f)
		fclose(f);
	free(path);
	return total;
}

/* The first line of /proc/stat (proc(5)): user, nice, system, idle, iowait, irq, softirq, steal.
 * The two that follow are part of user and nice. */
static void read_ticks(struct busy *now)
{
	FILE *f = fopen("/proc/stat", "re");
	uint64_t t[8];

	now->ticks = now->stolen = UNKNOWN;
	if (!f)
		return;
	if (fscanf(f,
		   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64,
		   &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) == 8) {
		now->stolen = t[7];
		now->ticks = 0;
		for (size_t i = 0; i < 8; i++)
			now->ticks += t[i];
	}
	fclose(f);
}

void busy_read(struct busy *now)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now->ns = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	for (size_t i = 0; i < BUSY_RESOURCES; i++)
		now->stalled_us[i] = stalled_us(resources[i]);
	read_ticks(now);
}

/* An undefined value is an empty cell. */
static void put_share(void (*put)(FILE *, const char *, const char *), FILE *f, const char *name,
		      uint64_t since, uint64_t now, double whole)
{
	char value[32] = "";

	if (since != UNKNOWN && now != UNKNOWN && now >= since && whole > 0)
		snprintf(value, sizeof(value), "%.2f", 100 * (double)(now - since) / whole);
	put(f, name, value);
}

/* Mean over the CPUs of what /proc/cpuinfo says, as x86 does; empty elsewhere. */
static void put_frequency(void (*put)(FILE *, const char *, const char *), FILE *f)
{
	FILE *info = fopen("/proc/cpuinfo", "re");
	double sum = 0, mhz;
	char *line = NULL, value[32] = "";
	size_t size = 0;
	int n = 0;

	while (info && getline(&line, &size, info) > 0)
		if (sscanf(line, "cpu MHz : %lf", &mhz) == 1) {
			sum += mhz;
			n++;
		}
	if (n)
		snprintf(value, sizeof(value), "%.0f", sum / n);
	put(f, "cpu_mhz", value);
	free(line);
	if (info)
		fclose(info);
}

void busy_describe(const struct busy *since, void (*put)(FILE *, const char *, const char *),
		   FILE *f)
{
	struct busy now;
	char value[32] = "";
	double load;

	busy_read(&now);
	snprintf(value, sizeof(value), "%.1f", (double)(now.ns - since->ns) / 1e9);
	put(f, "seconds", value);
	for (size_t i = 0; i < BUSY_RESOURCES; i++) {
		char *name = xasprintf("%s_pressure_pct", resources[i]);

		put_share(put, f, name, since->stalled_us[i], now.stalled_us[i],
			  (double)(now.ns - since->ns) / 1e3);
		free(name);
	}
	put_share(put, f, "steal_pct", since->stolen, now.stolen,
		  (double)(now.ticks - since->ticks));
	*value = '\0';
	if (getloadavg(&load, 1) == 1)
		snprintf(value, sizeof(value), "%.2f", load);
	put(f, "load_average", value);
	put_frequency(put, f);
}
