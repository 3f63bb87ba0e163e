/* SPDX-License-Identifier: MIT */
/* regress-detect --settings: whatever they allow, the series and their numbers are the same. */
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "fuzz.h"

#define ROUNDS "tests/fixtures/run/rounds.csv"

static char *numbers_of(const char *verdicts, size_t n)
{
	static const char *const columns[] = {"test",	 "entry_point", "metric", "baseline",
					      "current", "ratio",	"rounds"};
	struct csv_writer out = {0};
	struct csv_reader in;
	char *text;
	size_t length;

	out.f = open_memstream(&text, &length);
	FUZZ_CHECK(out.f && !csv_open(&in, fuzz_file((const uint8_t *)verdicts, n)));
	while (csv_next_row(&in) > 0) {
		for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
			csv_write_cell(&out, csv_cell(&in, csv_column(&in, columns[i]), "?"));
		csv_end_row(&out);
	}
	csv_release(&in);
	fclose(out.f);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char *without;
	char *verdicts, *numbers;
	size_t length;

	if (!without) {
		FUZZ_CHECK(!FUZZ_TOOL(&verdicts, &length, "regress-detect", ROUNDS, ROUNDS));
		without = numbers_of(verdicts, length);
		free(verdicts);
	}
	if (!FUZZ_TOOL(&verdicts, &length, "regress-detect", "--settings", fuzz_file(bytes, n),
		       ROUNDS, ROUNDS)) {
		numbers = numbers_of(verdicts, length);
		FUZZ_CHECK(!strcmp(numbers, without));
		free(numbers);
	}
	free(verdicts);
	return 0;
}
