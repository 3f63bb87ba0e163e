#!/usr/bin/env bats
# stats-reduce as a black box.

bats_require_minimum_version 1.5.0

setup() {
	PATH="$BATS_TEST_DIRNAME/../build/bin:$PATH"
	cd "$BATS_TEST_TMPDIR"
}

@test "numbers of a group are those of R" {
	# R: x <- c(3, 1, 4, 1, 5, 9, 2, 6); mean(x) median(x) sd(x) mad(x, constant = 1)
	#    quantile(x, c(.95, .99)): 3.875 3.5 2.748376 2 7.95 8.79
	printf 'v\n3\n1\n4\n1\n5\n9\n2\n6\n' > x.csv
	printf 'g,v\na,3\na,1\na,4\na,1\na,5\na,9\na,2\na,6\n' > x.csv
	stats-reduce --by g --value v x.csv > out.csv
	run mlr --icsv --onidx --ofmt %.6lf cut -o -f average_v,median_v,stddev_v,mad_v,p95_v,p99_v,min_v,max_v out.csv
	[ "$output" = "3.875000 3.500000 2.748376 2 7.950000 8.790000 1 9" ]
}

@test "empty input is an error" {
	run -2 --separate-stderr stats-reduce /dev/null
	[[ "$stderr" == *"empty input"*"/dev/null"* ]]
}
