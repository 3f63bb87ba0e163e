# SPDX-License-Identifier: MIT
# Rows of the state, and rows a round or a CPU of a few runs -> rows that sort into what tests.awk reads: suite, test,
# line, entry point, 0 (or 1: a round, 2: a CPU), place, run, status (or the CPU), reason, values.
BEGIN {
	config()
	FS = OFS = "\t"
	load_runs(runs)
	for (r in run_of) dir_run[run_path[run_of[r]], run_build[run_of[r]]] = r
	details(rounds_runs, rounds, 1)
	details(cpus_runs, cpus, 2)
}
{ emit($1, 0) }
function details(runs, rows, kind,   row, f, dir, build) {
	while (runs != "" && (getline row < runs) > 0) {
		split(row, f, "\t")
		dir[f[1]] = f[9]
		build[f[1]] = f[5]
	}
	while (rows != "" && (getline row < rows) > 0) {
		$0 = row
		if (($5 != "ok" && $5 != "") || !((dir[$1], build[$1]) in dir_run)) continue
		if (kind == 2) { # import.awk has put the CPU behind the entry point
			if (!match($4, /(^|, )cpu [0-9]+$/)) continue
			row = substr($4, RSTART)
			$4 = substr($4, 1, RSTART - 1)
			$5 = substr(row, index(row, "cpu ") + 4)
		}
		emit(dir_run[dir[$1], build[$1]], kind)
	}
}
function emit(run, kind,   k, i, out) {
	split(run_of[run], k, SUBSEP)
	out = $2 OFS $3 OFS sprintf("%04d", k[1]) OFS $4 OFS kind OFS sprintf("%06d", k[2]) OFS run
	for (i = 5; i <= NF; i++) out = out OFS $i
	print out
}
