# SPDX-License-Identifier: MIT
# What every writer of the site knows of runs, verdicts and events; include after text.awk.
#
# runs: load_runs(FILE) reads the table of runs that lib/order.awk numbered; then, by line (host class,
# track and suite) and place in it, oldest first: run_build, run_time, run_page, and so on.
# verdicts: rank and words for each verdict; worst first.

function load_runs(file,   row, f, k) {
	while (file != "" && (getline row < file) > 0) {
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
function load_compared(file,   row) {
	while ((getline row < file) > 0) compared[row]
	close(file)
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

function verdict_init(   n, i, v, p) {
	# verdict, mark, words; in the order of how much they matter
	n = split("regression|\342\226\262|regression;suspected|\342\226\263|suspected;failed|\342\234\225|failed;" \
		"missing|\342\227\213|missing;stale|\342\227\224|stale;contaminated|\342\232\240|contaminated;unstable|\342\211\210|unstable;" \
		"inconclusive|?|inconclusive;new|\342\234\246|new;improvement|\342\226\274|improvement;" \
		"unjudged|\302\267|not judged;unchanged|=|unchanged;unsupported|\342\200\223|unsupported", v, ";")
	for (i = 1; i <= n; i++) {
		split(v[i], p, "|")
		verdict_name[i] = p[1]
		verdict_rank[p[1]] = i
		verdict_mark[p[1]] = p[2]
		verdict_words[p[1]] = p[3]
	}
	nverdicts = n
}
function badge(v) {
	return "<span class=\"v " v "\"><span aria-hidden=\"true\">" verdict_mark[v] "</span> " verdict_words[v] "</span>"
}

# What the first lines of every page have in common. depth: "" for the top, "../" below it. The policy is
# in the page itself, for servers that cannot be told to send it, and for file://.
function page_head(title, depth, heading, crumbs, scripts,   n, s, i, out) {
	out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" \
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'\">\n" \
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n" \
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>" h(title) "</title>\n" \
		"<link rel=\"icon\" href=\"" depth "icon.svg\">\n<link rel=\"stylesheet\" href=\"" depth "site.css\">\n"
	n = split(scripts, s, " ")
	out = out "<script src=\"" depth "site.js\"></script>\n"
	for (i = 1; i <= n; i++) out = out "<script src=\"" depth s[i] "\" defer></script>\n"
	return out "</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<nav aria-label=\"Site\"><a href=\"" depth "index.html\">" \
		h(site_title) "</a> <a href=\"" depth "compare.html\">Compare builds</a>" crumbs "</nav>\n" heading "</header>\n<main id=\"main\">\n"
}
function page_foot(extra) {
	return "</main>\n<footer><p>" extra "Made " h(when_text(now)) "\302\240UTC. A value is the median over rounds of the round values; its interval holds for that run only. Verdicts are the detector\342\200\231s.</p></footer>\n</body>\n</html>\n"
}

# What tells an entry point from others, where it is not what the test's name ends in. site.js does the same.
function entry_name(test, entry) {
	return entry == "main" || entry == test || substr(test, length(test) - length(entry)) == "/" entry ? "" : entry
}
function test_group(t,   i) {
	i = index(t, "/")
	return i > 1 ? substr(t, 1, i - 1) : "other"
}

# What ../site was told.
function config() {
	OFMT = CONVFMT = "%.12g"
	out = ENVIRON["SITE_OUT"]
	work = ENVIRON["SITE_WORK"]
	site_title = ENVIRON["SITE_TITLE"]
	keys = ENVIRON["SITE_KEYS"]
	higher = ENVIRON["SITE_HIGHER"]
	margin = ENVIRON["SITE_MARGIN"] + 0
	run_url = ENVIRON["SITE_RUN_URL"]
	commit_url = ENVIRON["SITE_COMMIT_URL"]
	now = ENVIRON["SITE_NOW"]
	stale_before = days_before(now, ENVIRON["SITE_STALE_DAYS"])
}

# The timestamp so many days before another; both as 2026-11-24T06:00:00Z. By way of the Julian day
# (Fliegel and van Flandern, CACM 11, 1968).
function days_before(t, days,   y, m, d, a, j, e, c) {
	y = substr(t, 1, 4); m = substr(t, 6, 2); d = substr(t, 9, 2)
	a = int((14 - m) / 12)
	y += 4800 - a
	m += 12 * a - 3
	j = d + int((153 * m + 2) / 5) + 365 * y + int(y / 4) - int(y / 100) + int(y / 400) - 32045 - days
	a = j + 32044
	c = int((4 * a + 3) / 146097)
	e = a - int(146097 * c / 4)
	y = int((4 * e + 3) / 1461)
	e -= int(1461 * y / 4)
	m = int((5 * e + 2) / 153)
	return sprintf("%04d-%02d-%02d%s", 100 * c + y - 4800 + int(m / 10), m + 3 - 12 * int(m / 10), e - int((153 * m + 2) / 5) + 1, substr(t, 11))
}

# A distance for about five tics in a range: 1, 2 or 5 times a power of ten.
function tic(range,   u) {
	u = 10 ^ int(log(range / 5) / log(10) - (range < 5))
	return range / u > 25 ? 10 * u : range / u > 12 ? 5 * u : range / u > 5 ? 2 * u : u
}

function higher_better(metric) { return index(" " higher " ", " " metric " ") > 0 }

# A text that sorts by how much worse a ratio is.
function badness(ratio, metric) {
	return sprintf("%016.9f", 1000 + (higher_better(metric) ? -1 : 1) * log(ratio))
}
