# SPDX-License-Identifier: MIT
# rounds.csv as the results branch has it: what says something, a tenth of the bytes. After cells.awk.
#
# Of 200 runs of 380 tests it was 93 % of 121 MB. Left out are statistics of the few samples of a round: no reader of
# stored rounds takes them, and samples.csv, the artifact, has what they are of. (Of instructions regress-detect takes
# the smallest and the largest.) Times have 7 digits: a round's value is of calls of a millisecond or more, timed by a clock
# of 1 ns, so that the eighth is of no clock tick, and rounds differ in the third. Counts stay exact.

NR == 1 {
	columns = read_cells()
	for (i = 1; i <= columns; i++) {
		name = name_of(cell[i])
		if (name ~ /^(average|median|ci_low|ci_high|stddev|mad|p95|p99)_/ || name ~ /^(min|max)_.*_ns$/) continue
		kept[++n] = i
		is_time[i] = name ~ /_ns$/ || name == "trigger_cost"
	}
}
NR > 1 { read_cells() }
{
	row = ""
	for (k = 1; k <= n; k++) {
		text = cell[kept[k]]
		if (is_time[kept[k]] && length(text) > 7 && is_plain_number(text)) text = sprintf("%.7g", text)
		row = row (k > 1 ? "," : "") text
	}
	print row
}
