/* SPDX-License-Identifier: MIT */
/* regress-detect --markers: whatever they say, the same series of a history are judged, but for
 * those that they retire. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define HISTORY "build/fuzz/history.seeds/0.csv"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static size_t series;
	char *verdicts;
	size_t length;

	if (!series) {
		FUZZ_CHECK(!FUZZ_TOOL(&verdicts, &length, "regress-detect", "--history", HISTORY));
		series = fuzz_csv(verdicts, length);
		FUZZ_CHECK(series);
		free(verdicts);
	}
	if (!FUZZ_TOOL(&verdicts, &length, "regress-detect", "--history", "--markers",
		       fuzz_file(bytes, n), HISTORY))
		FUZZ_CHECK(fuzz_csv(verdicts, length) <= series); /* less what was retired */
	free(verdicts);
	return 0;
}
