# SPDX-License-Identifier: MIT
# Rows of the overview, worst first -> index.html.
#
# Input: rank, how bad, verdict, severity, line, the series in a phrase if it is worse, its group, metric and ratio, and
# the row in HTML.
BEGIN { load_compared() }
{
	row[NR] = $10
	if ($9 > 0) add_to_group($7, $5, $8, log($9))
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
	page["groups"] = groups()
	page["self_test"] = self_test()
	write_page(out "/index.html", "overview", page, "", "")
}

# A change of the mean that is worth a second look, as a logarithm: .1 %.
function moves(by) { return by > .001 ? 1 : by < -.001 ? -1 : 0 }
function add_to_group(group, line, metric, by,   k) {
	k = group SUBSEP line SUBSEP metric
	if (!group_size[k]++) group_key[++ngroups] = k
	group_sum[k] += by
	group_more[k] += moves(by) > 0
	group_less[k] += moves(by) < 0
}
# The geometric mean of the changes of each group, metric and line; the largest first.
function groups(   i, j, k, part, v, rows, mean, shown) {
	for (i = 1; i <= ngroups; i++) {
		k = group_key[i]
		mean[i] = group_sum[k] / group_size[k]
		for (j = i; j > 1 && abs(mean[j]) > abs(mean[j - 1]); j--) {
			k = group_key[j]; group_key[j] = group_key[j - 1]; group_key[j - 1] = k
			k = mean[j]; mean[j] = mean[j - 1]; mean[j - 1] = k
		}
	}
	for (i = 1; i <= ngroups; i++) {
		if (!(group_more[group_key[i]] + group_less[group_key[i]])) continue
		split(group_key[i], part, SUBSEP)
		build_fields(part[2], line_last[part[2]], v)
		v["group"] = part[1]
		v["group_url"] = url(part[1])
		v["track_url"] = url(v["track"])
		v["metric"] = metric_name(part[3])
		v["mean"] = change(exp(mean[i]))
		v["size"] = group_size[group_key[i]]
		v["more"] = group_more[group_key[i]]
		v["less"] = group_less[group_key[i]]
		rows[++shown] = fill("group-row", v)
	}
	v["rows"] = joined(rows, 1, shown)
	v["some"] = shown
	v["others"] = ngroups - shown
	return ngroups ? fill("groups", v) : ""
}

# Of each runtime a sentence, and a row for each size of the slowdown; in the file 0 comes first.
function self_test(   line, f, v, n, rows, said, sentences) {
	while ((getline line < (work "/rates")) > 0) {
		split(line, f, "\t")
		v["runtime"] = f[1]; v["planted"] = f[2]; v["judged"] = f[3]; v["suspected"] = f[4]
		v["reported"] = f[5]; v["wrong"] = f[6]; v["wrong_pct"] = f[7]; v["at_most"] = f[8]
		v["slower"] = f[2] + 0 ? 1 : ""
		rows[++n] = fill("self-test-row", v)
		if (!(f[1] in slower)) said[++runtimes] = f[1]
		slower[f[1]] += f[2] + 0 ? f[3] : 0
		found[f[1]] += f[2] + 0 ? f[5] : 0
		if (!(f[2] + 0)) { equal[f[1]] = f[3]; alarms_of[f[1]] = f[5]; limit[f[1]] = f[8] }
	}
	for (line = 1; line <= runtimes; line++) {
		v["runtime"] = said[line]
		v["judged"] = equal[said[line]] + 0
		v["wrong"] = alarms_of[said[line]] + 0
		v["at_most"] = limit[said[line]]
		v["slower"] = slower[said[line]]
		v["reported"] = found[said[line]]
		sentences[line] = fill("self-test-sentence", v)
	}
	v["rows"] = joined(rows, 1, n)
	v["sentences"] = joined(sentences, 1, runtimes)
	return n ? fill("self-test", v) : ""
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
