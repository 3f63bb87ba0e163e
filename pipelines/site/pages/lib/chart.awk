# SPDX-License-Identifier: MIT
# The chart of a series: commands and numbers for gnuplot (lib/history.gp draws). Include with tests.awk, whose
# variables of the current series it reads.

# Text of data goes to gnuplot as data (gp_text() in text.awk); the rest is numbers and names made here.
function chart(m,   i, head, range) {
	S["chart"] = page_slug "-" nseries
	x_domain()
	y_domain(m)
	S["mark_count"] = marks()
	for (i = 1; i <= S["mark_count"]; i++) print line, mark_x[i], mark_verdict[i], page_slug, page_test, entry, m > (work "/steps")
	range = S["yhi"] - S["ylo"]
	head = "out='" S["chart"] "'\ntitle=" gp_text(chart_title()) "\nsubtitle=" gp_text(chart_subtitle()) "\n" \
		sprintf("xlo=%.10g; xhi=%.10g; ylo=%.10g; yhi=%.10g\n", S["xlo"], S["xhi"], S["ylo"], S["yhi"]) \
		sprintf("base=%.10g; few=%d; lone=%d; ystep=%.10g; ", S["alone"] ? 0 : S["base"], n <= 60, n == 1, tic(range)) \
		sprintf("y2step=%.10g\n", tic(S["base"] > 0 ? 100 * range / S["base"] : range)) \
		mark_commands() event_commands() tic_commands()
	gp_block(gp_file)
	printf "%s", head > gp_file
	data_block(m)
	chart_blocks(m)
	print "load 'history.gp'" > gp_file
}
function chart_title() {
	return short(page_test, 80) (entry_name(page_test, entry) == "" ? "" : " (" short(entry, 30) ")")
}
function chart_subtitle() {
	return metric_title(S["metric"]) (where_text(line) == "" ? "" : ",  " short(where_text(line), 90))
}
function data_block(m,   k, open) {
	print "$data << EOD" > gp_file
	for (k = 1; k <= n; k++) {
		# An empty line breaks the line that is drawn.
		if (open && (value[m, k] == "" || place[k] != place[k - 1] + 1)) { print "" > gp_file; open = 0 }
		if (value[m, k] == "") continue
		print place[k], value[m, k] + 0, bound(low[m, k], value[m, k]), bound(high[m, k], value[m, k]) > gp_file
		open = 1
	}
	print "EOD" > gp_file
}
function bound(b, v) { return (b == "" ? v : b) + 0 }

function x_domain(   pad) {
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
		if (value[m, k] == "" || (S["spike", k] = spike(m, k))) continue
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

# Changes of level that the detector found, oldest first: mark_x, mark_before, mark_after and mark_verdict.
function marks(   i, v, c, x) {
	for (i = 1; i <= nchanges[S["key"]]; i++) {
		verdict_fields(change_row[S["key"], i], v)
		x = first_place(line, v["current_build"] == "" ? v["first_bad_build"] : v["current_build"])
		if (x < 0 || !is_number(v["baseline"]) || !is_number(v["current"]) || v["baseline"] <= 0) continue
		c = add_mark(c, x, v["baseline"], v["current"], v["verdict"])
	}
	if (!c && S["now"] != "" && S["since"] >= 0 && S["judged"])
		c = add_mark(c, S["since"], S["base"], S["base"] * (S["ratio"] > 0 ? S["ratio"] : 1), S["verdict"])
	return c
}
function add_mark(c, x, before, after, verdict,   j) {
	for (j = c; j > 0 && mark_x[j] > x; j--) {
		mark_x[j + 1] = mark_x[j]
		mark_before[j + 1] = mark_before[j]
		mark_after[j + 1] = mark_after[j]
		mark_verdict[j + 1] = mark_verdict[j]
	}
	mark_x[j + 1] = x
	mark_before[j + 1] = before + 0
	mark_after[j + 1] = after + 0
	mark_verdict[j + 1] = verdict
	return c + 1
}

function chart_blocks(m,   k, i, x0, x1) {
	print "$levels << EOD" > gp_file
	for (i = 1; i <= S["mark_count"]; i++) {
		x0 = i == 1 ? S["xlo"] : mark_x[i - 1] - .5
		x1 = mark_x[i] - .5
		printf "%.10g %.10g\n%.10g %.10g\n\n", x0, mark_before[i], x1, mark_before[i] > gp_file
		if (i == S["mark_count"]) printf "%.10g %.10g\n%.10g %.10g\n\n", x1, mark_after[i], S["xhi"], mark_after[i] > gp_file
	}
	print nowhere() "EOD\n$failed << EOD" > gp_file
	for (k = 1; k <= n; k++) if (value[m, k] == "") print place[k] > gp_file
	print nowhere() "EOD\n$spikes << EOD" > gp_file
	for (k = 1; k <= n; k++) if (S["spike", k]) print place[k], (value[m, k] > S["yhi"]) > gp_file
	print nowhere() "EOD" > gp_file
}
# A point outside of the picture: gnuplot complains of a block with no points.
function nowhere() { return sprintf("%.10g %.10g\n", 2 * S["xhi"] + 1, S["yhi"]) }

# Lines of changes and events, and about seven builds by name along the axis: what history.gp draws in each theme.
function mark_commands(   i, x, out) {
	out = "nmarks=" S["mark_count"] + 0 "\n"
	for (i = 1; i <= S["mark_count"]; i++) {
		x = mark_x[i] - .5
		out = out sprintf("mx%d=%.10g; mw%d=%d; mr%d=%d; mt%d=", i, x, i, verdict_side[mark_verdict[i]] >= 0, i, (x > (S["xlo"] + S["xhi"]) / 2), i) \
			gp_text(change_plain(mark_after[i] / mark_before[i]) "  " short(run_build[line, mark_x[i]], 24)) "\n"
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
function event_commands(   i, f, x, v, c, wide, left, out) {
	S["events"] = ""
	for (i = 1; i <= nevents; i++) {
		split(event_row[i], f, "\t")
		x = event_applies(f) ? first_place(line, f[7]) : -1
		if (x < place[1]) continue
		v["text"] = f[9] == "" ? f[8] : f[9]
		v["label"] = short(v["text"], 24)
		v["kind"] = f[8]
		build_fields(line, x, v)
		v["href"] = safe_link(f[10]) ? f[10] : ""
		v["x"] = x - .5
		wide = (length(v["label"]) + 1) * .0145 * (S["xhi"] - S["xlo"])
		left = v["x"] > (S["xlo"] + S["xhi"]) / 2
		v["row"] = event_row_of(v["x"] - left * wide, v["x"] + !left * wide, ++c)
		out = out sprintf("ex%d=%.10g; el%d=%d; er%d=%d; et%d=", c, v["x"], c, left, c, v["row"], c) gp_text(v["label"]) "\n"
		S["events"] = S["events"] fill("event", v)
	}
	return out "nevents=" c + 0 "\n"
}
