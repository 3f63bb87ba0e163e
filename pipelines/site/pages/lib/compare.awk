# SPDX-License-Identifier: MIT
# Two builds, series by series, worst first -> gnuplot commands of one picture (lib/compare.gp draws it) and,
# with pages=1, the page around it. One such comparison a line number of the input.
#
#   awk [-v pages=1 -v runs=FILE] [-v most=40] -v gp_file=FILE -f text.awk -f model.awk -f compare.awk
#
# Input: line, how bad (sorted by it), suite, test, entry point, metric, page, value of base, value of head, ratio, low,
# high, verdict or nothing, base build, head build, reason; without a ratio what failed or is missing.
BEGIN {
	config()
	FS = "\t"
	verdict_init()
	if (runs != "") load_runs(runs)
	if (!most) most = 40
	best = int(most / 4) # of those that do not fit, the middle is left out
}
$1 != current { finish(); current = $1; total = ngone = several_metrics = 0; first_metric = ""; base_build = $14; head_build = $15 }
$10 == "" { gone_row[++ngone] = $0; next }
{
	row[++total] = $0
	if (first_metric == "") first_metric = $6
	if ($6 != first_metric) several_metrics = 1
}
END { finish() }

function finish(   i) {
	if (total + ngone == 0) return
	nshown = 0
	for (i = 1; i <= total; i++)
		if (total <= most || i <= most - best || i > total - best) shown[++nshown] = i
	if (total) gnuplot_commands()
	if (pages) write_page()
}

# 1 worse, -1 better, 0 neither is shown: by the verdict, or else by whether the interval is beyond the margin.
function side(f,   s) {
	if (f[13] in verdict_rank) return f[13] ~ /^(regression|suspected)$/ ? 1 : f[13] == "improvement" ? -1 : 0
	if (f[11] == "" || f[12] == "") return 0
	s = f[11] > 1 + margin / 100 ? 1 : f[12] < 1 / (1 + margin / 100) ? -1 : 0
	return higher_better(f[6]) ? -s : s
}
# Worse by more than the margin, and nothing to show that by.
function loose(f) {
	return !(f[13] in verdict_rank) && f[11] == "" && (higher_better(f[6]) ? 1 / f[10] : f[10]) > 1 + margin / 100
}
function name_of(f) {
	return f[4] (entry_name(f[4], f[5]) == "" ? "" : " (" f[5] ")") (several_metrics ? ", " metric_name(f[6]) : "")
}
function per_cent(ratio) { return sprintf("%.8g", 100 * (ratio - 1)) }

# What the picture says above its rows.
function subtitle(   i, f, s, count) {
	for (i = 1; i <= total; i++) { split(row[i], f, "\t"); count[side(f)]++; count["loose"] += loose(f) }
	s = count[1] + 0 " worse, " count[-1] + 0 " better"
	if (count["loose"]) s = s ", " count["loose"] " more worse by value"
	if (ngone) s = s ", " ngone " failed or missing"
	return s " of " total + ngone " series"
}
function legend() { return "Shaded: \302\261" margin " %" (total > nshown ? "; " total - nshown " in the middle not shown" : "") }
function gnuplot_commands(   i, f, head, names) {
	limits()
	head = "title=" gp_text(short(base_build, 40) "  \342\206\222  " short(head_build, 40)) \
		"\nsubtitle=" gp_text(subtitle()) "\nlegend=" gp_text(legend()) "\n"
	for (i = 1; i <= nshown; i++) {
		split(row[shown[i]], f, "\t")
		names = names sprintf("name%d=", i) gp_text(short(name_of(f), 40)) "\n"
	}
	gp_block(gp_file)
	printf "out='%s'\nn=%d\nmargin=%.6g; lo=%.8g; hi=%.8g; xstep=%.8g\n%s%s", pages ? current : "plot", nshown, margin, lo, hi, tic(hi - lo), head, names > gp_file
	print "$data << EOD" > gp_file
	for (i = 1; i <= nshown; i++) {
		split(row[shown[i]], f, "\t")
		print per_cent(f[10]), nshown - i + 1, per_cent(f[11] == "" ? f[10] : f[11]), per_cent(f[12] == "" ? f[10] : f[12]), side(f), \
			"\"" replace(change(f[10]), "\302\240", " ") "\"" > gp_file
	}
	print "EOD\nload 'compare.gp'" > gp_file
}

# The axis holds every interval that is shown, and the margin twice.
function limits(   i, f, a, b) {
	hi = 2 * (margin > 0 ? margin : 1)
	lo = -hi
	for (i = 1; i <= nshown; i++) {
		split(row[shown[i]], f, "\t")
		a = per_cent(f[11] == "" ? f[10] : f[11]) + 0
		b = per_cent(f[12] == "" ? f[10] : f[12]) + 0
		if (a < lo) lo = a
		if (b > hi) hi = b
	}
}

function write_page(   page, heading, i, f, last, is_worse) {
	page = out "/c/" current ".html"
	last = line_last[current]
	heading = "<h1>" h(base_build) " <span class=\"g\">to</span> " h(head_build) "</h1>\n<p class=\"sub\">The newest build" \
		(where_text(current) == "" ? "" : ", " h(where_text(current))) "</p>\n"
	printf "%s", page_head(base_build " to " head_build " \342\200\224 " site_title, "../", heading, \
		last > 0 ? " <a href=\"../compare.html#base=" run_page[current, last - 1] "&amp;head=" run_page[current, last] "\">Other builds</a>" : "", "") > page
	if (total) print comparison_picture() > page
	print "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"All series\"><table class=\"list compared\"><thead><tr><th scope=\"col\">Test</th><th scope=\"col\" class=\"wide\">Metric</th><th scope=\"col\" class=\"n wide\">" h(base_build) \
		"</th><th scope=\"col\" class=\"n wide\">" h(head_build) "</th><th scope=\"col\" class=\"n\">Change</th><th scope=\"col\" class=\"wide\">Interval</th><th scope=\"col\">Verdict</th></tr></thead><tbody>" > page
	# What is shown to be worse, what gives no number, and the rest.
	for (i = 1; i <= total; i++) { split(row[i], f, "\t"); is_worse[i] = side(f) > 0; if (is_worse[i]) print table_row(row[i]) > page }
	for (i = 1; i <= ngone; i++) print table_row(gone_row[i]) > page
	for (i = 1; i <= total; i++) if (!is_worse[i]) print table_row(row[i]) > page
	print "</tbody></table></div>" > page
	printf "%s", page_foot("Where the detector has not judged, an interval is combined from the two builds\342\200\231 own, and holds for those two runs only. ") > page
	close(page)
}
# Upright for narrow screens: names above the bars.
function comparison_picture(   alt) {
	alt = "Change of each series with its interval; the table below has the numbers."
	return "<figure class=\"compared\"><picture>" \
		source("screen and (max-width: 45rem) and (prefers-color-scheme: dark)", "-narrow-dark", 400, 102 + 44 * nshown) \
		source("screen and (max-width: 45rem)", "-narrow", 400, 102 + 44 * nshown) \
		source("screen and (prefers-color-scheme: dark)", "-dark", 860, 90 + 24 * nshown) \
		"<img src=\"" current ".svg\" width=\"860\" height=\"" 90 + 24 * nshown "\" alt=\"" h(alt) "\"></picture>\n" \
		"<figcaption>Dot: change of the value. Bar: its interval. <a href=\"" current ".svg\">SVG</a> <a href=\"" current ".png\">PNG</a></figcaption></figure>"
}
function source(media, suffix, wide, tall) {
	return "<source media=\"" media "\" srcset=\"" current suffix ".svg\" width=\"" wide "\" height=\"" tall "\">"
}
function table_row(text,   f) {
	split(text, f, "\t")
	return "<tr class=\"" (f[13] in verdict_rank ? f[13] : "unjudged") "\"><th scope=\"row\"><a href=\"../t/" f[7] ".html\">" slashes(h(f[4])) "</a>" \
		(entry_name(f[4], f[5]) == "" ? "" : " <span class=\"e\">" h(f[5]) "</span>") (several_metrics ? " <span class=\"e narrow\">" h(metric_name(f[6])) "</span>" : "") \
		(f[16] == "" ? "" : "<span class=\"reason\">" h(f[16]) "</span>") "</th><td class=\"wide\">" h(metric_name(f[6])) \
		"</td><td class=\"n wide\">" with_unit(f[8], f[6]) "</td><td class=\"n wide\">" with_unit(f[9], f[6]) "</td><td class=\"n\">" change(f[10]) "</td><td class=\"wide\">" \
		(f[11] == "" ? "" : change(f[11]) " to " change(f[12])) "</td><td>" (f[13] in verdict_rank ? badge(f[13]) : "") "</td></tr>"
}
