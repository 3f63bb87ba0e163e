# SPDX-License-Identifier: MIT
# samples.csv of two builds a and b of many tests, each of another shape: what must hold for any input is tried on it.
#	awk -v seed=1 -v tests=200 -f any-input.awk
# A sample row ends in
#	…,round,sample,cpu,iterations,operations,duration_ns,instructions,cycles,mark,status,reason
function gauss() {
	return sqrt(-2 * log(1 - rand())) * cos(6.283185307179586 * rand())
}

# One sample of a shape; `level` is the test's, `heap` the share of the higher of two heaps.
function draw(shape) {
	if (shape == "normal") return level * (1 + .03 * gauss())
	if (shape == "skewed") return level * exp(.8 * gauss())
	if (shape == "bimodal") return rand() < heap ? 57 * level * (1 + .02 * gauss()) : level * (1 + .02 * gauss())
	if (shape == "tied") return int(4 + 3 * rand())
	if (shape == "constant") return level
	if (shape == "tiny") return 1e-9 * level * (1 + .1 * gauss())
	if (shape == "far") return 1e12 + level * rand()
	if (shape == "slow mode of one CPU") return level * (cpu == 0 ? 3 : 1) * (1 + .01 * gauss())
	return rand() < .05 ? level * 50 * rand() : level * (1 + .01 * gauss()) # rare large ones
}

BEGIN {
	srand(seed)
	nshapes = split("normal,skewed,bimodal,tied,constant,tiny,far,slow mode of one CPU,rare", shapes, ",")
	print "run_id,timestamp,host_class,runtime,track,suite,test,entry_point,build,program_type,program_hash,control," \
		"boot,round,sample,cpu,iterations,operations,duration_ns,instructions,cycles,mark,status,reason"
	for (t = 0; t < tests; t++) {
		shape = shapes[t % nshapes + 1]
		# The first two are the baselines of a runtime each, and have every round.
		baseline = t < 2
		level = exp(8 * rand())
		heap = rand()
		rounds = baseline ? 25 : 1 + int(25 * rand())
		samples = 1 + int(10 * rand())
		cpus = 1 + int(3 * rand())
		for (round = 1; round <= rounds; round++)
			for (cpu = 0; cpu < cpus; cpu++)
				for (sample = 1; sample <= samples; sample++)
					for (b = 0; b < 2; b++)
						printf "r,2026-01-01T00:00:00Z,h,%s,t,s,%s,e,%s,xdp,,0,1,%d,%d,%d,9,%d,%.17g,%.17g,,,ok,\n",
							t % 7 == 1 ? "icount" : "host", baseline ? "baseline/xdp/empty" : "any/" t, b ? "b" : "a",
							round, sample, cpu, !baseline && t % 5 == 0 ? 2 : 1, draw(shape), draw(shape)
	}
}
