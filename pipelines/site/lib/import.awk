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
$1 == "host_class" && $NF == "path" { find_columns(); next }
function find_columns(   i, col) {
	for (i = 1; i <= NF; i++) col[$i] = i
	# host class, which is first, track, suite, build and run_id make a run; the rest is read by name
	TRACK = col["track"]; SUITE = col["suite"]; TEST = col["test"]; ENTRY = col["entry_point"]; TIME = col["timestamp"]; BUILD = col["build"]
	RUN = col["run_id"]; RUNTIME = col["runtime"]; STATUS = col["status"]; REASON = col["reason"]; PATH = col["path"]
	for (i = 1; i <= nk; i++) KEY[i] = col[key[i]]
	for (i = 1; i <= nm; i++) {
		MEDIAN[i] = col["median_" metric[i]]; AVERAGE[i] = col["average_" metric[i]]; PLAIN[i] = col[metric[i]]
		LOW[i] = col["ci_low_" metric[i]]; HIGH[i] = col["ci_high_" metric[i]]
	}
}
function bad(what) {
	name = $PATH
	sub(/^[0-9]+:/, "", name) # an operand (import.sh)
	printf "site: %s ('%s' row %d)\n", what, name, rows > "/dev/stderr"
	failed = 1
	exit 2
}
function checked(v) {
	if (v == "" || is_number(v)) return v
	bad("not a number: '" v "' in test '" $TEST "'")
}
# The number of the row's run; a new one gets the next.
function run_number(   id) {
	id = $PATH SUBSEP $1 SUBSEP $TRACK SUBSEP $SUITE SUBSEP $BUILD SUBSEP $RUN
	if (id == last_id) return last_number
	last_id = id
	if (!(id in number)) {
		number[id] = ++nruns
		dir = $PATH
		if (!sub(/\/?(summary|rounds|cpus)\.csv$/, "", dir)) dir = "" # a file of its own has no folder
		rest[nruns] = $1 OFS $TRACK OFS $SUITE OFS $BUILD OFS $RUN
		time[nruns] = $TIME
		tail[nruns] = $RUNTIME OFS dir
	}
	return last_number = number[id]
}
{
	rows = $PATH == last_path ? rows + 1 : 1
	last_path = $PATH
	if ($TEST == "") bad("a row without a test")
	run = run_number()
	if ($TIME < time[run]) time[run] = $TIME
	entry = $ENTRY
	for (i = 1; i <= nk; i++)
		if ($KEY[i] != "") entry = entry (entry == "" ? "" : ", ") key[i] " " $KEY[i]
	out = run OFS $SUITE OFS $TEST OFS entry OFS $STATUS OFS $REASON
	for (i = 1; i <= nm; i++) {
		v = $MEDIAN[i] != "" ? $MEDIAN[i] : $AVERAGE[i] != "" ? $AVERAGE[i] : $PLAIN[i]
		# Never a number for a run that failed.
		if (v == "" || ($STATUS != "" && $STATUS != "ok")) out = out OFS OFS OFS
		else out = out OFS checked(v) OFS checked($LOW[i]) OFS checked($HIGH[i])
	}
	print out
}
END {
	if (failed) exit 2
	for (i = known + 1; i <= nruns; i++) print i, rest[i], time[i], tail[i] > runs_out
}
