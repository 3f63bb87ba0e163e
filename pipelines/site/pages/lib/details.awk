# SPDX-License-Identifier: MIT
# What lies behind the newest value: its rounds and its CPUs, each beside those of one run before. Include with
# tests.awk, whose variables of the current series it reads.

# Round by round, of the newest run and of one before the change.
function distribution(m,   k, file, newest, other, count, pad, head) {
	S["dist"] = ""
	newest = place[S["newest"]]
	for (k = 1; k <= nrounds; k++) {
		if (round_value[m, k] == "") continue
		count[round_place[k]]++
		if (round_place[k] != newest && (other == "" || closer(round_place[k], other, newest))) other = round_place[k]
	}
	if (count[newest] < 3 || other == "" || count[other] < 3) return
	S["dist"] = page_slug "-" nseries "d"
	S["other"] = other
	file = work "/gp/" page_slug ".gp"
	head = "out='" S["dist"] "'\nnewest=" gp_text(short(run_build[line, newest], 24)) "; other=" gp_text(short(run_build[line, other], 24)) \
		"\nxlab=" gp_text(metric_title(S["metric"]) " of each round")
	gp_block(file)
	print head > file
	S["dlo"] = S["dhi"] = ""
	ecdf(m, newest, "$newest", file)
	ecdf(m, other, "$other", file)
	pad = .04 * (S["dhi"] - S["dlo"])
	if (pad == 0) pad = S["dhi"] == 0 ? 1 : .01 * abs(S["dhi"])
	printf "xlo=%.10g; xhi=%.10g\n", S["dlo"] - pad, S["dhi"] + pad > file
	print "load 'distribution.gp'" > file
}
# The run to set against the newest: the last one before the change, or else the nearest.
function closer(a, b, newest) {
	if (S["since"] > 0 && !gone()) return a < S["since"] && (b >= S["since"] || a > b)
	return a < newest && a > b
}
function ecdf(m, at, block, file,   k, c, v) {
	for (k = 1; k <= nrounds; k++)
		if (round_place[k] == at && round_value[m, k] != "") v[++c] = round_value[m, k] + 0
	median(v, c) # sorts
	if (S["dlo"] == "" || v[1] < S["dlo"]) S["dlo"] = v[1]
	if (S["dhi"] == "" || v[c] > S["dhi"]) S["dhi"] = v[c]
	print block " << EOD" > file
	printf "%.10g 0\n", v[1] > file
	for (k = 1; k <= c; k++) printf "%.10g %.6g\n", v[k], k / c > file
	print "EOD" > file
}

# CPU by CPU: the newest run beside the one before.
function cpus(m,   newest, other, k, i, c, at, list, number, file, lo, hi, step, tics, least, most, pad, ylab) {
	S["cpus"] = ""
	newest = place[S["newest"]]
	for (k = 1; k <= ncpus; k++) {
		if (cpu_value[m, k] == "") continue
		if (cpu_place[k] != newest && (other == "" || closer(cpu_place[k], other, newest))) other = cpu_place[k]
		if (cpu_place[k] != newest) continue
		for (i = c++; i > 0 && cpu_number[list[i]] > cpu_number[k]; i--) list[i + 1] = list[i]
		list[i + 1] = k
	}
	if (c < 2) return
	S["cpus"] = page_slug "-" nseries "c"
	S["cpus_other"] = other
	least = most = list[1]
	step = int((c - 1) / 8) + 1
	for (i = 1; i <= c; i++) {
		k = list[i]
		at[cpu_number[k]] = i
		if (cpu_value[m, k] < cpu_value[m, least]) least = k
		if (cpu_value[m, k] > cpu_value[m, most]) most = k
		if ((i - 1) % step == 0) tics = tics (tics == "" ? "" : ", ") "'CPU " cpu_number[k] "' " i
	}
	S["cpus_alt"] = num(cpu_value[m, least]) " on CPU " cpu_number[least] " to " with_unit(cpu_value[m, most], S["metric"]) " on CPU " cpu_number[most]
	S["cpus_count"] = c
	for (k = 1; k <= ncpus; k++) {
		if (cpu_value[m, k] == "" || (cpu_place[k] != newest && cpu_place[k] != other) || !(cpu_number[k] in at)) continue
		if (lo == "" || cpu_low[m, k] < lo) lo = cpu_low[m, k]
		if (hi == "" || cpu_high[m, k] > hi) hi = cpu_high[m, k]
	}
	pad = .08 * (hi - lo)
	if (pad < .01 * abs(hi)) pad = .01 * abs(hi)
	if (pad == 0) pad = 1
	file = work "/gp/" page_slug ".gp"
	ylab = gp_text(metric_title(S["metric"]) " on each CPU")
	number = gp_text(short(run_build[line, newest], 24))
	i = gp_text(other == "" ? "" : short(run_build[line, other], 24))
	gp_block(file)
	printf "out='%s'\nylab=%s; newest=%s; other=%s\nn=%d; ylo=%.10g; yhi=%.10g; ystep=%.10g\nset xtics (%s)\n", S["cpus"], ylab, number, i, c, lo - pad, hi + pad, tic(hi - lo + 2 * pad), tics > file
	cpu_block(m, newest, "$newest", at, file)
	cpu_block(m, other, "$other", at, file)
	print "load 'cpus.gp'" > file
}
function cpu_block(m, which, block, at, file,   k) {
	print block " << EOD" > file
	for (k = 1; k <= ncpus; k++)
		if (which != "" && cpu_place[k] == which && cpu_value[m, k] != "" && cpu_number[k] in at)
			printf "%d %.10g %.10g %.10g\n", at[cpu_number[k]], cpu_value[m, k], cpu_low[m, k], cpu_high[m, k] > file
	print "-9 0 0 0\nEOD" > file # out of view: gnuplot complains of a block with no points
}
