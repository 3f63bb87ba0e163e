# SPDX-License-Identifier: MIT
# Rows as Miller's TSV gives them, with their file in `path` -> state: one row a measured row (its run
# by number), and the table of runs.
#
#   awk -v kind=summary -v old_values=FILE -v known=NUMBER-OF-RUNS -v new_runs=RUNS.tsv ... > rows.tsv
#
# rows.tsv: run, suite, test, entry point, status (or CPU), reason, then (value, low, high) a metric, then for each metric
# nothing or its two heaps: their centres and the share of the higher one.
# runs.tsv: run, host class, track, suite, build, run_id, timestamp, runtime, path of its folder, and 1 where its
# values are those of old_values.
# A run is what has one file, host class, track, suite, build and run_id; its time is its earliest row's.
BEGIN {
	n = split(ENVIRON["valued"], valued, " ")
	for (i = 1; i <= n; i++) has_values[valued[i]]
	load_old_values()
	nruns = known
}
# Each batch of files begins with a header.
$1 == "host_class" && $NF == "path" {
	for (i = 1; i <= NF; i++) col[$i] = i
	next
}
function bad(what,   name) {
	name = $col["path"]
	sub(/^[0-9]+\//, "", name) # the operand (import.sh)
	sub(/\.csv\/summary\.csv$/, ".csv", name)
	printf "site: %s ('%s' row %d)\n", what, name, rows > "/dev/stderr"
	failed = 1
	while ((getline line) > 0) ; # who writes to a pipe that is closed says so
	exit 2
}
function checked(v) {
	if (v == "" || is_number(v)) return v
	bad("not a number: '" v "' in test '" $col["test"] "'")
}
# What import.sh took from rounds.csv: what names the row, then a value a metric.
function load_old_values(   row, f, n, i, key) {
	while ((getline row < old_values) > 0) {
		n = split(row, f, "\t")
		if (f[1] == "path" && f[2] == "host_class") continue # each batch has a header
		have_old = 1
		key = f[1]
		for (i = 2; i <= n - nm; i++) key = key SUBSEP f[i]
		for (i = 1; i <= nm; i++) old_value[key, i] = f[n - nm + i]
	}
}
function run_key() {
	return $col["path"] SUBSEP $1 SUBSEP $col["track"] SUBSEP $col["suite"] SUBSEP $col["build"] SUBSEP $col["run_id"]
}
# Where there is no column value_X: in schema version 1 rounds.csv had the value of a round in median_X. In a summary
# and of a CPU that is another number, which is no point of a series that has values.
function value_of(i,   m, other, id) {
	m = metric[i]
	if ($col["value_" m] != "") return $col["value_" m]
	if (have_old && (id = run_key() SUBSEP $col["test"] SUBSEP $col["entry_point"] SUBSEP i) in old_value && old_value[id] != "") {
		is_old[run]
		return old_value[id]
	}
	other = $col["median_" m] != "" ? $col["median_" m] : $col["average_" m]
	if (other == "") return m in has_values && kind != "rounds" ? "" : $col[m]
	if (!(m in has_values) || kind == "rounds") return other
	if (kind != "cpus")
		bad("no value_" m ", and no rounds.csv of schema version 1 to take it from: test '" $col["test"] "'")
}
function heaps(m,   low, high, share) {
	low = checked($col["low_heap_" m])
	high = checked($col["high_heap_" m])
	share = checked($col["high_heap_share_" m])
	return low == "" || high == "" || share == "" ? "" : low " " high " " share
}
# The number of the row's run; a new one gets the next.
function run_number(   id, dir) {
	id = run_key()
	if (id == last_id) return last_number
	last_id = id
	if (!(id in number)) {
		number[id] = ++nruns
		dir = $col["path"]
		sub(/\/[^\/]*$/, "", dir)
		rest[nruns] = $1 OFS $col["track"] OFS $col["suite"] OFS $col["build"] OFS $col["run_id"]
		time[nruns] = $col["timestamp"]
		tail[nruns] = $col["runtime"] OFS dir
	}
	return last_number = number[id]
}
{
	rows = $col["path"] == last_path ? rows + 1 : 1
	last_path = $col["path"]
	if ($col["test"] == "") bad("a row without a test")
	run = run_number()
	if ($col["timestamp"] < time[run]) time[run] = $col["timestamp"]
	out = run OFS $col["suite"] OFS $col["test"] OFS $col["entry_point"] OFS $col[kind == "cpus" ? "cpu" : "status"] OFS $col["reason"]
	two_heaps = ""
	for (i = 1; i <= nm; i++) {
		# Never a number for a run that failed.
		measured = $col["status"] == "" || $col["status"] == "ok"
		v = measured ? checked(value_of(i)) : ""
		out = out OFS v OFS (v == "" ? "" : checked($col["ci_low_" metric[i]])) OFS (v == "" ? "" : checked($col["ci_high_" metric[i]]))
		two_heaps = two_heaps OFS (measured ? heaps(metric[i]) : "")
	}
	print out two_heaps
}
END {
	if (failed) exit 2
	for (i = known + 1; i <= nruns; i++) print i, rest[i], time[i], tail[i], (i in is_old) ? 1 : "" > new_runs
}
