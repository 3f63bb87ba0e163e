# SPDX-License-Identifier: MIT
# What lies behind the newest value: its rounds and its CPUs, each beside those of one run before. Include with
# tests.awk, whose variables of the current series it reads.

# The run to set beside the newest, of those at[1..count] that have a number: the last one before the change, or else
# the nearest.
function run_beside(m, count, at, number,   k, other) {
	for (k = 1; k <= count; k++)
		if (number[m, k] != "" && at[k] != place[S["newest"]] && (other == "" || closer(at[k], other))) other = at[k]
	return other
}
function closer(a, b) {
	if (S["since"] > 0 && S["now"] != "") return a < S["since"] && (b >= S["since"] || a > b)
	return a < place[S["newest"]] && a > b
}
function build_text(at) { return gp_text(at == "" ? "" : short(run_build[line, at], 24)) }

# Round by round.
function distribution(m,   file, newest, other, pad, head) {
	newest = place[S["newest"]]
	other = run_beside(m, nrounds, round_place, round_value)
	if (other == "" || rounds_of(m, newest) < 3 || rounds_of(m, other) < 3) return
	S["rounds"] = page_slug "-" nseries "d"
	S["rounds_other"] = other
	file = work "/gp/" page_slug ".gp"
	head = "out='" S["rounds"] "'\nnewest=" build_text(newest) "; other=" build_text(other) \
		"\nheading=" gp_text(metric_title(S["metric"]) " of each round")
	gp_block(file)
	print head > file
	S["dlo"] = S["dhi"] = ""
	ecdf(m, newest, "$newest", file)
	ecdf(m, other, "$other", file)
	pad = .04 * (S["dhi"] - S["dlo"])
	if (pad == 0) pad = S["dhi"] == 0 ? 1 : .01 * abs(S["dhi"])
	printf "xlo=%.10g; xhi=%.10g\nload 'distribution.gp'\n", S["dlo"] - pad, S["dhi"] + pad > file
}
# The values of a run's rounds, in order, in v; returns how many.
function rounds_of(m, at, v,   k, c) {
	for (k = 1; k <= nrounds; k++)
		if (round_place[k] == at && round_value[m, k] != "") v[++c] = round_value[m, k] + 0
	if (c) median(v, c) # sorts
	return c + 0
}
function ecdf(m, at, block, file,   k, c, v) {
	c = rounds_of(m, at, v)
	if (S["dlo"] == "" || v[1] < S["dlo"]) S["dlo"] = v[1]
	if (S["dhi"] == "" || v[c] > S["dhi"]) S["dhi"] = v[c]
	printf "%s << EOD\n%.10g 0\n", block, v[1] > file
	for (k = 1; k <= c; k++) printf "%.10g %.6g\n", v[k], k / c > file
	print "EOD" > file
}

# CPU by CPU.
function cpus(m,   newest, other, c, list, column, file, pad, head) {
	newest = place[S["newest"]]
	other = run_beside(m, ncpus, cpu_place, cpu_value)
	c = cpus_in_order(m, newest, list)
	if (c < 2) return
	S["cpus"] = page_slug "-" nseries "c"
	S["cpus_other"] = other
	S["cpus_count"] = c
	S["cpus_alt"] = least_and_most(m, list, c)
	head = "set xtics (" cpu_tics(list, c, column) ")"
	S["clo"] = S["chi"] = ""
	cpu_range(m, newest, column)
	cpu_range(m, other, column)
	pad = .08 * (S["chi"] - S["clo"])
	if (pad < .01 * abs(S["chi"])) pad = .01 * abs(S["chi"])
	if (pad == 0) pad = 1
	head = "out='" S["cpus"] "'\nheading=" gp_text(metric_title(S["metric"]) " on each CPU") \
		"; newest=" build_text(newest) "; other=" build_text(other) "\n" head
	file = work "/gp/" page_slug ".gp"
	gp_block(file)
	printf "%s\nn=%d; ylo=%.10g; yhi=%.10g; ", head, c, S["clo"] - pad, S["chi"] + pad > file
	printf "ystep=%.10g\n", tic(S["chi"] - S["clo"] + 2 * pad) > file
	cpu_block(m, newest, "$newest", column, file)
	cpu_block(m, other, "$other", column, file)
	print "load 'cpus.gp'" > file
}
# list: which rows are of the CPUs of a run, by the CPU's number; returns how many.
function cpus_in_order(m, at, list,   k, i, c) {
	for (k = 1; k <= ncpus; k++) {
		if (cpu_place[k] != at || cpu_value[m, k] == "") continue
		for (i = c++; i > 0 && cpu_number[list[i]] > cpu_number[k]; i--) list[i + 1] = list[i]
		list[i + 1] = k
	}
	return c + 0
}
function least_and_most(m, list, c,   i, least, most) {
	least = most = list[1]
	for (i = 2; i <= c; i++) {
		if (cpu_value[m, list[i]] < cpu_value[m, least]) least = list[i]
		if (cpu_value[m, list[i]] > cpu_value[m, most]) most = list[i]
	}
	return num(cpu_value[m, least]) " on CPU " cpu_number[least] " to " with_unit(cpu_value[m, most], S["metric"]) " on CPU " cpu_number[most]
}
# The column of each CPU in the picture; about eight have a label.
function cpu_tics(list, c, column,   i, step, tics) {
	step = int((c - 1) / 8) + 1
	for (i = 1; i <= c; i++) {
		column[cpu_number[list[i]]] = i
		if ((i - 1) % step == 0) tics = tics (tics == "" ? "" : ", ") "'CPU " cpu_number[list[i]] "' " i
	}
	return tics
}
function is_drawn(m, k, at, column) {
	return at != "" && cpu_place[k] == at && cpu_value[m, k] != "" && cpu_number[k] in column
}
function cpu_range(m, at, column,   k) {
	for (k = 1; k <= ncpus; k++) {
		if (!is_drawn(m, k, at, column)) continue
		if (S["clo"] == "" || cpu_low[m, k] < S["clo"]) S["clo"] = cpu_low[m, k]
		if (S["chi"] == "" || cpu_high[m, k] > S["chi"]) S["chi"] = cpu_high[m, k]
	}
}
function cpu_block(m, at, block, column, file,   k) {
	print block " << EOD" > file
	for (k = 1; k <= ncpus; k++)
		if (is_drawn(m, k, at, column))
			printf "%d %.10g %.10g %.10g\n", column[cpu_number[k]], cpu_value[m, k], cpu_low[m, k], cpu_high[m, k] > file
	print "-9 0 0 0\nEOD" > file # out of view: gnuplot complains of a block with no points
}
