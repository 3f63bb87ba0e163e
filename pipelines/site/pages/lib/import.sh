# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154,SC2034
# From trees and streams of CSV to the state: rows.tsv and runs.tsv (lib/import.awk says what is in them), and
# environments.tsv. Sourced by ../site. Stored files do not change, so what was read once is not read again;
# if a file did change or go, or what reads them did, all is read anew.

tab=$(printf '\t')
in_batches() { # NULs for xargs; a file's name has no line feed (checked)
	tr '\n' '\0'
}

# awk with what all of the programs share
script() {
	awk -f "$lib/text.awk" -f "$lib/model.awk" "$@"
}

# Operands to roots: a tree as it is; a file or standard input as a file of its own below $work/stream.
collect_sources() {
	n=0
	for source in "$@"; do
		n=$((n + 1))
		if [ "$source" = - ]; then
			cat >"$work/stream/$n:standard input.csv"
		elif [ -d "$source" ]; then
			(cd -- "$source" && pwd) >>"$work/roots"
		elif [ -r "$source" ]; then
			cp -- "$source" "$work/stream/$n:$(basename -- "$source" .csv).csv"
		else
			die "no such file or directory: '$source'"
		fi
	done
	[ "$(find "$work/stream" -name '*.csv' | head -n 1)" = "" ] || printf '%s\n' "$work/stream" >>"$work/roots"
}

# "sum size root<TAB>path" for every file there is, in order. Folders `incomplete`, and those of comparisons, which
# have two dots in their name, are no history.
list_files() {
	while IFS= read -r root; do
		[ -z "$(find "$root" -name '*
*' | head -n 1)" ] || die "a file's name has a line feed in it, below '$root'"
		name=summary.csv
		[ "$root" != "$work/stream" ] || name='*.csv'
		(cd -- "$root" && find . \( -name incomplete -o -name '*..*' \) -prune -o -name "$name" -type f -exec cksum {} +) |
			ROOT=$root awk '{ i = index($0, " ./"); print $1 " " $2 " " ENVIRON["ROOT"] "\t" substr($0, i + 3) }'
	done <"$work/roots" | sort
}

# Names X of value columns value_X, or else median_X or average_X, or plain ones that were asked for.
find_metrics() {
	while IFS= read -r root; do
		awk -F '\t' -v root="$root" '{ i = index($1, " "); r = substr($1, i + 1); sub(/^[0-9]+ /, "", r); if (r == root) print $2 }' "$work/files" >"$work/names"
		[ -s "$work/names" ] || continue
		(cd -- "$root" && in_batches <"$work/names" | xargs -0 awk 'FNR == 1 { print; nextfile }')
	done <"$work/roots" | tr -d '"\r' | sort -u | tr , '\n' | sort -u >"$work/columns"
	grep -qx test "$work/columns" || die "no column 'test' in what was given"
	if [ -n "$values" ]; then
		printf %s "$values" | tr , ' '
	else
		sed -n 's/^value_//p; s/^median_//p; s/^average_//p' "$work/columns" | sort -u | tr '\n' ' '
	fi
}

# Of the files summary.csv named on standard input those that have medians and no values, and a rounds.csv beside
# them, which in schema version 1 called the value of a round its median: the medians over rounds of those.
values_of_rounds() { # ROOT > path and what else names a row, a value a metric
	medians=median_$(printf %s "$metrics" | sed 's/ /,median_/g')
	series=path,host_class,track,suite,build,run_id,test,entry_point${keys:+,$keys}
	(cd -- "$1" && in_batches | xargs -0 awk 'FNR == 1 { if ($0 ~ /(^|,)"?median_/ && $0 !~ /(^|,)"?value_/) print FILENAME; nextfile }' |
		sed -n 's/summary\.csv$/rounds.csv/p' | while IFS= read -r f; do [ ! -f "$f" ] || printf '%s\n' "$f"; done) >"$work/old-files"
	[ -s "$work/old-files" ] || return 0
	in_batches <"$work/old-files" | (cd -- "$1" && xargs -0 mlr --icsv --otsv template -f "$series,$medians" then put '$path = sub(FILENAME, "rounds\.csv$", "summary.csv")' \
		then stats1 -i -a p50 -f "$medians" -g "$series" then rename -r '_p50$,' then template -f "$series,$medians" || echo failed >"$work/failed")
	[ ! -e "$work/failed" ] || die "Miller cannot read the results (see above)"
}

# Rows of the files named on standard input, below a root, through Miller to import.awk.
read_rows() { # ROOT KIND RUNS RUNS_OUT > rows; KIND: summary, rounds or cpus
	fields=host_class,track,suite,test,entry_point,timestamp,build,run_id,runtime,status,reason${keys:+,$keys}
	for m in $metrics; do
		fields=$fields,value_$m,median_$m,average_$m,$m,ci_low_$m,ci_high_$m,low_heap_$m,high_heap_$m,high_heap_share_$m
	done
	: >"$4"
	: >"$work/old.tsv"
	if [ "$2" = summary ] && [ "$1" != "$work/stream" ]; then values_of_rounds "$1" <"$work/names" >"$work/old.tsv"; fi
	in_batches | (cd -- "$1" && xargs -0 mlr --icsv --otsv template -f "$fields" then put -S '$path = FILENAME' ${only_test:+then filter -S '$test == ENV["PLOT_TEST"]'} || echo failed >"$work/failed") |
		script -v metrics="$metrics" -v kind="$2" -v valued="$valued" -v old_values="$work/old.tsv" -v runs="$3" -v runs_out="$4" -f "$lib/import.awk" || exit 2
	[ ! -e "$work/failed" ] || die "Miller cannot read the results (see above)"
}
read_environments() { # ROOT > folder, name, value
	sed -n 's/summary\.csv$/environment.csv/p' | (cd -- "$1" && while IFS= read -r f; do [ ! -f "$f" ] || printf '%s\n' "$f"; done) >"$work/environment-files"
	[ -s "$work/environment-files" ] || return 0
	in_batches <"$work/environment-files" | (cd -- "$1" && xargs -0 mlr --icsv --otsv put -S '$path = sub(FILENAME, "/?environment.csv$", "")' then template -f path,name,value || echo failed >"$work/failed") |
		awk -F '\t' 'NF == 3 && !($1 == "path" && $2 == "name")'
	[ ! -e "$work/failed" ] || die "an environment.csv cannot be read (see above)"
}

import_trees() {
	collect_sources "$@"
	list_files >"$work/files"
	[ -s "$work/files" ] || die "no summary.csv below: $*"
	metrics=$(find_metrics)
	metrics=${metrics% }
	[ -n "$metrics" ] || die "no value column: columns are named value_X, or median_X or average_X, or by --value"
	case $metrics$keys in *[!A-Za-z0-9_.,\ -]*) die "a column's name has characters that are not letters, digits, '_', '.' or '-': '$metrics $keys'" ;; esac
	valued=
	for m in $metrics; do
		! grep -qFx "value_$m" "$work/columns" || valued="$valued $m"
	done
	# What the state was made with: another program or other columns, another state.
	{
		printf '%s\n' "$metrics" "$valued" "$keys" "$out"
		cat "$lib"/*
	} | cksum >"$work/config"
	if [ -e "$state/unfinished" ] || ! cmp -s "$work/config" "$state/config" || ! [ -d "$out/t" ] ||
		[ -n "$(comm -23 "$state/files" "$work/files" 2>/dev/null | head -n 1)" ]; then
		rm -rf "$state/files" "$state/rows.tsv" "$state/runs.tsv" "$state/environments.tsv" "$state/drawn" "$out/t" "$out/r" "$out/l" "$out/c"
		: >"$state/files"
		: >"$state/rows.tsv"
		: >"$state/runs.tsv"
		: >"$state/environments.tsv"
		: >"$state/drawn"
	fi
	echo "a run of site that did not end" >"$state/unfinished"
	cp "$work/config" "$state/config"
	mkdir -p "$out/t" "$out/r" "$out/l" "$out/c"
	comm -13 "$state/files" "$work/files" >"$work/fresh"
	known_runs=$(wc -l <"$state/runs.tsv")
	while IFS= read -r root; do
		ROOT=$root awk -F '\t' '{ r = $1; sub(/^[0-9]+ [0-9]+ /, "", r); if (r == ENVIRON["ROOT"]) print $2 }' "$work/fresh" | sort >"$work/names"
		[ -s "$work/names" ] || continue
		read_rows "$root" summary "$state/runs.tsv" "$work/runs.tsv" <"$work/names" >>"$state/rows.tsv"
		mv "$work/runs.tsv" "$state/runs.tsv"
		read_environments "$root" <"$work/names" >>"$state/environments.tsv"
	done <"$work/roots"
	cp "$work/files" "$state/files"
}

order_runs() {
	sort -t "$tab" -k2,2 -k3,3 -k4,4 -k7,7 -k1,1n "$state/runs.tsv" | script -f "$lib/order.awk" >"$work/runs"
	awk -F '\t' '$13 != "" { if (!n++) first = $8; last = $8 }
		END { if (n) printf "runs without value columns (schema version 1): %d, from build %s to %s; a value of theirs is the median over their rounds\n", n, first, last }' \
		"$work/runs" | sed "s/^/${0##*/}: /" >&2
}
