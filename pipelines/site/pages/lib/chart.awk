# SPDX-License-Identifier: MIT
# The charts of a series: commands and numbers for gnuplot (lib/history.gp draws),
# and the figure that shows them. Include with tests.awk, whose variables of the current series it reads.

# Text of data goes to gnuplot as data (gp_text() in text.awk); the rest is numbers and names made here.
function chart(m,   name, file, head) {
	name = page_slug "-" nseries
	file = work "/gp/" page_slug ".gp"
	S["chart"] = name
	x_domain()
	y_domain(m)
	S["mark_count"] = marks()
	head = "out='" name "'\ntitle=" gp_text(short(page_test, 80) (entry_name(page_test, entry) == "" ? "" : " (" short(entry, 30) ")")) \
		"\nsubtitle=" gp_text(metric_title(S["metric"]) (where_text(line) == "" ? "" : ",  " short(where_text(line), 90))) "\n" \
		sprintf("xlo=%.10g; xhi=%.10g; ylo=%.10g; yhi=%.10g; base=%.10g; few=%d; lone=%d\n", S["xlo"], S["xhi"], S["ylo"], S["yhi"], S["alone"] ? 0 : S["base"], n <= 60, n == 1) \
		sprintf("ystep=%.10g; y2step=%.10g\n", tic(S["yhi"] - S["ylo"]), tic(S["base"] > 0 ? 100 * (S["yhi"] - S["ylo"]) / S["base"] : S["yhi"] - S["ylo"])) \
		mark_commands() event_commands() tic_commands()
	gp_block(file)
	printf "%s", head > file
	data_block(m, file)
	chart_blocks(m, file)
	print "load 'history.gp'" > file
}
function data_block(m, file,   k, open) {
	print "$data << EOD" > file
	for (k = 1; k <= n; k++) {
		# An empty line breaks the line that is drawn.
		if (open && (value[m, k] == "" || place[k] != place[k - 1] + 1)) { print "" > file; open = 0 }
		if (value[m, k] == "") continue
		print place[k], value[m, k] + 0, bound(low[m, k], value[m, k]), bound(high[m, k], value[m, k]) > file
		open = 1
	}
	print "EOD" > file
}
function bound(b, v) { return (b == "" ? v : b) + 0 }

function x_domain(   pad) {
	S["xfirst"] = place[1]
	pad = (line_last[line] - place[1]) * .015
	if (pad < .5) pad = .5
	S["xlo"] = place[1] - pad
	S["xhi"] = line_last[line] + pad
}

# What the eye should see: all values and intervals, but not a lone spike (more than 1.5 times what is
# around it, or less than 2/3), which would flatten a step of some per cent; it is drawn at the edge.
function spike(m, k,   i, a, c, med) {
	if (k > n - 2) return 0 # the newest may be the beginning of a step
	c = k > 1 ? k - 1 : 2
	if (value[m, k] <= 1.2 * value[m, c] && value[m, k] >= value[m, c] / 1.2) return 0
	c = 0
	for (i = k - 2; i <= k + 2; i++)
		if (i > 0 && i != k && value[m, i] != "") a[++c] = value[m, i] + 0
	if (c < 3) return 0
	med = median(a, c)
	return value[m, k] > 1.5 * med || value[m, k] < med / 1.5
}
function y_domain(m,   k, lo, hi, set, pad) {
	for (k = 1; k <= n; k++) {
		S["spike", k] = 0
		if (value[m, k] == "") continue
		if (S["spike", k] = spike(m, k)) continue
		if (!set || bound(low[m, k], value[m, k]) < lo) lo = bound(low[m, k], value[m, k])
		if (!set || bound(high[m, k], value[m, k]) > hi) hi = bound(high[m, k], value[m, k])
		set = 1
	}
	if (S["base"] < lo) lo = S["base"]
	if (S["base"] > hi) hi = S["base"]
	pad = (hi - lo) * .08
	if (pad < least_range() / 2 * abs(S["base"])) pad = least_range() / 2 * abs(S["base"])
	if (pad == 0) pad = 1
	S["ylo"] = lo - pad
	S["yhi"] = hi + 2 * pad # room for the labels of changes
}

# Changes of level that the detector found, oldest first: mark_x, mark_before, mark_after, mark_ratio.
function marks(   i, f, c, x, j) {
	for (i = 1; i <= nchanges[S["key"]]; i++) {
		split(change_row[S["key"], i], f, "\t")
		x = first_place(line, f[8] == "" ? f[16] : f[8])
		if (x < 0 || !is_number(f[9]) || !is_number(f[10]) || f[9] <= 0) continue
		c = add_mark(c, x, f[9], f[10])
	}
	if (!c && !gone() && S["since"] >= 0 && S["baseline"] != "" && S["newest"])
		c = add_mark(c, S["since"], S["base"], S["ratio"] > 0 ? S["base"] * S["ratio"] : S["base"])
	return c
}
function add_mark(c, x, before, after,   j) {
	for (j = c; j > 0 && mark_x[j] > x; j--) {
		mark_x[j + 1] = mark_x[j]; mark_before[j + 1] = mark_before[j]; mark_after[j + 1] = mark_after[j]
	}
	mark_x[j + 1] = x
	mark_before[j + 1] = before + 0
	mark_after[j + 1] = after + 0
	return c + 1
}

function chart_blocks(m, file,   k, i, x0, x1) {
	print "$levels << EOD" > file
	for (i = 1; i <= S["mark_count"]; i++) {
		x0 = i == 1 ? S["xlo"] : mark_x[i - 1] - .5
		x1 = mark_x[i] - .5
		printf "%.10g %.10g\n%.10g %.10g\n\n", x0, mark_before[i], x1, mark_before[i] > file
		if (i == S["mark_count"]) printf "%.10g %.10g\n%.10g %.10g\n\n", x1, mark_after[i], S["xhi"], mark_after[i] > file
	}
	print nowhere() "EOD\n$failed << EOD" > file
	for (k = 1; k <= n; k++) if (value[m, k] == "") print place[k] > file
	print nowhere() "EOD\n$spikes << EOD" > file
	for (k = 1; k <= n; k++) if (S["spike", k]) print place[k], (value[m, k] > S["yhi"]) > file
	print nowhere() "EOD" > file
}
# A point outside of the picture: gnuplot complains of a block with no points.
function nowhere() { return sprintf("%.10g %.10g\n", 2 * S["xhi"] + 1, S["yhi"]) }

# Lines of changes and events, and about seven builds by name along the axis: what history.gp draws in each theme.
function mark_commands(   i, x, worse, out) {
	out = "nmarks=" S["mark_count"] + 0 "\n"
	for (i = 1; i <= S["mark_count"]; i++) {
		x = mark_x[i] - .5
		worse = (mark_after[i] > mark_before[i]) != higher_better(S["metric"])
		out = out sprintf("mx%d=%.10g; mw%d=%d; mr%d=%d; mt%d=", i, x, i, worse, i, (x > (S["xlo"] + S["xhi"]) / 2), i) \
			gp_text(replace(change(mark_after[i] / mark_before[i]), "\302\240", " ") "  " short(run_build[line, mark_x[i]], 24)) "\n"
	}
	return out
}
function tic_commands(   x, step, out) {
	step = int((line_last[line] - place[1]) / 6) + 1
	for (x = line_last[line]; x >= place[1]; x -= step)
		out = out (out == "" ? "" : ", ") gp_tic(short(run_build[line, x], 14)) " " x
	return "set xtics (" out ")\n"
}
function event_applies(f) {
	return glob_matches(f[1], line_host[line]) && glob_matches(f[2], line_track[line]) && glob_matches(f[3], page_suite) &&
		glob_matches(f[4], page_test) && glob_matches(f[5], entry) && glob_matches(f[6], S["metric"])
}
# Labels of events stand in the lowest of four rows that has room for them; nothing is known of the font, so by the
# characters of an average one.
function event_row_of(from, to, c,   r, i) {
	for (r = 0; r < 3; r++) {
		for (i = 1; i < c && !(event_at[i] == r && from < event_to[i] && to > event_from[i]); i++) ;
		if (i == c) break
	}
	event_at[c] = r; event_from[c] = from; event_to[c] = to
	return r
}
function event_commands(   i, f, x, c, text, out, label, wide, left) {
	S["events"] = ""
	for (i = 1; i <= nevents; i++) {
		split(event_row[i], f, "\t")
		x = event_applies(f) ? first_place(line, f[7]) : -1
		if (x < place[1]) continue
		text = f[9] == "" ? f[8] : f[9]
		label = short(text, 24)
		wide = (length(label) + 1) * .0145 * (S["xhi"] - S["xlo"])
		left = x - .5 > (S["xlo"] + S["xhi"]) / 2
		c++
		out = out sprintf("ex%d=%.10g; el%d=%d; er%d=%d; et%d=", c, x - .5, c, left, c, event_row_of(x - .5 - left * wide, x - .5 + !left * wide, c), c) gp_text(label) "\n"
		S["events"] = S["events"] "<li data-x=\"" x - .5 "\" data-row=\"" event_at[c] "\" data-label=\"" h(label) "\">" h(f[8]) " at build <a href=\"../r/" run_page[line, x] ".html\">" h(f[7]) "</a>: " \
			(safe_link(f[10]) ? "<a rel=\"nofollow\" href=\"" h(f[10]) "\">" h(text) "</a>" : h(text)) "</li>"
	}
	return out "nevents=" c + 0 "\n"
}
