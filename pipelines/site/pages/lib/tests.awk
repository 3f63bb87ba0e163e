# SPDX-License-Identifier: MIT
# Sorted rows, one test after another -> a page a test, the gnuplot commands of its charts, its CSV,
# and a row a series for the overview.
#
#   awk -v out=SITE -v work=DIR -v runs=FILE -v verdicts=FILE -v changes=FILE -v events=FILE
#       -v metrics="..." -v site_title=... -v now=... -v stale_before=... -f text.awk -f model.awk -f chart.awk -f details.awk -f page.awk -f tests.awk
#
# Input: suite, test, line, entry point, 0, place, run, status, reason, (value, low, high) a metric, heaps a metric; and, for a few
# runs, the same with 1 instead of 0 and a row a round, or 2 and a row a CPU (its number for the status).
BEGIN {
	config()
	FS = "\t"
	nm = split(metrics, metric, " ")
	verdict_init()
	load_runs(runs)
	load_verdicts(verdicts)
	load_changes(changes)
	load_events(events)
}

# Judged elsewhere: the last row that is read of a series counts.
function load_verdicts(file,   row, f, key) {
	while ((getline row < file) > 0) {
		split(row, f, "\t")
		key = f[1] SUBSEP f[2] SUBSEP f[3] SUBSEP f[4] SUBSEP f[5] SUBSEP f[6]
		judged[key] = f[14] in verdict_rank ? f[14] : "unjudged"
		judged_row[key] = row
		judged_line[line_key[f[1], f[2], f[3]]]
	}
}
function load_changes(file,   row, f, key) {
	while ((getline row < file) > 0) {
		split(row, f, "\t")
		key = f[1] SUBSEP f[2] SUBSEP f[3] SUBSEP f[4] SUBSEP f[5] SUBSEP f[6]
		change_row[key, ++nchanges[key]] = row
	}
}
# host class, track, suite, test, entry point, metric, build, kind, label, url; an empty key matches all
function load_events(file,   row) {
	while ((getline row < file) > 0) event_row[++nevents] = row
}

{ key_page = $1 FS $2; key_group = key_page FS $3 FS $4 }
key_group != group { end_group(); if (key_page != page) end_page(); begin_group() }
$5 == 1 { add_round(); next }
$5 == 2 { add_cpu(); next }
{ add_point() }
END { end_group(); end_page() }

function begin_group() {
	if (key_page != page) {
		page = key_page
		page_suite = $1
		page_test = $2
		page_slug = slug($1 " " $2, $2)
		nseries = 0
	}
	group = key_group
	line = $3 + 0
	entry = $4
	n = 0
	nrounds = ncpus = 0
}
function add_point(   i) {
	if (n && place[n] == $6 + 0) # the same test twice in one run: say so, and show the later one
		printf "site: test '%s' %s is there twice in run '%s': --key names columns that tell rows apart\n", page_test, entry, run_build[line, $6 + 0] > "/dev/stderr"
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
function add_round(   i) {
	nrounds++
	round_place[nrounds] = $6 + 0
	for (i = 1; i <= nm; i++) round_value[i, nrounds] = $(7 + 3 * i)
}
function add_cpu(   i) {
	ncpus++
	cpu_place[ncpus] = $6 + 0
	cpu_number[ncpus] = $8 + 0
	for (i = 1; i <= nm; i++) {
		cpu_value[i, ncpus] = $(7 + 3 * i)
		cpu_low[i, ncpus] = bound($(8 + 3 * i), $(7 + 3 * i))
		cpu_high[i, ncpus] = bound($(9 + 3 * i), $(7 + 3 * i))
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
function series(m,   key, f, newest, k) {
	split("", S)
	S["metric"] = m ? metric[m] : ""
	if (!wanted(m)) return
	S["key"] = line_host[line] SUBSEP line_track[line] SUBSEP page_suite SUBSEP page_test SUBSEP entry SUBSEP S["metric"]
	for (k = n; m && k > 0 && value[m, k] == ""; k--) ;
	S["newest"] = m ? k : 0 # the newest point that has a value
	S["last"] = n
	judge(m)
	nseries++
	series_rank[nseries] = S["rank"]
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

# plot draws some series only: PLOT_SERIES has host class, track, entry point and metric, empty for all.
function wanted(m,   f) {
	if (!("PLOT_SERIES" in ENVIRON)) return 1
	split(ENVIRON["PLOT_SERIES"], f, "\t")
	return m && (f[1] == "" || f[1] == line_host[line]) && (f[2] == "" || f[2] == line_track[line]) && (f[3] == "" || f[3] == entry) && (f[4] == "" || f[4] == S["metric"])
}

# What is there to say of the newest build? The detector's verdict; what only the site can see comes first:
# a series that failed or is gone from the newest run, whatever was judged before.
function judge(m,   f, v, row, i) {
	row = S["key"] in judged_row ? judged_row[S["key"]] : ""
	v = row == "" ? "unjudged" : judged[S["key"]]
	split(row, f, "\t")
	S["ratio"] = f[11]; S["ratio_low"] = f[12]; S["ratio_high"] = f[13]; S["reason"] = f[15]
	S["baseline"] = f[9]; S["baseline_build"] = f[7]; S["first_bad"] = f[16]
	if (row != "" && f[8] != "" && f[8] != run_build[line, line_last[line]]) {
		S["reason"] = "judged at build " f[8] (S["reason"] == "" ? "" : ": " S["reason"])
	}
	if (place[n] < line_last[line]) {
		v = "missing"
		S["reason"] = "last seen in build " run_build[line, place[n]]
	} else if (m == 0 || value[m, n] == "") {
		# What never gave a number here, because it can't, is no news.
		v = !m && status[n] == "unsupported" ? "unsupported" : "failed"
		S["reason"] = status[n] (reason[n] == "" ? "" : ": " reason[n])
	}
	S["verdict"] = v
	S["since"] = v == "missing" ? place[n] + 1 : v == "failed" ? failing_since(m) : first_place(line, S["first_bad"])
	if (m) base_level(m)
	S["rank"] = verdict_rank[v] * 1000 - (S["ratio"] > 0 ? (v == "improvement" ? -1 : 1) * log(S["ratio"]) * 100 : 0)
}

# Where the failures that last until now began.
function failing_since(m,   k) {
	for (k = n; k > 1 && (!m || value[m, k - 1] == ""); k--) ;
	return place[k]
}

# The level that changes are shown against: the detector's baseline, or else the median of up to 30
# values before the newest. Where there is neither, nothing is against anything: the value itself only places the chart.
function base_level(m,   i, k, c, a, prev) {
	for (k = S["newest"] - 1; k > 0 && c < 30; k--)
		if (value[m, k] != "") { a[++c] = value[m, k] + 0; if (!prev) prev = k }
	S["previous"] = prev
	S["base"] = is_number(S["baseline"]) && S["baseline"] > 0 ? S["baseline"] + 0 : c ? median(a, c) : value[m, S["newest"]] + 0
	S["alone"] = !c && !is_number(S["baseline"])
	S["against"] = "baseline"
	if (!is_number(S["ratio"]) && prev && value[m, prev] > 0) {
		S["ratio"] = value[m, S["newest"]] / value[m, prev]
		S["ratio_low"] = S["ratio_high"] = ""
		S["against"] = "previous build"
	}
}
function median(a, c,   i, j, t) { # sorts a
	for (i = 2; i <= c; i++) {
		t = a[i]
		for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]
		a[j + 1] = t
	}
	return c % 2 ? a[(c + 1) / 2] : (a[c / 2] + a[c / 2 + 1]) / 2
}

function test_name(t,   i, p, n) { # the last part is what differs among neighbours
	t = untsv(t)
	for (i = length(t); i > 0 && substr(t, i, 1) != "/"; i--) ;
	return "<span class=\"g\">" h_raw(substr(t, 1, i)) "</span><wbr>" h_raw(substr(t, i + 1))
}
function h_raw(s) { return h(replace(s, "\\", "\\\\")) }
function since_text(   p) {
	p = S["since"]
	if (p < 0 || p > line_last[line]) return ""
	return "<a href=\"%r/" run_page[line, p] ".html\">" h(run_build[line, p]) "</a> <span class=\"when\">" h(substr(run_time[line, p], 1, 10)) "</span>"
}
# The least share of a value that a picture's height stands for: a change that was judged real is seen in any case.
function least_range(   c) {
	c = S["verdict"] ~ /^(regression|suspected|improvement)$/ && S["ratio"] > 0 ? abs(S["ratio"] - 1) : .02
	return c > 0 && c < .02 ? c : .02
}
function gone() { return S["verdict"] ~ /^(failed|missing)$/ }
function metric_label(m) { return m ? h(metric_name(metric[m])) : "\342\200\224" }

# Sorted outside: rank first. The fields after it are for counting and for the head; the last is the row.
function overview(m,   v, r, cells, now_there) {
	v = S["verdict"]
	now_there = m && !gone() # never an old number in place of one that is not there
	r = now_there ? S["ratio"] : ""
	cells = "<td>" badge(v) "</td><th scope=\"row\"><a href=\"t/" page_slug ".html#s" nseries "\">" test_name(page_test) "</a>" \
		(entry_name(page_test, entry) == "" ? "" : " <span class=\"e\">" h(entry) "</span>") (now_there && heaps[m, S["newest"]] != "" ? " <span class=\"heaps\">two heaps</span>" : "") "</th>" \
		"<td>" h(line_track[line]) "</td><td class=\"host\">" h(line_host[line]) "</td>" \
		"<td>" metric_label(m) "</td>" \
		"<td class=\"n\"" (now_there ? " data-s=\"" value[m, S["newest"]] + 0 "\"" : "") ">" (now_there ? with_unit(value[m, S["newest"]], metric[m]) : "\342\200\224") "</td>" \
		"<td class=\"n\"" (is_number(r) ? " data-s=\"" sprintf("%.6g", r) "\"" : "") ">" (is_number(r) ? change(r) : "") "</td>" \
		"<td" (S["since"] >= 0 ? " data-s=\"" h(run_time[line, S["since"]]) "\"" : "") ">" replace(since_text(), "%r", "r") "</td>" \
		"<td>" (m ? spark(m) : "") "</td>"
	printf "%012.3f\t%s\t%d\t%s\t%s\t<tr class=\"%s\" data-g=\"%s\" data-l=\"%d\">%s</tr>\n", S["rank"] + 100000, v, line, \
		test_group(page_test), worst_text(), v, h(test_group(page_test)), line, cells > (work "/overview.tsv")
}

# For the head of the overview, should this be the worst of all.
function worst_text() {
	if (S["verdict"] !~ /^(regression|suspected)$/ || !is_number(S["ratio"])) return ""
	return "<a href=\"t/" page_slug ".html#s" nseries "\">" h(page_test) "</a> <strong>" change(S["ratio"]) "</strong> on " h(line_track[line]) \
		(S["since"] >= 0 ? " since build " replace(since_text(), "%r", "r") : "")
}

# At most 48 points, each the median of its share of builds; whole numbers, to keep the page light.
function spark(m,   i, k, c, step, a, lo, hi, pts, nb, b, last, x) {
	for (i = 1; i <= n; i++) if (value[m, i] != "") b[++c] = value[m, i] + 0
	if (c < 2) return ""
	step = c > 48 ? c / 48 : 1
	for (k = 1; k * step < c + .5; k++) {
		split("", a)
		nb = 0
		for (i = int((k - 1) * step) + 1; i <= k * step && i <= c; i++) a[++nb] = b[i]
		x[k] = nb ? median(a, nb) : b[c]
	}
	k--
	x[k] = b[c]
	lo = hi = x[1]
	for (i = 2; i <= k; i++) { if (x[i] < lo) lo = x[i]; if (x[i] > hi) hi = x[i] }
	# Less than 2 % in all is noise to the eye, unless the detector says otherwise: do not blow it up.
	c = least_range()
	if (hi - lo < c * abs(hi)) { i = (hi + lo) / 2; lo = i - c / 2 * abs(i); hi = i + c / 2 * abs(i) }
	if (hi == lo) { hi += 1; lo -= 1 }
	for (i = 1; i <= k; i++)
		pts = pts (i > 1 ? " " : "") int((i - 1) * 96 / (k - 1) + 2.5) "," int(21.5 - (x[i] - lo) / (hi - lo) * 18)
	last = pts
	sub(/.* /, "", last)
	split(last, a, ",")
	return "<svg class=\"spark\" viewBox=\"0 0 100 24\" aria-hidden=\"true\"><polyline points=\"" pts "\"/><circle cx=\"" a[1] "\" cy=\"" a[2] "\" r=\"2.5\"/></svg>"
}

# The newest run of a line against its baseline, as it was judged; or, where nothing was, against the run before,
# with an interval combined from the two, as if independent, on logarithms: a row for the page that compares.
function compare_row(m,   a, b, r, w, lo, hi, base) {
	if (gone()) {
		base = line in judged_line ? "baseline" : line_last[line] > 0 ? run_build[line, line_last[line] - 1] : ""
		if (base != "")
			printf "%d\t9\t%s\t%s\t%s\t%s\t%s\t\t\t\t\t\t%s\t%s\t%s\t%s\n", line, page_suite, page_test, entry, S["metric"], page_slug, \
				S["verdict"], base, run_build[line, line_last[line]], S["reason"] > (work "/compare.tsv")
		return
	}
	if (!m) return
	b = value[m, n]
	if (line in judged_line) {
		if (S["against"] != "baseline" || !is_number(S["ratio"])) return
		a = S["baseline"]; r = S["ratio"]; lo = S["ratio_low"]; hi = S["ratio_high"]
		base = "baseline"
	} else {
		if (n < 2 || place[n - 1] != place[n] - 1 || value[m, n - 1] == "" || value[m, n - 1] <= 0 || b <= 0) return
		a = value[m, n - 1]
		r = b / a
		if (low[m, n] > 0 && low[m, n - 1] > 0) {
			w = sqrt((log(high[m, n] / low[m, n]) / 2) ^ 2 + (log(high[m, n - 1] / low[m, n - 1]) / 2) ^ 2)
			lo = r * exp(-w)
			hi = r * exp(w)
		}
		base = run_build[line, place[n] - 1]
	}
	if (r > 0)
		printf "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.8g\t%s\t%s\t%s\t%s\t%s\n", line, badness(r, S["metric"]), page_suite, page_test, entry, S["metric"], \
			page_slug, a, b, r, lo, hi, (line in judged_line) ? S["verdict"] : "", base, run_build[line, place[n]] > (work "/compare.tsv")
}
