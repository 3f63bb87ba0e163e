# SPDX-License-Identifier: MIT
# Rows of the overview, worst first -> index.html.
#
# Input, read twice: rank, verdict, line, group of the test, the series in a phrase if it is worse, and the row in HTML.
BEGIN {
	config()
	FS = "\t"
	verdict_init()
	load_runs(runs)
	load_compared(compared_lines)
}
FNR == NR {
	total++
	count[$2]++
	line_count[$3, $2]++
	line_total[$3]++
	g = $4
	if (FNR == 1 && $5 != "") worst = "<p class=\"headline\">Worst: " $5 "</p>\n"
	if (!(g in group)) { group[g] = 1; groups[++ngroups] = g }
	next
}
FNR == 1 { write_head() }
{ print $6 > file }
END {
	if (!file) write_head()
	print "</tbody></table></div>\n<p id=\"none\" hidden>No series matches the filters.</p>" > file
	printf "%s", page_foot("") > file
}

function write_head(   i, v, script) {
	file = out "/index.html"
	printf "%s", page_head(site_title, "", "<h1 class=\"headline\">" headline() "</h1>\n" worst, "", "") > file
	write_lines()
	write_filters()
	print "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"All series\"><table id=\"series\" class=\"list" (one_host() ? " one-host" : "") "\">\n<caption>Series, worst first <span id=\"shown\" role=\"status\">" total + 0 " of " total + 0 "</span></caption>\n<thead><tr>" > file
	print "<th scope=\"col\">Verdict</th><th scope=\"col\">Test</th><th scope=\"col\">Track</th><th scope=\"col\">Host class</th><th scope=\"col\">Metric</th>" \
		"<th scope=\"col\" class=\"n\">Newest</th><th scope=\"col\" class=\"n\">Change</th><th scope=\"col\">Since build</th><th scope=\"col\">Builds</th></tr></thead>\n<tbody>" > file
}
# Then its column says nothing.
function one_host(   line) {
	for (line = 2; line <= nlines; line++) if (line_host[line] != line_host[1]) return 0
	return 1
}
function counted(v, one, many) {
	if (!count[v]) return ""
	return count[v] " " (count[v] == 1 ? one : many)
}
function headline(   n, i, s, part, out_) {
	part[1] = counted("regression", "series got worse", "series got worse")
	part[2] = counted("suspected", "is suspected", "are suspected")
	part[3] = counted("failed", "failed", "failed")
	part[4] = counted("missing", "is missing", "are missing")
	part[5] = counted("stale", "is stale", "are stale")
	for (i = 1; i <= nlines; i++) n += run_time[i, line_last[i]] < stale_before
	part[6] = n ? n " " (n == 1 ? "track is" : "tracks are") " stale" : ""
	for (i = 1; i <= 6; i++) if (part[i] != "") out_ = out_ (out_ == "" ? "" : ", ") part[i]
	if (out_ != "") return "<span class=\"alarm\">" out_ "</span> <span class=\"g\">of " total " series</span>"
	if (!total) return "No results yet."
	if (count["unjudged"] == total) return "No build has been judged yet: changes are against the build before."
	if (count["new"] + count["unjudged"] == total) return "Nothing to compare with yet <span class=\"g\">in " total " series</span>"
	return "<span class=\"calm\">Nothing got worse</span> <span class=\"g\">in " total " series</span>"
}
function write_lines(   line, v, i) {
	print "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Tracks\"><table id=\"lines\" class=\"list\"><caption>Tracks</caption><thead><tr><th scope=\"col\">Track</th><th scope=\"col\">Host class</th><th scope=\"col\">Suite</th><th scope=\"col\">Newest build</th><th scope=\"col\">Time (UTC)</th><th scope=\"col\" class=\"n\">Builds</th><th scope=\"col\">Series</th></tr></thead><tbody>" > file
	for (line = 1; line <= nlines; line++) {
		i = line_last[line]
		printf "<tr data-line=\"%d\" data-runtime=\"%s\"><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td><a href=\"r/%s.html\">%s</a></td><td>%s%s</td><td class=\"n\">%d</td><td>", \
			line, h(line_runtime[line]), h(line_track[line]), h(line_host[line]), h(line_suite[line]), run_page[line, i], h(run_build[line, i]), \
			h(when_text(run_time[line, i])), run_time[line, i] < stale_before ? " " badge("stale") : "", i + 1 > file
		for (v = 1; v <= nverdicts; v++)
			if (line_count[line, verdict_name[v]])
				printf "<span class=\"v %s\">%s %d %s</span> ", verdict_name[v], verdict_mark[verdict_name[v]], line_count[line, verdict_name[v]], verdict_words[verdict_name[v]] > file
		print (line in compared) ? "<a class=\"more\" href=\"c/" line ".html\">compared</a></td></tr>" : "</td></tr>" > file
	}
	print "</tbody></table></div>" > file
}
function write_filters(   i, v) {
	print "<form id=\"filters\" role=\"search\" aria-label=\"Filter series\" hidden>" > file
	print "<label>Search <input type=\"search\" id=\"f-text\" autocomplete=\"off\"></label>" > file
	printf "<label>Group <select id=\"f-group\"><option value=\"\">all</option>" > file
	sort_groups()
	for (i = 1; i <= ngroups; i++) printf "<option>%s</option>", h(groups[i]) > file
	print "</select></label>\n<label>Track <select id=\"f-track\"><option value=\"\">all</option></select></label>\n<label>Host class <select id=\"f-host\"><option value=\"\">all</option></select></label>" > file
	print "<label>Runtime <select id=\"f-runtime\"><option value=\"\">all</option></select></label>\n<label>Group rows by <select id=\"f-by\"><option value=\"\">nothing</option><option value=\"group\">test group</option><option value=\"track\">track</option><option value=\"host\">host class</option></select></label>" > file
	print "<fieldset><legend>Verdicts</legend>" > file
	for (i = 1; i <= nverdicts; i++) {
		v = verdict_name[i]
		if (count[v]) printf "<label class=\"v %s\"><input type=\"checkbox\" name=\"verdict\" value=\"%s\" checked> %s %s (%d)</label>\n", v, v, verdict_mark[v], verdict_words[v], count[v] > file
	}
	print "</fieldset><button type=\"reset\">Show all</button>\n</form>" > file
}
function sort_groups(   i, j, t) {
	for (i = 2; i <= ngroups; i++) {
		t = groups[i]
		for (j = i - 1; j > 0 && groups[j] > t; j--) groups[j + 1] = groups[j]
		groups[j + 1] = t
	}
}
