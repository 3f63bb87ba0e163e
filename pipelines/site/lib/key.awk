# Rows of the state, and rows a round of a few runs -> rows that sort into what tests.awk reads: suite, test,
# line, entry point, 0 (or 1: a round), place, run, status, reason, values.
BEGIN {
	config()
	FS = OFS = "\t"
	load_runs(runs)
	while (rounds_runs != "" && (getline row < rounds_runs) > 0) {
		n = split(row, f, "\t")
		round_dir[f[1]] = f[n]
		round_build[f[1]] = f[5]
	}
	for (r in run_of) dir_run[run_path[run_of[r]], run_build[run_of[r]]] = r
	while (rounds != "" && (getline row < rounds) > 0) {
		$0 = row
		if (($5 == "ok" || $5 == "") && (round_dir[$1], round_build[$1]) in dir_run) emit(dir_run[round_dir[$1], round_build[$1]], 1)
	}
}
{ emit($1, 0) }
function emit(run, kind,   k, i, out) {
	split(run_of[run], k, SUBSEP)
	out = $2 OFS $3 OFS sprintf("%04d", k[1]) OFS $4 OFS kind OFS sprintf("%06d", k[2]) OFS run
	for (i = 5; i <= NF; i++) out = out OFS $i
	print out
}
