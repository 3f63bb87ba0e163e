/* SPDX-License-Identifier: MIT */
/* What the CSV reader accepts, written and read again, is the same. */
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "fuzz.h"

/* Read a file and write what it holds; NULL when it is no CSV. Caller frees. */
static char *rewritten(const char *path, size_t *n)
{
	struct csv_reader in;
	struct csv_writer out;
	char *text = NULL;
	int got = -1;

	out = (struct csv_writer){.f = open_memstream(&text, n)};
	if (!csv_open(&in, path)) {
		for (size_t i = 0; i < in.ncolumns; i++)
			csv_write_cell(&out, in.header[i]);
		csv_end_row(&out);
		while ((got = csv_next_row(&in)) > 0) {
			FUZZ_CHECK(in.ncells == in.ncolumns);
			for (size_t i = 0; i < in.ncells; i++) {
				FUZZ_CHECK(in.cell_len[i] == strlen(in.cell[i]));
				csv_write_cell(&out, in.cell[i]);
			}
			csv_end_row(&out);
		}
	}
	FUZZ_CHECK(!got || *in.error);
	csv_release(&in);
	fclose(out.f);
	if (!got)
		return text;
	free(text);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	fuzz_round_trip(bytes, n, rewritten);
	return 0;
}
