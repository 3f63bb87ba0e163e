# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034
#
# What the scripts of this folder share; sourced, never run. They work in the top folder, with the tools on the path and
# a folder `work` of their own.

top=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$top/build/bin:$PATH
cd "$top" || exit
. pipelines/lib.sh
make_scratch
work=$scratch

# The table that a script prints in the end.
row() { # WHAT MEASURED GOAL
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$work/table"
}

show_rows() {
	mlr --itsv --opprint --barred --implicit-tsv-header label what,measured,goal "$work/table"
}

# The seconds that a command takes; its output goes to standard error.
seconds() { # COMMAND...
	begin=$(date +%s.%N)
	"$@" >&2
	end=$(date +%s.%N)
	awk -v begin="$begin" -v end="$end" 'BEGIN { printf "%.2f\n", end - begin }'
}

# samples.csv that nobody measured: tests of two builds, 10 samples a round.
made_up_samples() { # ROWS [TESTS]
	awk -v rows="$1" -v tests="${2:-50}" 'BEGIN {
		srand(1)
		print "test,build,round,sample,duration_ns,kernel_ns"
		for (round = 1; n < rows; round++)
			for (test = 1; test <= tests; test++)
				for (s = 1; s <= 10; s++)
					for (b = 1; b <= 2 && n < rows; b++) {
						n++
						printf "map/hash/operation%d,6.12.%d,%d,%d,%.12f,%d\n", test, b, round, s, 20 + test + rand(), 20 + test
					}
	}' | mlr --csv put '$run_id = "20260101t000000z-1"; $timestamp = "2026-01-01T00:00:00Z"; $host_class = "intel-xeon-8370c-kvm";
		$runtime = "host"; $track = "debian-6.12"; $suite = "core"; $entry_point = "read"; $program_type = "xdp";
		$program_hash = "0123456789abcdef"; $control = 0; $boot = 1; $cpu = 0; $iterations = 100000; $operations = 1;
		$status = "ok"' then template -f "$(results-schema/columns --header samples)"
}
