# SPDX-License-Identifier: MIT
# Two builds, series by series, worst first -> gnuplot commands of one picture (lib/compare.gp draws it). One such
# comparison a line number of the input.
#
# Input: what tests.awk's compare_row() writes; without a ratio what failed or is missing.
$1 != current {
	finish()
	current = $1
	total = ngone = several_metrics = 0
	split("", count)
	base_build = $15
	head_build = $16
	first_metric = $7
	margin = $18
}
{ count[verdict_side[$14]]++ }
$14 == "unjudged" { count["unjudged"]++ }
$7 != first_metric { several_metrics = 1 }
$11 == "" { ngone++; next }
{ row[++total] = $0 }
END { finish() }

# Of what does not fit, the middle is left out; a quarter of what is shown is the best.
function finish(   i, best) {
	if (!total) return
	nshown = 0
	best = int(shown_of(total) / 4)
	for (i = 1; i <= total; i++)
		if (i <= shown_of(total) - best || i > total - best) shown[++nshown] = row[i]
	gnuplot_commands()
}
function subtitle() {
	if (count["unjudged"] == total + ngone) return total " series, not judged"
	return count[1] + 0 " worse, " count[-1] + 0 " better" (ngone ? ", " ngone " failed or missing" : "") " of " total + ngone " series"
}
function legend() {
	return (margin == "" ? "" : "Shaded: ±" margin " %") (margin != "" && total > nshown ? "; " : "") \
		(total > nshown ? total - nshown " in the middle not shown" : "")
}
function name_of(f) {
	return f[5] (entry_name(f[5], f[6]) == "" ? "" : " (" f[6] ")") (several_metrics ? ", " metric_name(f[7]) : "")
}
function per_cent(ratio) { return sprintf("%.8g", 100 * (ratio - 1)) }
function low_end(f) { return per_cent(f[12] == "" ? f[11] : f[12]) }
function high_end(f) { return per_cent(f[13] == "" ? f[11] : f[13]) }

function gnuplot_commands(   i, f, head, names) {
	limits()
	head = "title=" gp_text(short(base_build, 40) "  →  " short(head_build, 40)) \
		"\nsubtitle=" gp_text(subtitle()) "\nlegend=" gp_text(legend()) "\n"
	for (i = 1; i <= nshown; i++) {
		split(shown[i], f, "\t")
		names = names sprintf("name%d=", i) gp_text(short(name_of(f), 40)) "\n"
	}
	gp_block(gp_file)
	printf "out='%s'\nn=%d; margin=%.6g; lo=%.8g; hi=%.8g; xstep=%.8g\n%s%s$data << EOD\n", current, nshown, margin, lo, hi, tic(hi - lo), \
		head, names > gp_file
	for (i = 1; i <= nshown; i++) {
		split(shown[i], f, "\t")
		print per_cent(f[11]), nshown - i + 1, low_end(f), high_end(f), verdict_side[f[14]] + 0, "\"" change_plain(f[11]) "\"" > gp_file
	}
	print "EOD\nload 'compare.gp'" > gp_file
}

# The axis holds every interval that is shown, and the margin twice.
function limits(   i, f) {
	hi = 2 * (margin > 0 ? margin : 1)
	lo = -hi
	for (i = 1; i <= nshown; i++) {
		split(shown[i], f, "\t")
		if (low_end(f) + 0 < lo) lo = low_end(f) + 0
		if (high_end(f) + 0 > hi) hi = high_end(f) + 0
	}
}
