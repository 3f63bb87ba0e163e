# SPDX-License-Identifier: MIT
# Rows as Miller's TSV gives them, with their file in `path` -> state: one row a measured row (its run
# by number), and the table of runs.
#
#   awk -v metrics="duration_ns instructions" -v valued="duration_ns" -v keys="cpu" -v kind=summary -v old_values=FILE -v runs=OLD-RUNS.tsv -v runs_out=RUNS.tsv
#       -f text.awk -f import.awk > rows.tsv
#
# rows.tsv: run, suite, test, entry point, status, reason, then (value, low, high) a metric, then for each metric
# nothing or its two heaps: their centres and the share of the higher one.
# runs.tsv: run, host class, track, suite, build, run_id, timestamp, runtime, path of its folder or file, and 1 where its
# values are those of old_values.
# A run is what has one file, host class, track, suite, build and run_id; its time is its earliest row's.
BEGIN {
	config()
	FS = OFS = "\t"
	nm = split(metrics, metric, " ")
	nk = split(keys, key, ",")
	n = split(valued, valued_metric, " ")
	for (i = 1; i <= n; i++) has_values[valued_metric[i]]
	load_old_values()
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
		VALUE[i] = col["value_" metric[i]]; MEDIAN[i] = col["median_" metric[i]]; AVERAGE[i] = col["average_" metric[i]]; PLAIN[i] = col[metric[i]]
		LOW[i] = col["ci_low_" metric[i]]; HIGH[i] = col["ci_high_" metric[i]]
		LOW_HEAP[i] = col["low_heap_" metric[i]]; HIGH_HEAP[i] = col["high_heap_" metric[i]]; SHARE[i] = col["high_heap_share_" metric[i]]
	}
}
function bad(what) {
	name = $PATH
	sub(/^[0-9]+:/, "", name) # an operand (import.sh)
	printf "site: %s ('%s' row %d)\n", what, name, rows > "/dev/stderr"
	failed = 1
	while ((getline line) > 0) ; # who writes to a pipe that is closed says so
	exit 2
}
function checked(v) {
	if (v == "" || is_number(v)) return v
	bad("not a number: '" v "' in test '" $TEST "'")
}
# What import.sh took from rounds.csv: what names the row, then a value a metric.
function load_old_values(   row, f, n, i, key) {
	while (old_values != "" && (getline row < old_values) > 0) {
		n = split(row, f, "\t")
		if (f[1] == "path" && f[2] == "host_class") continue # each batch has a header
		have_old = 1
		key = f[1]
		for (i = 2; i <= n - nm; i++) key = key SUBSEP f[i]
		for (i = 1; i <= nm; i++) old_value[key, i] = f[n - nm + i]
	}
}
function row_key(   i, key) {
	key = $PATH SUBSEP $1 SUBSEP $TRACK SUBSEP $SUITE SUBSEP $BUILD SUBSEP $RUN SUBSEP $TEST SUBSEP $ENTRY
	for (i = 1; i <= nk; i++) key = key SUBSEP $KEY[i]
	return key
}
# Where there is no column value_X: in schema version 1 rounds.csv had the value of a round in median_X. In a summary
# and of a CPU that is another number, which is no point of a series that has values.
function value_of(i,   key) {
	if ($VALUE[i] != "") return $VALUE[i]
	if (have_old) {
		key = row_key()
		if ((key, i) in old_value && old_value[key, i] != "") {
			is_old[run]
			return old_value[key, i]
		}
	}
	if ((metric[i] in has_values) && kind != "rounds" && ($MEDIAN[i] != "" || $AVERAGE[i] != "")) {
		if (kind == "cpus") return ""
		bad("no value_" metric[i] ", and no rounds.csv of schema version 1 to take it from: test '" $TEST "'")
	}
	return $MEDIAN[i] != "" ? $MEDIAN[i] : $AVERAGE[i] != "" ? $AVERAGE[i] : $PLAIN[i]
}
function heaps(i) {
	return $LOW_HEAP[i] == "" || $HIGH_HEAP[i] == "" || $SHARE[i] == "" ? "" : checked($LOW_HEAP[i]) " " checked($HIGH_HEAP[i]) " " checked($SHARE[i])
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
		# Never a number for a run that failed.
		v = $STATUS == "" || $STATUS == "ok" ? value_of(i) : ""
		if (v == "") out = out OFS OFS OFS
		else out = out OFS checked(v) OFS checked($LOW[i]) OFS checked($HIGH[i])
	}
	for (i = 1; i <= nm; i++) out = out OFS ($STATUS == "" || $STATUS == "ok" ? heaps(i) : "")
	print out
}
END {
	if (failed) exit 2
	for (i = known + 1; i <= nruns; i++) print i, rest[i], time[i], tail[i], (i in is_old) ? 1 : "" > runs_out
}
