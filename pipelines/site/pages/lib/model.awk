# SPDX-License-Identifier: MIT
# What every writer of the site knows of runs, verdicts and events; include after text.awk and template.awk. What ../site
# was told comes through the environment, where no text is taken for an escape.
BEGIN {
	FS = OFS = "\t"
	OFMT = CONVFMT = "%.12g"
	out = ENVIRON["out"]
	work = ENVIRON["work"]
	nm = split(ENVIRON["metrics"], metric, " ")
	verdict_init()
	if (work != "") {
		load_templates()
		load_runs(work "/runs")
	}
}

# The table of runs that lib/order.awk numbered; then, by line (host class, track and suite) and place in it, oldest
# first: run_build, run_time, run_page, and so on.
function load_runs(file,   row, f, k) {
	while ((getline row < file) > 0) {
		split(row, f, "\t")
		k = f[2] SUBSEP f[3]
		run_of[f[1]] = k
		run_line[f[1]] = f[2]
		run_build[k] = f[8] == "" ? f[9] : f[8]
		run_time[k] = f[10]
		run_csv[k] = csv(f[10]) "," csv(run_build[k]) ","
		run_page[k] = f[4]
		run_path[k] = f[12]
		run_old[k] = f[13]
		line_host[f[2]] = f[5]
		line_track[f[2]] = f[6]
		line_suite[f[2]] = f[7]
		if (f[11] != "") line_runtime[f[2]] = f[11]
		line_last[f[2]] = f[3]
		line_key[f[5] SUBSEP f[6] SUBSEP f[7]] = f[2]
		if (f[2] > nlines) nlines = f[2] + 0
	}
	close(file)
}

# "track on host class", or what there is of it.
function where_text(line) {
	return line_track[line] (line_track[line] == "" || line_host[line] == "" ? "" : " on ") line_host[line]
}

# Lines that have a page c/<line>.html
function load_compared(   row) {
	while ((getline row < (work "/compared")) > 0) compared[row]
}

# Where a build begins in its line, -1 for nowhere: the newest run of it, or the first of several in a row.
function first_place(line, build,   i) {
	if (build == "") return -1
	for (i = line_last[line]; i >= 0 && run_build[line, i] != build; i--) ;
	while (i > 0 && run_build[line, i - 1] == build) i--
	return i
}

# Does a shell pattern match the whole text? An empty one matches all. Both still in TSV's escapes.
function glob_matches(pattern, text,   i, c, end, re) {
	if (pattern == "" || pattern == text) return 1
	if (pattern !~ /[*?[\\]/) return 0
	pattern = untsv(pattern)
	for (i = 1; i <= length(pattern); i++) {
		c = substr(pattern, i, 1)
		if (c == "*") re = re ".*"
		else if (c == "?") re = re "."
		else if (c == "[" && (end = index(substr(pattern, i + 2), "]"))) { # a set has one character at least
			re = re set_of(substr(pattern, i + 1, end))
			i += end + 1
		} else {
			if (c == "\\" && i < length(pattern)) c = substr(pattern, ++i, 1)
			re = re literal(c)
		}
	}
	return untsv(text) ~ ("^" re "$")
}
function set_of(s) {
	if (s ~ /^[!^]./) return "[^" replace(substr(s, 2), "\\", "\\\\") "]"
	return s == "^" || s == "!" ? literal(s) : "[" replace(s, "\\", "\\\\") "]"
}
function literal(c) {
	return c ~ /[A-Za-z0-9_\/ \200-\377-]/ ? c : c == "^" || c == "\\" ? "\\" c : "[" c "]"
}

# The rows of a file of verdicts, by series; without a metric, the last row of any. verdict_fields() takes one apart.
function series_key(host, track, suite, test, entry, metric) {
	return host SUBSEP track SUBSEP suite SUBSEP test SUBSEP entry SUBSEP metric
}
function verdict_fields(row, v,   i, n, name, f) {
	split("", v)
	n = split(ENVIRON["verdict_columns"], name, ",")
	split(row, f, "\t")
	for (i = 1; i <= n; i++) v[name[i]] = f[i]
	if (!(v["verdict"] in verdict_mark)) v["verdict"] = "unjudged"
}

# How each verdict looks: its mark; 1 for worse and -1 for better where a picture says so. The detector's severity orders
# and colours them; of one severity they are in this order.
function verdict_init(   n, i, v, p) {
	n = split("regression|▲|1;suspected|△|1;failed|✕|0;missing|○|0;stale|◔|0;contaminated|⚠|0;unstable|≈|0;inconclusive|?|0;" \
		"new|✦|0;improvement|▼|-1;unjudged|·|0;unchanged|=|0;unsupported|–|0", v, ";")
	for (i = 1; i <= n; i++) {
		split(v[i], p, "|")
		verdict_mark[p[1]] = p[2]
		verdict_side[p[1]] = p[3]
		verdict_order[p[1]] = i
	}
}
function rank(severity, verdict) { return 100 * index("none good open trouble bad", severity) - verdict_order[verdict] }
# A template that shows a verdict, and how many have it where that is known.
function show_verdict(template, verdict, severity, count,   v) {
	v["verdict"] = verdict
	v["severity"] = severity
	v["mark"] = verdict_mark[verdict]
	v["words"] = verdict == "unjudged" ? "not judged" : verdict
	v["count"] = count
	return fill(template, v)
}

# What pages show of a build and its line.
function build_fields(line, place, v) {
	v["line"] = line
	v["track"] = line_track[line]
	v["host"] = line_host[line]
	v["suite"] = line_suite[line]
	v["where"] = where_text(line)
	v["page"] = run_page[line, place]
	v["build"] = run_build[line, place]
	v["time"] = when_text(run_time[line, place])
	v["old"] = run_old[line, place]
	v["before"] = place > 0 ? run_page[line, place - 1] : ""
	v["after"] = place < line_last[line] ? run_page[line, place + 1] : ""
}
# A link to the page of a build, and its day.
function build_link(line, place, top,   v) {
	if (place < 0 || place > line_last[line]) return ""
	v["top"] = top
	v["day"] = substr(run_time[line, place], 1, 10)
	build_fields(line, place, v)
	return fill("build", v)
}
function line_script(line, top,   v) {
	v["top"] = top
	v["line"] = line
	return fill("script", v)
}

# What tells an entry point from others, where it is not what the test's name ends in.
function entry_name(test, entry) {
	return entry == "main" || entry == test || substr(test, length(test) - length(entry)) == "/" entry ? "" : entry
}
function test_group(t,   i) {
	i = index(t, "/")
	return i > 1 ? substr(t, 1, i - 1) : "other"
}

# A distance for about five tics in a range: 1, 2 or 5 times a power of ten.
function tic(range,   u) {
	u = 10 ^ int(log(range / 5) / log(10) - (range < 5))
	return range / u > 25 ? 10 * u : range / u > 12 ? 5 * u : range / u > 5 ? 2 * u : u
}

function higher_better(metric) { return index("," ENVIRON["higher_is_better"] ",", "," metric ",") > 0 }

# A text that sorts by how much worse a ratio is.
function badness(ratio, metric) {
	return sprintf("%016.9f", 1000 + (higher_better(metric) ? -1 : 1) * log(ratio))
}

# How many of so many series a picture of a comparison has.
function shown_of(total) { return total < 40 ? total : 40 }
