# SPDX-License-Identifier: MIT
# Sorted rows, one test after another -> a page a test, the gnuplot commands of its charts, its CSV,
# and a row a series for the overview.
#
# Input: suite, test, line, entry point, 0, place, run, status, reason, (value, low, high) a metric, heaps a metric; and, for a
# few runs, the same with 1 instead of 0 and a row a round, or 2 and a row a CPU (its number for the status).
BEGIN {
	ROUND = 1 # what the fifth field says
	CPU = 2
	load_verdicts()
	# host class, track, suite, test, entry point, metric, build, kind, label, url; an empty key matches all
	while ((getline row < (work "/events")) > 0) event_row[++nevents] = row
}

# Judged elsewhere: the last row that is read of a series counts. One that never had a number takes that of any metric.
function load_verdicts(   row, v, key) {
	while ((getline row < (work "/verdicts")) > 0) {
		verdict_fields(row, v)
		judged[judged_series(v, v["metric"])] = judged[judged_series(v, "")] = row
		judged_line[line_key[v["host_class"], v["track"], v["suite"]]]
	}
	while ((getline row < (work "/changes")) > 0) {
		verdict_fields(row, v)
		key = judged_series(v, v["metric"])
		change_row[key, ++nchanges[key]] = row
	}
}
function judged_series(v, metric) {
	return series_key(v["host_class"], v["track"], v["suite"], v["test"], v["entry_point"], metric)
}
{ key_page = $1 FS $2; key_group = key_page FS $3 FS $4 }
key_group != group { end_group(); if (key_page != page) end_page(); begin_group() }
$5 > 0 { add_part(); next }
{ add_point() }
END { end_group(); end_page() }

function begin_group() {
	if (key_page != page) {
		page = key_page
		page_suite = $1
		page_test = $2
		page_slug = slug($1 " " $2, $2)
		gp_file = work "/gp/" page_slug ".gp"
		file_csv = out "/t/" page_slug ".csv"
		nseries = 0
	}
	group = key_group
	line = $3 + 0
	entry = $4
	n = 0
	nparts = 0
}
function add_point(   i) {
	if (n && place[n] == $6 + 0) # the same test twice in one run: say so, and show the later one
		printf "site: test '%s' %s is there twice in run '%s'\n", page_test, entry, \
			run_build[line, $6 + 0] > "/dev/stderr"
	else
		n++
	place[n] = $6 + 0
	status[n] = $8
	reason[n] = $9
	for (i = 1; i <= nm; i++) {
		value[i, n] = $(7 + 3 * i)
		low[i, n] = $(8 + 3 * i)
		high[i, n] = $(9 + 3 * i)
		heaps[i, n] = $(9 + 3 * nm + i)
	}
}
# A round, or a CPU with its interval.
function add_part(   i, v) {
	part_kind[++nparts] = $5 + 0
	part_place[nparts] = $6 + 0
	part_cpu[nparts] = $8 + 0
	for (i = 1; i <= nm; i++) {
		v = part_value[i, nparts] = $(7 + 3 * i)
		part_low[i, nparts] = bound($5 == CPU ? $(8 + 3 * i) : v, v)
		part_high[i, nparts] = bound($5 == CPU ? $(9 + 3 * i) : v, v)
	}
}
function end_group(   i, k, any, all) {
	if (group == "" || !n) return # rounds alone are no series
	for (i = 1; i <= nm; i++) {
		any = 0
		for (k = n; k > 0 && !any; k--) any = value[i, k] != ""
		if (any) { series(i); all = 1 }
	}
	if (!all) series(0)
	group = ""
}

# One series: metric m of the points read; 0 when there never was a number.
function series(m,   k) {
	split("", S)
	S["metric"] = m ? metric[m] : ""
	if (!wanted(m)) return
	S["key"] = series_key(line_host[line], line_track[line], page_suite, page_test, entry, S["metric"])
	for (k = n; m && k > 0 && value[m, k] == ""; k--) ;
	S["newest"] = m ? k : 0 # the newest point that has a value
	judge(m)
	nseries++
	series_rank[nseries] = S["rank"] + S["badness"] / 1e6
	series_line[nseries] = line
	overview(m)
	compare_row(m)
	if (m) {
		chart(m)
		distribution(m)
		cpus(m)
	}
	series_row[nseries] = summary_row(m)
	series_html[nseries] = article(m)
	csv_rows(m)
}

# plot draws some series only: those of its options, where they are given.
function wanted(m) {
	if (plot == "") return 1
	return m && is_wanted("host_class", line_host[line]) && is_wanted("track", line_track[line]) &&
		is_wanted("entry_point", entry) && is_wanted("metric", S["metric"])
}
function is_wanted(option, text) { return ENVIRON[option] == "" || ENVIRON[option] == text }

# What the detector says of the series. Of one that it does not know there are numbers only, and where the newest build
# has none, the status of its row.
function judge(m) {
	verdict_fields(judged[S["key"]], V)
	S["now"] = m && S["newest"] == n && place[n] == line_last[line] ? value[m, n] : ""
	if (judged[S["key"]] == "" && S["now"] == "" && place[n] == line_last[line])
		V["verdict"] = status[n] == "unsupported" ? "unsupported" : "failed"
	S["verdict"] = V["verdict"]
	S["against"] = "level"
	S["severity"] = V["severity"] != "" ? V["severity"] : V["verdict"] == "failed" ? "trouble" : "good"
	S["rank"] = rank(S["severity"], V["verdict"])
	S["reason"] = why()
	# Without a number: since the row after the last number.
	S["since"] = S["now"] != "" ? first_place(line, V["first_bad_build"]) : S["newest"] ? place[S["newest"]] + 1 : place[1]
	if (m) level(m)
	S["badness"] = badness(S["ratio"] > 0 ? S["ratio"] : 1, S["metric"])
}
function why() {
	if (place[n] < line_last[line]) return "no row, last seen in build " run_build[line, place[n]]
	if (S["now"] == "") return status[n] (reason[n] == "" ? "" : ": " reason[n])
	if (V["current_build"] == "" || V["current_build"] == run_build[line, line_last[line]]) return V["reason"]
	return "judged at build " V["current_build"] (V["reason"] == "" ? "" : ": " V["reason"])
}

# What the newest value is compared with: the detector's level, or else the previous build. Where there is neither,
# nothing is compared: the value itself only places the chart.
function level(m,   k) {
	for (k = S["newest"] - 1; k > 0 && value[m, k] == ""; k--) ;
	S["judged"] = is_number(V["baseline"]) && V["baseline"] > 0
	S["against"] = S["judged"] ? "level" : "previous build"
	S["alone"] = !S["judged"] && k <= 0
	S["base"] = (S["judged"] ? V["baseline"] : value[m, k > 0 ? k : S["newest"]]) + 0
	S["ratio"] = is_number(V["ratio"]) ? V["ratio"] : S["alone"] || S["base"] <= 0 ? "" : value[m, S["newest"]] / S["base"]
}
function median(a, c,   i, j, t) { # sorts a
	for (i = 2; i <= c; i++) {
		t = a[i]
		for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]
		a[j + 1] = t
	}
	return c % 2 ? a[(c + 1) / 2] : (a[c / 2] + a[c / 2 + 1]) / 2
}

# The last part of a test's name is what differs among neighbours.
function split_name(v,   i) {
	for (i = length(page_test); i > 0 && substr(page_test, i, 1) != "/"; i--) ;
	v["name_start"] = substr(page_test, 1, i)
	v["name_end"] = substr(page_test, i + 1)
}
# The least share of a value that a picture's height stands for: a change that has a first build is seen in any case.
function least_range(   c) {
	c = S["now"] != "" && S["since"] >= 0 && S["ratio"] > 0 ? abs(S["ratio"] - 1) : .02
	return c > 0 && c < .02 ? c : .02
}

# What rows of several tables show of a series. An old number never stands where the newest build has none.
function series_fields(m, top, v) {
	v["verdict"] = S["verdict"]
	v["severity"] = S["severity"]
	v["badge"] = show_verdict("badge", S["verdict"], S["severity"])
	build_fields(line, line_last[line], v)
	v["test_page"] = page_slug
	v["series"] = nseries
	v["metric"] = m ? metric_name(S["metric"]) : ""
	v["entry_point"] = entry
	v["value"] = S["now"] == "" ? "—" : with_unit(S["now"], S["metric"])
	v["ratio"] = S["now"] == "" || !is_number(S["ratio"]) ? "" : sprintf("%.6g", S["ratio"])
	v["change"] = v["ratio"] == "" ? "" : change(S["ratio"])
	v["since"] = build_link(line, S["since"], top)
	v["heaps"] = S["now"] == "" ? "" : heaps[m, n]
}

# Sorted outside: worst first. The fields before the row are for counting and for the head.
function overview(m,   v, worst) {
	series_fields(m, "", v)
	split_name(v)
	v["group"] = test_group(page_test)
	v["entry"] = entry_name(page_test, entry)
	if (!m) v["metric"] = "—"
	v["number"] = S["now"] == "" ? "" : S["now"] + 0
	v["since_time"] = S["since"] >= 0 ? run_time[line, S["since"]] : ""
	v["spark"] = m ? spark(m) : ""
	v["test"] = page_test
	worst = S["severity"] ~ /^(bad|trouble)$/ && v["ratio"] != "" ? fill("worst", v) : ""
	print S["rank"], S["badness"], S["verdict"], S["severity"], line, worst, v["group"], S["metric"], v["ratio"], \
		fill("overview-row", v) > (work "/overview.tsv")
}

# At most 48 points, each the median of its share of builds.
function spark_points(m, x,   i, k, c, step, a, b, nb) {
	for (i = 1; i <= n; i++) if (value[m, i] != "") b[++c] = value[m, i] + 0
	if (c < 2) return 0
	step = c > 48 ? c / 48 : 1
	for (k = 1; k * step < c + .5; k++) {
		split("", a)
		nb = 0
		for (i = int((k - 1) * step) + 1; i <= k * step && i <= c; i++) a[++nb] = b[i]
		x[k] = nb ? median(a, nb) : b[c]
	}
	x[k - 1] = b[c]
	return k - 1
}
# Whole numbers, to keep the page light.
function spark(m,   i, k, c, lo, hi, x, v) {
	if (!(k = spark_points(m, x))) return ""
	lo = hi = x[1]
	for (i = 2; i <= k; i++) { if (x[i] < lo) lo = x[i]; if (x[i] > hi) hi = x[i] }
	# Less than 2 % in all is noise to the eye, unless the detector says otherwise: do not blow it up.
	c = least_range()
	if (hi - lo < c * abs(hi)) { i = (hi + lo) / 2; lo = i - c / 2 * abs(i); hi = i + c / 2 * abs(i) }
	if (hi == lo) { hi += 1; lo -= 1 }
	for (i = 1; i <= k; i++) {
		v["x"] = int((i - 1) * 96 / (k - 1) + 2.5)
		v["y"] = int(21.5 - (x[i] - lo) / (hi - lo) * 18)
		v["points"] = v["points"] (i > 1 ? " " : "") v["x"] "," v["y"]
	}
	return fill("spark", v)
}

# A row for the page that compares: the newest build with the detector's level; or, in a line that was not judged, with
# the previous build, without an interval.
function compare_row(m,   a, r, base) {
	if (line in judged_line) {
		base = "level"
		a = V["baseline"]
		r = V["ratio"]
	} else if (line_last[line] > 0) {
		base = run_build[line, line_last[line] - 1]
		if (n > 1 && place[n - 1] == line_last[line] - 1) a = value[m, n - 1]
		r = a > 0 && S["now"] > 0 ? sprintf("%.8g", S["now"] / a) : ""
	} else
		return
	if (S["now"] == "" ? S["verdict"] == "unsupported" : r <= 0) return
	if (S["now"] == "") a = r = ""
	print line, S["rank"], r == "" ? "9" : S["badness"], page_suite, page_test, entry, S["metric"], page_slug, a, S["now"], r, \
		r == "" ? "" : V["ratio_low"], r == "" ? "" : V["ratio_high"], S["verdict"], base, run_build[line, line_last[line]], \
		S["now"] == "" ? S["reason"] : "", V["margin_pct"], S["severity"] > (work "/compare.tsv")
}
