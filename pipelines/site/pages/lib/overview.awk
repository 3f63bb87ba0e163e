# SPDX-License-Identifier: MIT
# Rows of the overview, worst first -> index.html.
#
# Input: rank, how bad, verdict, severity, line, the series in a phrase if it is worse, and the row in HTML.
BEGIN { load_compared() }
{
	row[NR] = $7
	if (NR == 1) worst = $6
	if (!count[$3]++) order[++nverdicts] = $3 # worst first
	severity[$3] = $4
	if ($4 ~ /^(bad|trouble)$/) alarms[$3]++
	line_count[$5, $3]++
}
END {
	page["bad"] = bad()
	if (page["bad"] == "") praise()
	page["total"] = NR
	page["worst"] = worst
	page["tracks"] = tracks()
	page["verdicts"] = filters()
	page["one_host"] = one_host()
	page["rows"] = joined(row, 1, NR)
	write_page(out "/index.html", "overview", page, "", "")
}

# Then its column says nothing.
function one_host(   line) {
	for (line = 2; line <= nlines; line++) if (line_host[line] != line_host[1]) return ""
	return 1
}
function bad(   i, v, text) {
	for (i = 1; i <= nverdicts; i++) {
		v = order[i]
		if (v in alarms)
			text = text (text == "" ? "" : ", ") alarms[v] " " v (v == "regression" && alarms[v] > 1 ? "s" : "")
	}
	return text
}
function praise() {
	if (!NR) page["note"] = "No results yet."
	else if (count["unjudged"] == NR) page["note"] = "No build has been judged yet: changes are against the build before."
	else page["good"] = count["new"] + count["unjudged"] == NR ? "Nothing to compare with yet" : "Nothing got worse"
}
function tracks(   line, i, c, v, rows) {
	for (line = 1; line <= nlines; line++) {
		build_fields(line, line_last[line], v)
		v["runtime"] = line_runtime[line]
		v["builds"] = line_last[line] + 1
		v["counts"] = ""
		for (i = 1; i <= nverdicts; i++)
			if (c = line_count[line, order[i]]) v["counts"] = v["counts"] show_verdict("count", order[i], severity[order[i]], c) " "
		v["compared"] = line in compared ? 1 : ""
		rows[line] = fill("track", v)
	}
	return joined(rows, 1, nlines)
}
function filters(   i, rows) {
	for (i = 1; i <= nverdicts; i++) rows[i] = show_verdict("verdict-filter", order[i], severity[order[i]], count[order[i]])
	return joined(rows, 1, nverdicts)
}
