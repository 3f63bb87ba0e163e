# SPDX-License-Identifier: MIT
# Rows of the state, and rows a round or a CPU of a few runs -> rows that sort into what tests.awk reads: suite, test,
# line, entry point, 0 (or 1: a round, 2: a CPU), place, run, status (or the CPU), reason, values.
BEGIN {
	for (r in run_of) dir_run[run_path[run_of[r]], run_build[run_of[r]]] = r
	details("rounds", 1)
	details("cpus", 2)
}
{ emit($1, 0) }
function details(name, kind,   row, f, dir, build) {
	while ((getline row < (work "/" name "-runs.tsv")) > 0) {
		split(row, f, "\t")
		dir[f[1]] = f[9]
		build[f[1]] = f[5]
	}
	while ((getline row < (work "/" name ".tsv")) > 0) {
		$0 = row
		if ((dir[$1], build[$1]) in dir_run) emit(dir_run[dir[$1], build[$1]], kind)
	}
}
function emit(run, kind,   k, i, out) {
	split(run_of[run], k, SUBSEP)
	out = $2 OFS $3 OFS sprintf("%04d", k[1]) OFS $4 OFS kind OFS sprintf("%06d", k[2]) OFS run
	for (i = 5; i <= NF; i++) out = out OFS $i
	print out
}
