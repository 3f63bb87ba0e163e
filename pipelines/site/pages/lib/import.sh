# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154,SC2034
# From trees and streams of CSV to the state: rows.tsv and runs.tsv (lib/import.awk says what is in them), and
# environments.tsv. Sourced by ../site and ../plot. What was read once is not read again; if a file changed or went, or
# what reads them changed, all is read anew.

tab=$(printf '\t')
work=$state/run
roots=$work/roots
templates=$work/templates
export out work templates
mkdir -p "$roots" "$work/gp"

in_batches() { # COMMAND...: over the files named on standard input, below $roots
	(cd "$roots" && tr '\n' '\0' | xargs -0 "$@") || : >"$work/failed"
}
existing() {
	while IFS= read -r file; do [ ! -f "$roots/$file" ] || printf '%s\n' "$file"; done
}
check_batches() { [ ! -e "$work/failed" ] || die "Miller cannot read the results (see above)"; }

# awk with what all of the programs share
script() {
	awk -f "$lib/decimals.awk" -f "$lib/text.awk" -f "$lib/template.awk" -f "$lib/model.awk" "$@"
}

# Each operand becomes a folder of $roots, by its number; a file there is NUMBER/NAME.csv/summary.csv.
collect_sources() {
	n=0
	for source in "$@"; do
		n=$((n + 1))
		if [ -d "$source" ]; then
			(cd -- "$source" && pwd) >>"$work/trees"
			ln -s "$(tail -n 1 "$work/trees")" "$roots/$n"
			continue
		fi
		name=$(basename -- "$source" .csv).csv
		[ "$source" != - ] || name='standard input.csv'
		[ "$source" = - ] || [ -r "$source" ] || die "no such file or directory: '$source'"
		mkdir -p "$roots/$n/$name"
		cat "$source" >"$roots/$n/$name/summary.csv"
	done
}

# "sum size path" of every file there is, in order. Folders `incomplete`, and those of comparisons, which have two dots
# in their name, are no history.
list_files() {
	cd "$roots" || exit
	[ -z "$(find -H ./* -name '*
*' | head -n 1)" ] || die "a file's name has a line feed in it: $*"
	find -H -- * \( -name incomplete -o -name '*..*' \) -prune -o -name summary.csv -type f -exec cksum {} + | sort
}

# Names X of value columns value_X, or else median_X or average_X, or plain ones that were asked for.
find_metrics() {
	cut -d ' ' -f 3- "$work/files" | in_batches awk 'FNR == 1 { print; nextfile }' |
		tr -d '"\r' | sort -u | tr , '\n' | sort -u >"$work/columns"
	grep -qx test "$work/columns" || die "no column 'test' in what was given"
	metrics=$(printf %s "$value" | tr , ' ')
	[ -n "$metrics" ] || metrics=$(sed -n 's/^value_//p; s/^median_//p; s/^average_//p' "$work/columns" | sort -u | xargs)
	[ -n "$metrics" ] || die "no value column: columns are named value_X, or median_X or average_X, or by --value"
	case $metrics in
	*[!A-Za-z0-9_.\ -]*) die "a column's name has characters that are not letters, digits, '_', '.' or '-': '$metrics'" ;;
	esac
	valued=
	export metrics valued
	for m in $metrics; do
		! grep -qFx "value_$m" "$work/columns" || valued="$valued $m"
	done
}

# Of the files summary.csv named on standard input those that have medians and no values, and a rounds.csv beside
# them, which in schema version 1 called the value of a round its median: the medians over rounds of those.
values_of_rounds() { # > path and what else names a row, a value a metric
	medians=median_$(printf %s "$metrics" | sed 's/ /,median_/g')
	series=path,host_class,track,suite,build,run_id,test,entry_point
	in_batches awk 'FNR == 1 { if ($0 ~ /(^|,)"?median_/ && $0 !~ /(^|,)"?value_/) print FILENAME; nextfile }' |
		sed -n 's/summary\.csv$/rounds.csv/p' | existing >"$work/old-files"
	[ -s "$work/old-files" ] || return 0
	in_batches mlr --icsv --otsv template -f "$series,$medians" then \
		put '$path = sub(FILENAME, "rounds\.csv$", "summary.csv")' then stats1 -i -a p50 -f "$medians" -g "$series" then \
		rename -r '_p50$,' then template -f "$series,$medians" <"$work/old-files"
}

# Rows of the files named in $work/names through Miller to import.awk.
read_rows() { # KIND RUNS > rows; adds to the table RUNS; KIND: summary, rounds or cpus
	fields=host_class,track,suite,test,entry_point,timestamp,build,run_id,runtime,status,reason,cpu
	for m in $metrics; do
		fields=$fields,value_$m,median_$m,average_$m,$m,ci_low_$m,ci_high_$m,low_heap_$m,high_heap_$m,high_heap_share_$m
	done
	: >"$work/old.tsv"
	: >"$work/new-runs"
	[ "$1" != summary ] || values_of_rounds <"$work/names" >"$work/old.tsv"
	in_batches mlr --icsv --otsv template -f "$fields" then put -S '$path = FILENAME' \
		${only_test:+then filter -S '$test == ENV["test"]'} <"$work/names" |
		script -v kind="$1" -v old_values="$work/old.tsv" -v known="$(wc -l <"$2")" -v new_runs="$work/new-runs" \
			-f "$lib/import.awk" || exit 2
	check_batches
	cat "$work/new-runs" >>"$2"
}
read_environments() { # > folder, name, value
	sed 's/summary\.csv$/environment.csv/' "$work/names" | existing >"$work/environment-files"
	[ -s "$work/environment-files" ] || return 0
	in_batches mlr --icsv --otsv put -S '$path = sub(FILENAME, "/environment.csv$", "")' then \
		template -f path,name,value <"$work/environment-files" | awk -F '\t' 'NF == 3 && !($1 == "path" && $2 == "name")'
	check_batches
}

# Is the state of these files, and of these programs?
state_fits() {
	{
		printf '%s\n' "$metrics" "$valued" "$out"
		cat "$work/trees"
		cat "$lib"/* "$templates" "$lib/../assets/site.css"
	} | cksum >"$work/config"
	[ ! -e "$state/unfinished" ] && cmp -s "$work/config" "$state/config" && [ -d "$out/t" ] &&
		[ -z "$(comm -23 "$state/files" "$work/files" | head -n 1)" ]
}

import_trees() {
	: >"$work/trees"
	cat "$lib"/../templates/*.html >"$templates"
	collect_sources "$@"
	(list_files "$@") >"$work/files"
	[ -s "$work/files" ] || die "no summary.csv below: $*"
	find_metrics
	if ! state_fits; then
		rm -rf "$out/t" "$out/r" "$out/l" "$out/c"
		for table in files rows.tsv runs.tsv environments.tsv drawn; do : >"$state/$table"; done
	fi
	echo "a run of site that did not end" >"$state/unfinished"
	cp "$work/config" "$state/config"
	mkdir -p "$out/t" "$out/r" "$out/l" "$out/c"
	known_runs=$(wc -l <"$state/runs.tsv")
	comm -13 "$state/files" "$work/files" | cut -d ' ' -f 3- | sort >"$work/names"
	if [ -s "$work/names" ]; then
		read_rows summary "$state/runs.tsv" >>"$state/rows.tsv"
		read_environments >>"$state/environments.tsv"
	fi
	cp "$work/files" "$state/files"
}

order_runs() {
	sort -t "$tab" -k2,2 -k3,3 -k4,4 -k7,7 -k1,1n "$state/runs.tsv" | script -f "$lib/order.awk" >"$work/runs"
	awk -F '\t' -v name="${0##*/}" '$13 != "" { if (!n++) first = $8; last = $8 }
		END { if (n) printf "%s: runs without value columns (schema version 1): %d, from build %s to %s; " \
			"a value of theirs is the median over their rounds\n", name, n, first, last > "/dev/stderr" }' "$work/runs"
}
