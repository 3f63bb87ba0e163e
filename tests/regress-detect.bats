#!/usr/bin/env bats
# regress-detect as a black box.

bats_require_minimum_version 1.5.0

setup() {
	PATH="$BATS_TEST_DIRNAME/../build/bin:$PATH"
	cd "$BATS_TEST_TMPDIR"
}

# samples ROUNDS SEED RUN: builds a and b of four tests, three samples a round, noise of one percent
samples() {
	awk -v rounds="$1" -v seed="$2" -v run="$3" 'BEGIN {
		srand(seed)
		print "run_id,timestamp,host_class,runtime,track,suite,test,entry_point,build,program_type," \
			"program_hash,control,boot,round,sample,cpu,iterations,operations,duration_ns," \
			"instructions,cycles,mark,status,reason"
		split("baseline/xdp/empty control/user/loop map/hash/read map/hash/write", test, " ")
		for (r = 1; r <= rounds; r++)
			for (t = 1; t <= 4; t++) {
				moment = 1 + .03 * rand()
				for (s = 1; s <= 3; s++)
					for (b = 0; b < 2; b++)
						printf "%s,2026-01-01T00:00:00Z,h,host,local,smoke,%s,main,%s,%s,," \
							"%d,1,%d,%d,0,1000,1,%.6f,,,,ok,\n", run, test[t],
							b ? "b" : "a", t == 2 ? "user" : "xdp", t == 2, r, s,
							20 * t * moment * (1 + .02 * (rand() - .5))
			}
	}'
}

@test "a test made twice as slow is the only regression, and the exit status is 1" {
	samples 20 1 r1 > s.csv
	mlr --csv put '$test == "map/hash/read" {$duration_ns *= 2}' s.csv > slower.csv
	run -1 --separate-stderr regress-detect --exit-code -o v.csv s.csv slower.csv
	[ "$(mlr --icsv --onidx filter '$verdict == "regression"' then count-distinct -f test v.csv)" = "map/hash/read 2" ]
	[ "$(mlr --icsv --onidx count-distinct -f verdict v.csv | sort | tr '\n' ' ')" = "regression 2 unchanged 6 " ]
}

@test "equal builds of one stream are unchanged or inconclusive" {
	samples 20 2 r1 > s.csv
	run -0 --separate-stderr regress-detect --exit-code --baseline a -o v.csv s.csv
	[ "$(mlr --icsv --onidx filter '$verdict != "unchanged" && $verdict != "inconclusive"' then count v.csv)" = 0 ]
}

@test "five rounds are never a regression" {
	samples 5 3 r1 > s.csv
	mlr --csv put '$duration_ns *= 2' s.csv > slower.csv
	run -3 --separate-stderr regress-detect --exit-code -o v.csv s.csv slower.csv
	[ "$(mlr --icsv --onidx count-distinct -f verdict v.csv)" = "inconclusive 8" ]
}

@test "two separate runs without a control say nothing" {
	samples 20 4 r1 | mlr --csv filter '$control == 0' > one.csv
	samples 20 5 r2 | mlr --csv filter '$control == 0' then put '$duration_ns *= 2' > two.csv
	run -3 --separate-stderr regress-detect --exit-code -o v.csv one.csv two.csv
	[ "$(mlr --icsv --onidx count-distinct -f verdict v.csv)" = "inconclusive 6" ]
}

@test "two separate runs whose control moved are contaminated" {
	samples 20 4 r1 > one.csv
	samples 20 5 r2 | mlr --csv put '$duration_ns *= 2' > two.csv
	run -3 --separate-stderr regress-detect --exit-code -o v.csv one.csv two.csv
	[ "$(mlr --icsv --onidx count-distinct -f verdict v.csv)" = "contaminated 8" ]
}

@test "two separate runs with a control that agrees find what became slower" {
	samples 20 4 r1 > one.csv
	samples 20 5 r2 | mlr --csv put '$test == "map/hash/read" {$duration_ns *= 2}' > two.csv
	run -1 --separate-stderr regress-detect --exit-code -o v.csv one.csv two.csv
	[ "$(mlr --icsv --onidx filter '$verdict == "regression"' then count-distinct -f test v.csv)" = "map/hash/read 2" ]
}
