# Rows as Miller's TSV gives them, with their file in `path` -> state: one row a measured row (its run
# by number), and the table of runs.
#
#   awk -v metrics="duration_ns instructions" -v keys="cpu" -v runs=OLD-RUNS.tsv -v runs_out=RUNS.tsv
#       -f text.awk -f import.awk > rows.tsv
#
# rows.tsv: run, suite, test, entry point, status, reason, then (value, low, high) a metric.
# runs.tsv: run, host class, track, suite, build, run_id, timestamp, runtime, path of its folder or file.
# A run is what has one file, host class, track, suite, build and run_id; its time is its earliest row's.
BEGIN {
	config()
	FS = OFS = "\t"
	nm = split(metrics, metric, " ")
	nk = split(keys, key, ",")
	while (runs != "" && (getline line < runs) > 0) {
		print line > runs_out
		nruns++
	}
	known = nruns
}
# Each batch of files begins with a header again.
$1 == "host_class" && $NF == "path" {
	for (i = 1; i <= NF; i++) col[$i] = i
	next
}
function bad(what) {
	printf "site: %s (%s)\n", what, get("path") > "/dev/stderr"
	failed = 1
	exit 2
}
function get(name) { return name in col ? $(col[name]) : "" }
function checked(name,   v) {
	v = get(name)
	if (v != "" && !is_number(v)) bad(name " is not a number: '" v "' in test '" get("test") "'")
	return v
}
{
	if (get("test") == "") bad("a row without a test")
	id = get("path") SUBSEP $1 SUBSEP get("track") SUBSEP get("suite") SUBSEP get("build") SUBSEP get("run_id")
	if (!(id in number)) {
		number[id] = ++nruns
		dir = get("path")
		sub(/\/?summary\.csv$/, "", dir)
		rest[nruns] = $1 OFS get("track") OFS get("suite") OFS get("build") OFS get("run_id")
		time[nruns] = get("timestamp")
		tail[nruns] = get("runtime") OFS dir
	}
	run = number[id]
	if (get("timestamp") < time[run]) time[run] = get("timestamp")
	entry = get("entry_point")
	for (i = 1; i <= nk; i++)
		if (get(key[i]) != "") entry = entry (entry == "" ? "" : ", ") key[i] " " get(key[i])
	status = get("status")
	out = run OFS get("suite") OFS get("test") OFS entry OFS status OFS get("reason")
	for (i = 1; i <= nm; i++) {
		m = metric[i]
		v = checked("median_" m)
		if (v == "") v = checked("average_" m)
		if (v == "") v = checked(m)
		# Never a number for a run that failed.
		if (status != "" && status != "ok") v = ""
		out = out OFS v OFS (v == "" ? "" : checked("ci_low_" m)) OFS (v == "" ? "" : checked("ci_high_" m))
	}
	print out
}
END {
	if (failed) exit 2
	for (i = known + 1; i <= nruns; i++) print i, rest[i], time[i], tail[i] > runs_out
}
