# Two builds, series by series, worst first -> gnuplot commands of one picture (lib/compare.gp draws it) and,
# with pages=1, the page around it. One such comparison a line number of the input.
#
#   awk [-v pages=1 -v runs=FILE] [-v most=40] -v gp_file=FILE -f text.awk -f model.awk -f compare.awk
#
# Input: line, how bad (sorted by it), suite, test, entry point, metric, page, value of base, value of head, ratio, low,
# high, verdict or nothing, base build, head build.
BEGIN {
	config()
	FS = "\t"
	verdict_init()
	if (runs != "") load_runs(runs)
	if (!most) most = 40
	best = int(most / 4) # of those that do not fit, the middle is left out
}
$1 != current { finish(); current = $1; total = 0; several_metrics = 0; first_metric = $6 }
{ row[++total] = $0; if ($6 != first_metric) several_metrics = 1 }
END { finish() }

function finish(   i, f) {
	if (!total) return
	nshown = 0
	for (i = 1; i <= total; i++)
		if (total <= most || i <= most - best || i > total - best) shown[++nshown] = i
	split(row[1], f, "\t")
	base_build = f[14]
	head_build = f[15]
	gnuplot_commands()
	if (pages) write_page()
}

# Is the interval beyond the margin? 1 worse, -1 better, 0 neither is shown.
function side(f,   s) {
	if (f[11] == "" || f[12] == "") return 0
	s = f[11] > 1 + margin / 100 ? 1 : f[12] < 1 / (1 + margin / 100) ? -1 : 0
	return higher_better(f[6]) ? -s : s
}
function name_of(f) {
	return short(f[4] (f[5] == "" || f[5] == "main" ? "" : " (" f[5] ")"), 44) (several_metrics ? ", " metric_name(f[6]) : "")
}
function per_cent(ratio) { return sprintf("%.8g", 100 * (ratio - 1)) }

function gnuplot_commands(   i, f, head) {
	limits()
	head = "title=" gp_text(short(base_build, 40) "  \342\206\222  " short(head_build, 40)) \
		"\nsubtitle=" gp_text((total > nshown ? nshown " of " : "") total " series, worst first; shaded: \302\261" margin " %") "\nset ytics ("
	for (i = 1; i <= nshown; i++) {
		split(row[shown[i]], f, "\t")
		head = head (i > 1 ? ", " : "") gp_tic(name_of(f)) " " nshown - i + 1
	}
	gp_block(gp_file)
	printf "out='%s'\nn=%d\nmargin=%.6g; lo=%.8g; hi=%.8g\n%s)\n", pages ? current : "plot", nshown, margin, lo, hi, head > gp_file
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

function write_page(   page, heading, i, f, last) {
	page = out "/c/" current ".html"
	last = line_last[current]
	heading = "<h1>" h(base_build) " <span class=\"g\">to</span> " h(head_build) "</h1>\n<p class=\"sub\">The newest build, " \
		h(line_track[current]) " on " h(line_host[current]) "</p>\n"
	printf "%s", page_head(base_build " to " head_build " \342\200\224 " site_title, "../", heading, \
		last > 0 ? " <a href=\"../compare.html#base=" run_page[current, last - 1] "&amp;head=" run_page[current, last] "\">Other builds</a>" : "", "") > page
	print "<figure class=\"dist\"><div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"Picture\"><picture><source media=\"screen and (prefers-color-scheme: dark)\" srcset=\"" current "-dark.svg\"><img src=\"" current ".svg\" width=\"860\" height=\"" 90 + 24 * nshown \
		"\" alt=\"Change of each series with its interval; the table below has the numbers.\"></picture></div>\n" \
		"<figcaption>Dot: change of the value. Bar: its interval. <a href=\"" current ".svg\">SVG</a> <a href=\"" current ".png\">PNG</a></figcaption></figure>" > page
	print "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"All series\"><table class=\"list\"><thead><tr><th scope=\"col\">Test</th><th scope=\"col\">Metric</th><th scope=\"col\" class=\"n\">" h(base_build) \
		"</th><th scope=\"col\" class=\"n\">" h(head_build) "</th><th scope=\"col\" class=\"n\">Change</th><th scope=\"col\">Interval</th><th scope=\"col\">Verdict</th></tr></thead><tbody>" > page
	for (i = 1; i <= total; i++) {
		split(row[i], f, "\t")
		print "<tr><th scope=\"row\"><a href=\"../t/" f[7] ".html\">" h(f[4]) "</a>" (f[5] == "main" ? "" : " <span class=\"e\">" h(f[5]) "</span>") "</th><td>" h(metric_name(f[6])) \
			"</td><td class=\"n\">" with_unit(f[8], f[6]) "</td><td class=\"n\">" with_unit(f[9], f[6]) "</td><td class=\"n\">" change(f[10]) "</td><td>" \
			(f[11] == "" ? "" : change(f[11]) " to " change(f[12])) "</td><td>" (f[13] in verdict_rank ? badge(f[13]) : "") "</td></tr>" > page
	}
	print "</tbody></table></div>" > page
	printf "%s", page_foot("Where the detector has not judged, an interval is combined from the two builds\342\200\231 own. ") > page
	close(page)
}
