/* SPDX-License-Identifier: MIT */
/* Captures of others: the frames of one are what each of them is alone. */
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "fuzz.h"
#include "packet.h"

static void check_alone(const char *path, const struct frame *frame)
{
	struct capture alone;
	char *wrong = capture_read(&alone, path, frame->number);

	FUZZ_CHECK(!wrong && alone.n == 1 && alone.frame[0].n == frame->n);
	FUZZ_CHECK(!memcmp(alone.frame[0].bytes, frame->bytes, frame->n));
	capture_release(&alone);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *path = fuzz_file(bytes, n);
	struct capture all;
	char *wrong = capture_read(&all, path, 0);
	size_t before = 0;

	FUZZ_CHECK(wrong || all.n);
	for (size_t i = 0; i < all.n && !wrong; i++) {
		const struct frame *frame = &all.frame[i];

		FUZZ_CHECK(frame->n && frame->n <= PACKET_MAX_BYTES && frame->count);
		FUZZ_CHECK(frame->number > before);
		before = frame->number;
		check_alone(path, frame);
	}
	capture_release(&all);
	free(wrong);
	return 0;
}
