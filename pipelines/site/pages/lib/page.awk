# SPDX-License-Identifier: MIT
# The page of a test: articles of its series, worst first. Include with tests.awk.

function picture(name, alt, tall) {
	return "<picture><source media=\"screen and (prefers-color-scheme: dark)\" srcset=\"" name "-dark.svg\">" \
		"<img src=\"" name ".svg\" width=\"720\" height=\"" tall "\" alt=\"" h(alt) "\"></picture>"
}
function against_base(v) {
	return S["base"] > 0 && !S["alone"] ? change(v / S["base"]) : ""
}
function interval_text(lo, hi) {
	return lo == "" || hi == "" ? "" : num(lo) "\342\200\223" num(hi)
}

# A program that is fast at times and slow at times is two numbers.
function two_heaps(m,   f) {
	if (split(heaps[m, S["newest"]], f, " ") != 3) return ""
	return " <span class=\"heaps\">Two heaps</span> of samples within rounds: " sprintf("%.0f", 100 * (1 - f[3])) "\302\240% near " with_unit(f[1], S["metric"]) ", " \
		sprintf("%.0f", 100 * f[3]) "\302\240% near " with_unit(f[2], S["metric"]) ". The value is where their mixture falls."
}

# What happened, in a sentence.
function say(m,   out, v) {
	v = S["verdict"]
	if (v == "unsupported") return "This cannot be measured here: " h(reason[n] == "" ? "no reason was given" : reason[n]) "."
	if (gone()) return "In the newest build: " h(v == "failed" ? S["reason"] : "no row, " S["reason"]) (v == "failed" && S["since"] < line_last[line] ? ", since build " replace(since_text(), "%r", "../r") : "") "."
	out = "Now <strong>" with_unit(value[m, S["newest"]], S["metric"]) "</strong>"
	if (is_number(S["ratio"])) {
		out = out ", <strong>" change(S["ratio"]) "</strong> against the " S["against"]
		if (S["against"] == "baseline") {
			if (is_number(S["ratio_low"]) && is_number(S["ratio_high"])) out = out " (" change(S["ratio_low"]) " to " change(S["ratio_high"]) ")"
			if (S["baseline"] != "") out = out " of " with_unit(S["baseline"], S["metric"])
		}
	}
	if (S["since"] >= 0) out = out ", since build " replace(since_text(), "%r", "../r")
	return out "." two_heaps(m) (S["reason"] == "" ? "" : " <span class=\"reason\">" h(S["reason"]) "</span>")
}

function series_title(m) {
	return (m ? metric_label(m) (entry == "" ? "" : " <span class=\"e\">of " h(entry) "</span>") : h(entry)) " <span class=\"where\">" h(where_text(line)) "</span>"
}
function summary_row(m) {
	return "<tr class=\"" S["verdict"] "\"><td>" badge(S["verdict"]) "</td><th scope=\"row\"><a href=\"#s" nseries "\">" \
		(m || entry == "" ? metric_label(m) (entry == "" ? "" : " of " h(entry)) : h(entry)) "</a></th><td>" h(line_track[line]) "</td><td class=\"host wide\">" h(line_host[line]) "</td><td class=\"n wide\">" \
		(m && !gone() ? with_unit(value[m, S["newest"]], S["metric"]) : "\342\200\224") "</td><td class=\"n\">" (is_number(S["ratio"]) && m && !gone() ? change(S["ratio"]) : "") \
		"</td><td>" replace(since_text(), "%r", "../r") "</td></tr>\n"
}

function article(m,   out) {
	out = "<article id=\"s" nseries "\" class=\"series " S["verdict"] "\">\n<h2>" badge(S["verdict"]) " " series_title(m) "</h2>\n<p class=\"say\">" say(m) "</p>\n"
	if (m) out = out figure(m)
	if (S["events"] != "") out = out "<ul class=\"events\">" S["events"] "</ul>\n"
	if (S["dist"] != "")
		out = out "<h3>Rounds of the newest build and of " h(run_build[line, S["other"]]) "</h3>\n<figure class=\"dist\"><div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"Picture\">" \
			picture(S["dist"], "Share of rounds at or below each value, for build " run_build[line, place[S["newest"]]] " and for build " run_build[line, S["other"]] ".", 210) \
			"</div></figure>\n"
	if (S["cpus"] != "")
		out = out "<h3>CPUs of the newest build" (S["cpus_other"] == "" ? "" : " and of " h(run_build[line, S["cpus_other"]])) "</h3>\n<figure class=\"dist\"><div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"Picture\">" \
			picture(S["cpus"], "Value on each of " S["cpus_count"] " CPUs of build " run_build[line, place[S["newest"]]] ", from " S["cpus_alt"] ".", 230) "</div></figure>\n"
	return out newest_table(m) "</article>\n"
}

# The numbers of the chart, for site.js: in DATA a token a build from the first on; "-" where there is none, "x"
# where it failed. Built in pieces, because adding to a long string copies it.
function chart_numbers(m,   k, p, v, l, u, c) {
	DATA["v"] = DATA["lo"] = DATA["hi"] = ""
	p = place[1]
	for (k = 1; k <= n; k++) {
		while (p++ < place[k]) { v = v " -"; l = l " -"; u = u " -" }
		if (value[m, k] == "") { v = v " x"; l = l " -"; u = u " -" }
		else {
			v = v " " value[m, k]
			l = l " " (low[m, k] == "" ? "-" : low[m, k])
			u = u " " (high[m, k] == "" ? "-" : high[m, k])
		}
		if (k % 50 == 0 || k == n) {
			DATA["v"] = DATA["v"] v; DATA["lo"] = DATA["lo"] l; DATA["hi"] = DATA["hi"] u
			v = l = u = ""
		}
	}
	for (c in DATA) DATA[c] = substr(DATA[c], 2)
}
function mark_numbers(   i, out) {
	for (i = 1; i <= S["mark_count"]; i++)
		out = out (i > 1 ? " " : "") mark_x[i] "," mark_before[i] "," mark_after[i]
	return out
}
function chart_alt(m,   out, i) {
	out = "Chart of " metric_name(S["metric"]) " over " n " builds, from " run_build[line, place[1]] " to " run_build[line, place[n]] \
		". Newest value " with_unit(value[m, S["newest"]], S["metric"]) "."
	for (i = 1; i <= S["mark_count"]; i++)
		out = out " Changed by " change(mark_after[i] / mark_before[i]) " at build " run_build[line, mark_x[i]] "."
	return out
}
function figure(m) {
	chart_numbers(m)
	return "<figure class=\"chart\" data-line=\"" line "\" data-first=\"" place[1] "\" data-unit=\"" h(metric_unit(S["metric"])) "\" data-label=\"" h(metric_title(S["metric"])) "\"" \
		sprintf(" data-x=\"%.10g %.10g\" data-y=\"%.10g %.10g\" data-base=\"%.10g\"", S["xlo"], S["xhi"], S["ylo"], S["yhi"], S["alone"] ? 0 : S["base"]) \
		" data-better=\"" (higher_better(S["metric"]) ? "higher" : "lower") "\" data-marks=\"" mark_numbers() "\"\n data-v=\"" DATA["v"] "\"\n data-lo=\"" \
		DATA["lo"] "\"\n data-hi=\"" DATA["hi"] "\">\n<div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"Picture\">" picture(S["chart"], chart_alt(m), 320) "</div>\n" \
		"<figcaption>Line: value of each build. Band: its interval, which holds for that run only. " (S["alone"] ? "" : "Dotted: baseline. ") (S["mark_count"] ? "Dashed: level before and after a change. " : "") \
		(S["alone"] ? "" : "Right: change against the baseline. ") "Cross: failed. <a href=\"" S["chart"] ".svg\">SVG</a> <a href=\"" page_slug ".csv\">CSV</a></figcaption>\n</figure>\n"
}

function newest_table(m,   k, c, out) {
	out = "<details><summary>Newest builds as a table</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Newest builds\"><table><thead><tr><th scope=\"col\">Build</th><th scope=\"col\">Time (UTC)</th>" \
		"<th scope=\"col\" class=\"n\">Value</th><th scope=\"col\" class=\"n\">Interval in that run</th><th scope=\"col\" class=\"n\">Against baseline</th><th scope=\"col\">Status</th></tr></thead><tbody>\n"
	for (k = n; k > 0 && c < 20; k--) {
		c++
		out = out "<tr><th scope=\"row\"><a href=\"../r/" run_page[line, place[k]] ".html\">" h(run_build[line, place[k]]) "</a></th><td>" h(when_text(run_time[line, place[k]])) "</td>"
		if (m && value[m, k] != "")
			out = out "<td class=\"n\">" with_unit(value[m, k], S["metric"]) "</td><td class=\"n\">" interval_text(low[m, k], high[m, k]) "</td><td class=\"n\">" against_base(value[m, k]) "</td>"
		else
			out = out "<td></td><td></td><td></td>"
		out = out "<td>" h(status[k]) (reason[k] == "" ? "" : ": " h(reason[k])) (m && heaps[m, k] != "" ? ", two heaps" : "") (run_old[line, place[k]] ? ", schema version 1" : "") "</td></tr>\n"
	}
	return out "</tbody></table></div></details>\n"
}

function csv_rows(m,   k, head, i) {
	file_csv = out "/t/" page_slug ".csv"
	if (nseries == 1)
		print "host_class,track,suite,test,entry_point,metric,timestamp,build,value,ci_low,ci_high,status,reason" > file_csv
	head = csv(line_host[line]) "," csv(line_track[line]) "," csv(page_suite) "," csv(page_test) "," csv(entry) "," S["metric"] ","
	for (k = 1; k <= n; k++)
		print head run_csv[line, place[k]] (m ? value[m, k] "," low[m, k] "," high[m, k] : ",,") "," (status[k] == "ok" ? "ok" : csv(status[k])) "," (reason[k] == "" ? "" : csv(reason[k])) > file_csv
}

function end_page(   i, j, order, file, scripts, seen, head) {
	if (page == "" || !nseries) return
	for (i = 1; i <= nseries; i++) { # worst first
		for (j = i - 1; j > 0 && series_rank[order[j]] > series_rank[i]; j--) order[j + 1] = order[j]
		order[j + 1] = i
		if (!(series_line[i] in seen)) { seen[series_line[i]] = 1; scripts = scripts " l/" series_line[i] ".js" }
	}
	print page_slug > (work "/pages")
	file = out "/t/" page_slug ".html"
	printf "%s", page_head(page_test " \342\200\224 " site_title, "../", "<h1>" test_name(page_test) "</h1>\n<p class=\"sub\">suite " h(page_suite) "</p>\n", \
		" <a href=\"../index.html#group=" url(test_group(page_test)) "\">All of " h(test_group(page_test)) "</a>", scripts) > file
	if (nseries > 1) {
		print "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Series of this test\"><table class=\"list\"><thead><tr><th scope=\"col\">Verdict</th><th scope=\"col\">Series</th><th scope=\"col\">Track</th><th scope=\"col\" class=\"wide\">Host class</th>" \
			"<th scope=\"col\" class=\"n wide\">Newest</th><th scope=\"col\" class=\"n\">Change</th><th scope=\"col\">Since</th></tr></thead><tbody>" > file
		for (i = 1; i <= nseries; i++) printf "%s", series_row[order[i]] > file
		print "</tbody></table></div>" > file
	}
	print "<div class=\"grid\">" > file
	for (i = 1; i <= nseries; i++) printf "%s", series_html[order[i]] > file
	print "</div>" > file
	printf "%s", page_foot("") > file
	close(file)
	close(work "/gp/" page_slug ".gp")
	close(file_csv)
	page = ""
}
