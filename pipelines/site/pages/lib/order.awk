# SPDX-License-Identifier: MIT
# runs.tsv sorted by host class, track, suite and time -> each run with the number of its line, its place
# in the line, and the name of its page:
# run, line, place, page, host class, track, suite, build, run_id, timestamp, runtime, path, old
{
	key = $2 OFS $3 OFS $4
	if (key != previous) { line++; place = 0; previous = key }
	print $1, line, place++, slug($5 " " key " " $6 " " $7, $5), $2, $3, $4, $5, $6, $7, $8, $9, $10
}
