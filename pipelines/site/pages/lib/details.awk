# SPDX-License-Identifier: MIT
# What lies behind the newest value: its rounds and its CPUs, each beside those of one run before. Include with
# tests.awk, whose variables of the current series it reads.

# The run to set beside the newest, of those that have such parts: the last one before the change, or else the nearest.
function run_beside(m, kind,   k, other) {
	for (k = 1; k <= nparts; k++)
		if (part_kind[k] == kind && part_value[m, k] != "" && part_place[k] != place[S["newest"]] &&
			(other == "" || closer(part_place[k], other))) other = part_place[k]
	return other
}
function closer(a, b) {
	if (S["since"] > 0 && S["now"] != "") return a < S["since"] && (b >= S["since"] || a > b)
	return a < place[S["newest"]] && a > b
}
# In list: which parts are the rounds of a run, by value, or its CPUs, by number; returns how many.
function parts_of(m, kind, at, list,   k, i, c) {
	for (k = 1; k <= nparts; k++) {
		if (at == "" || part_kind[k] != kind || part_place[k] != at || part_value[m, k] == "") continue
		for (i = c++; i > 0 && part_order(m, list[i]) > part_order(m, k); i--) list[i + 1] = list[i]
		list[i + 1] = k
	}
	return c + 0
}
function part_order(m, k) { return part_kind[k] == ROUND ? part_value[m, k] : part_cpu[k] }

function begin_beside(name, suffix, other, heading,   head) {
	S[name] = page_slug "-" nseries suffix
	S[name "_other"] = other
	S["lo"] = S["hi"] = ""
	head = "out='" S[name] "'\nheading=" gp_text(metric_title(S["metric"]) heading) \
		"; newest=" build_text(place[S["newest"]]) "; other=" build_text(other)
	gp_block(gp_file)
	print head > gp_file
}
function build_text(at) { return gp_text(at == "" ? "" : short(run_build[line, at], 24)) }
# The axis holds each part that is drawn, and some space more: a share of the range, and at least one of the value.
function stretch(m, k) {
	if (S["lo"] == "" || part_low[m, k] < S["lo"]) S["lo"] = part_low[m, k]
	if (S["hi"] == "" || part_high[m, k] > S["hi"]) S["hi"] = part_high[m, k]
}
function space(share, least,   pad) {
	pad = share * (S["hi"] - S["lo"])
	if (pad < least * abs(S["hi"])) pad = least * abs(S["hi"])
	return pad ? pad : S["hi"] ? .01 * abs(S["hi"]) : 1
}

# Round by round.
function distribution(m,   a, b, na, nb, other, pad) {
	other = run_beside(m, ROUND)
	na = parts_of(m, ROUND, place[S["newest"]], a)
	nb = parts_of(m, ROUND, other, b)
	if (na < 3 || nb < 3) return
	begin_beside("rounds", "d", other, " of each round")
	ecdf(m, a, na, "$newest")
	ecdf(m, b, nb, "$other")
	pad = space(.04, 0)
	printf "xlo=%.10g; xhi=%.10g\nload 'distribution.gp'\n", S["lo"] - pad, S["hi"] + pad > gp_file
}
function ecdf(m, list, c, block,   i) {
	printf "%s << EOD\n%.10g 0\n", block, part_value[m, list[1]] > gp_file
	for (i = 1; i <= c; i++) {
		printf "%.10g %.6g\n", part_value[m, list[i]], i / c > gp_file
		stretch(m, list[i])
	}
	print "EOD" > gp_file
}

# CPU by CPU.
function cpus(m,   a, b, na, nb, other, column, pad) {
	other = run_beside(m, CPU)
	na = parts_of(m, CPU, place[S["newest"]], a)
	nb = parts_of(m, CPU, other, b)
	if (na < 2) return
	begin_beside("cpus", "c", other, " on each CPU")
	S["cpus_count"] = na
	S["cpus_alt"] = least_and_most(m, a, na)
	print "set xtics (" cpu_tics(a, na, column) ")" > gp_file
	cpu_block(m, a, na, "$newest", column)
	cpu_block(m, b, nb, "$other", column)
	pad = space(.08, .01)
	printf "n=%d; ylo=%.10g; yhi=%.10g; ystep=%.10g\nload 'cpus.gp'\n", na, S["lo"] - pad, S["hi"] + pad, tic(S["hi"] - S["lo"] + 2 * pad) > gp_file
}
function least_and_most(m, list, c,   i, least, most) {
	least = most = list[1]
	for (i = 2; i <= c; i++) {
		if (part_value[m, list[i]] < part_value[m, least]) least = list[i]
		if (part_value[m, list[i]] > part_value[m, most]) most = list[i]
	}
	return num(part_value[m, least]) " on CPU " part_cpu[least] " to " with_unit(part_value[m, most], S["metric"]) " on CPU " part_cpu[most]
}
# The column of each CPU in the picture; about eight have a label.
function cpu_tics(list, c, column,   i, step, tics) {
	step = int((c - 1) / 8) + 1
	for (i = 1; i <= c; i++) {
		column[part_cpu[list[i]]] = i
		if ((i - 1) % step == 0) tics = tics (tics == "" ? "" : ", ") "'CPU " part_cpu[list[i]] "' " i
	}
	return tics
}
function cpu_block(m, list, c, block, column,   i, k) {
	print block " << EOD" > gp_file
	for (i = 1; i <= c; i++) {
		k = list[i]
		if (!(part_cpu[k] in column)) continue
		printf "%d %.10g %.10g %.10g\n", column[part_cpu[k]], part_value[m, k], part_low[m, k], part_high[m, k] > gp_file
		stretch(m, k)
	}
	print "-9 0 0 0\nEOD" > gp_file # out of view: gnuplot complains of a block with no points
}
