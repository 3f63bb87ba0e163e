# SPDX-License-Identifier: MIT
# The page of a test: articles of its series, worst first. Include with tests.awk.

function picture(name, alt, height,   v) {
	v["name"] = name
	v["alt"] = alt
	v["height"] = height
	return fill("picture", v)
}
function per_cent(share) { return sprintf("%.0f", 100 * share) "\302\240%" }

# What happened, in a sentence.
function say(m,   v, f) {
	v["reason"] = S["reason"]
	v["since"] = build_link(line, S["since"], "../")
	if (S["verdict"] == "unsupported") {
		v["reason"] = reason[n]
		return fill("say-unsupported", v)
	}
	if (S["now"] == "") {
		if (place[n] < line_last[line] || S["since"] == line_last[line]) v["since"] = ""
		return fill("say-no-number", v)
	}
	v["value"] = with_unit(S["now"], S["metric"])
	v["change"] = is_number(S["ratio"]) ? change(S["ratio"]) : ""
	v["against"] = S["against"]
	if (S["judged"]) {
		v["interval"] = change_range(V["ratio_low"], V["ratio_high"])
		v["level"] = with_unit(V["baseline"], S["metric"])
	}
	if (split(heaps[m, n], f, " ") == 3) { # fast at times and slow at times: two numbers
		v["heaps"] = heaps[m, n]
		v["low_heap"] = with_unit(f[1], S["metric"])
		v["high_heap"] = with_unit(f[2], S["metric"])
		v["low_share"] = per_cent(1 - f[3])
		v["high_share"] = per_cent(f[3])
	}
	return fill("say", v)
}

function summary_row(m,   v) {
	series_fields(m, "../", v)
	if (!m && entry == "") v["metric"] = "—"
	return fill("test-row", v)
}

function article(m,   v) {
	series_fields(m, "../", v)
	v["say"] = say(m)
	v["events"] = S["events"]
	v["against"] = S["against"]
	v["builds"] = newest_builds(m)
	if (m) v["figure"] = figure(m)
	if (S["rounds"] != "") {
		v["other"] = run_build[line, S["rounds_other"]]
		v["rounds"] = picture(S["rounds"], "Share of rounds at or below each value, for build " newest_build() \
			" and for build " v["other"] ".", 210)
	}
	if (S["cpus"] != "") {
		v["cpus_other"] = S["cpus_other"] == "" ? "" : run_build[line, S["cpus_other"]]
		v["cpus"] = picture(S["cpus"], "Value on each of " S["cpus_count"] " CPUs of build " newest_build() ", from " S["cpus_alt"] ".", 230)
	}
	return fill("article", v)
}
function newest_build() { return run_build[line, place[S["newest"]]] }

# The numbers of the chart, for site.js, as they are shown: a token a build from the first on; "-" where there is none,
# "x" where it failed.
function chart_numbers(m, data,   k, p, v, l, u) {
	for (p = place[1]; p <= place[n]; p++) v[p] = l[p] = u[p] = "-"
	for (k = 1; k <= n; k++) {
		p = place[k]
		v[p] = value[m, k] == "" ? "x" : num(value[m, k])
		if (low[m, k] != "") l[p] = num(low[m, k])
		if (high[m, k] != "") u[p] = num(high[m, k])
	}
	data["v"] = joined(v, place[1], place[n], " ")
	data["lo"] = joined(l, place[1], place[n], " ")
	data["hi"] = joined(u, place[1], place[n], " ")
}
function mark_numbers(   i, out) {
	for (i = 1; i <= S["mark_count"]; i++)
		out = out (i > 1 ? ";" : "") mark_x[i] "," mark_before[i] "," mark_after[i] "," verdict_side[mark_verdict[i]] + 0 "," change(mark_after[i] / mark_before[i])
	return out
}
function chart_alt(m,   out, i) {
	out = "Chart of " metric_name(S["metric"]) " over " n " builds, from " run_build[line, place[1]] " to " run_build[line, place[n]] \
		". Newest value " with_unit(value[m, S["newest"]], S["metric"]) "."
	for (i = 1; i <= S["mark_count"]; i++)
		out = out " Changed by " change(mark_after[i] / mark_before[i]) " at build " run_build[line, mark_x[i]] "."
	return out
}
function figure(m,   v) {
	chart_numbers(m, v)
	build_fields(line, place[1], v)
	v["first"] = place[1]
	v["unit"] = metric_unit(S["metric"])
	v["label"] = metric_title(S["metric"])
	v["x"] = sprintf("%.10g %.10g", S["xlo"], S["xhi"])
	v["y"] = sprintf("%.10g %.10g", S["ylo"], S["yhi"])
	v["base"] = sprintf("%.10g", S["alone"] ? 0 : S["base"])
	v["against"] = S["against"]
	v["compared"] = S["alone"] ? "" : 1
	v["changes"] = mark_numbers()
	v["picture"] = picture(S["chart"], chart_alt(m), 320)
	v["picture_file"] = S["chart"]
	v["test_page"] = page_slug
	return fill("figure", v)
}

function newest_builds(m,   k, c, v, rows) {
	for (k = n; k > 0 && c < 20; k--) {
		split("", v)
		build_fields(line, place[k], v)
		v["status"] = status[k]
		v["reason"] = reason[k]
		if (m && value[m, k] != "") {
			v["value"] = with_unit(value[m, k], S["metric"])
			v["interval"] = interval(low[m, k], high[m, k])
			v["change"] = S["base"] > 0 && !S["alone"] ? change(value[m, k] / S["base"]) : ""
			v["heaps"] = heaps[m, k]
		}
		rows[++c] = fill("build-row", v)
	}
	return joined(rows, 1, c)
}

function csv_rows(m,   k, head) {
	if (nseries == 1)
		print "host_class,track,suite,test,entry_point,metric,timestamp,build,value,ci_low,ci_high,status,reason" > file_csv
	head = csv(line_host[line]) "," csv(line_track[line]) "," csv(page_suite) "," csv(page_test) "," csv(entry) "," S["metric"] ","
	for (k = 1; k <= n; k++)
		print head run_csv[line, place[k]] (m ? value[m, k] "," low[m, k] "," high[m, k] : ",,") "," \
			csv(status[k]) "," csv(reason[k]) > file_csv
}

function end_page(   i, j, order, seen, rows, articles, scripts, v) {
	if (page == "" || !nseries) return
	for (i = 1; i <= nseries; i++) { # worst first
		for (j = i - 1; j > 0 && series_rank[order[j]] < series_rank[i]; j--) order[j + 1] = order[j]
		order[j + 1] = i
		if (!(series_line[i] in seen)) scripts = scripts line_script(series_line[i], "../")
		seen[series_line[i]]
	}
	for (i = 1; i <= nseries; i++) {
		rows[i] = series_row[order[i]]
		articles[i] = series_html[order[i]]
	}
	split_name(v)
	v["suite"] = page_suite
	v["group"] = test_group(page_test)
	v["group_url"] = url(v["group"])
	v["scripts"] = scripts
	v["rows"] = nseries > 1 ? joined(rows, 1, nseries) : ""
	v["articles"] = joined(articles, 1, nseries)
	write_page(out "/t/" page_slug ".html", "test", v, page_test, "../")
	print page_slug > (work "/pages")
	close(gp_file)
	close(file_csv)
	page = ""
}
