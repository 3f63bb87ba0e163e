/* SPDX-License-Identifier: MIT */
/* Frames of a capture: pcap (either order of bytes, micro- or nanoseconds) and pcapng. A static
 * libpcap, which the tools for a VM would need, is in no distribution. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CAPTURE_FRAMES_MAX 64	     /* different ones, of which each is a test */
#define CAPTURE_READ_MAX (1UL << 20) /* of a file */

struct frame {
	unsigned char *bytes;
	size_t n;
	size_t number, count; /* the first of its kind, from 1; how many are equal */
};

struct capture {
	struct frame frame[CAPTURE_FRAMES_MAX];
	size_t n;
};

/** capture_is_named - whether a text names a capture: it ends in .pcap, .pcapng or .cap, or in one
 * of these and #N. @number: N, or 0 for all frames
 * @return: how long the file's name is, 0 for no capture */
size_t capture_is_named(const char *text, size_t *number);

/** capture_read - the frames of a file, equal ones once
 * @number: only this one, from 1; 0 for all
 * @return: NULL, or what is wrong, which the caller frees; capture_release() either way */
char *capture_read(struct capture *capture, const char *path, size_t number);
void capture_release(struct capture *capture);
