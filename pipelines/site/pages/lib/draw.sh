# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154
# From the state to the site: pages, scripts and charts. Sourced by ../site.

# A CSV of verdicts as TSV in one order of columns; a metric is named without value_, median_ or average_.
verdict_columns=host_class,track,suite,test,entry_point,metric,baseline_build,current_build,baseline,current
verdict_columns=$verdict_columns,ratio,ratio_low,ratio_high,margin_pct,verdict,severity,reason,first_bad_build
export verdict_columns
verdict_rows() {
	mlr --icsv --otsv --ho template -f "$verdict_columns" then \
		put -S '$metric = sub($metric, "^(value|median|average)_", "")' "$@" ||
		die "verdicts cannot be read: $*"
}

# Verdicts on the newest runs: those stored with them, then those that were given (the later row counts).
judgements() {
	awk -F '\t' '{ last[$2] = $12 } END { for (l in last) print last[l] "/verdict.csv" }' "$work/runs" | existing >"$work/verdict-files"
	: >"$work/verdicts"
	while IFS= read -r file; do verdict_rows "$roots/$file" >>"$work/verdicts"; done <"$work/verdict-files"
	[ -z "$verdicts" ] || verdict_rows "$verdicts" >>"$work/verdicts"
	: >"$work/changes"
	[ -z "$changes" ] || verdict_rows "$changes" >"$work/changes"
	: >"$work/events"
	[ -z "$events" ] || mlr --icsv --otsv --ho \
		template -f host_class,track,suite,test,entry_point,metric,build,kind,label,url,reason,comment then \
		put -S '$kind = $kind == "" ? "accepted" : $kind; if ($label == "") {$label = $reason == "" ? $comment : $reason}' \
		"$events" >"$work/events" ||
		die "events cannot be read: '$events'"
}

# Rounds, and CPUs, are drawn of the newest run and of one before: which one, lib/rounds.awk says.
wanted_details() { # rounds or cpus -> $work/NAME.tsv, and its runs in $work/NAME-runs.tsv
	script -v runs="$work/runs" -v verdicts="$work/verdicts" -f "$lib/rounds.awk" | sed "s|\$|/$1.csv|" | existing >"$work/names"
	: >"$work/$1.tsv"
	: >"$work/$1-runs.tsv"
	[ ! -s "$work/names" ] || read_rows "$1" "$work/$1-runs.tsv" >"$work/$1.tsv"
}

# site.js rounds as awk does.
copy_assets() {
	cp "$lib/../assets/site.css" "$lib/../assets/icon.svg" "$out/"
	cat "$lib/decimals.awk" "$lib/../assets/site.js" >"$out/site.js"
}

# Sorted rows of tests on standard input, a test at a time, series by series, in time order.
test_pages() {
	script -v runs="$work/runs" -v verdicts="$work/verdicts" -v changes="$work/changes" -v events="$work/events" \
		-v metrics="$metrics" -v plot="${only_test-}" \
		-f "$lib/chart.awk" -f "$lib/details.awk" -f "$lib/page.awk" -f "$lib/tests.awk"
}

write_pages() {
	wanted_details rounds
	series_keys=$key
	key=${key:+$key,}cpu
	wanted_details cpus
	key=$series_keys
	: >"$work/pages"
	: >"$work/overview.tsv"
	: >"$work/compare.tsv"
	script -v runs="$work/runs" -v rounds_runs="$work/rounds-runs.tsv" -v rounds="$work/rounds.tsv" \
		-v cpus_runs="$work/cpus-runs.tsv" -v cpus="$work/cpus.tsv" -f "$lib/key.awk" "$state/rows.tsv" | sort | test_pages
	cut -f 1 "$work/compare.tsv" | sort -u >"$work/compared"
	sort -t "$tab" -k1,1nr -k2,2r "$work/overview.tsv" |
		script -v runs="$work/runs" -v compared_lines="$work/compared" -f "$lib/overview.awk"
	script -v runs="$work/runs" -v compared_lines="$work/compared" -v metrics="$metrics" -f "$lib/runs.awk" "$state/environments.tsv"
	sort -t "$tab" -k1,1n -k3,3r "$work/compare.tsv" | script -v gp_file="$work/cgp/all.gp" -f "$lib/picture.awk"
	sort -t "$tab" -k1,1n -k2,2nr -k3,3r "$work/compare.tsv" | script -v runs="$work/runs" -f "$lib/comparison.awk"
	# The values of each run, for comparisons: only of runs that are new.
	awk -F '\t' -v known="$known_runs" '$1 > known' "$state/rows.tsv" | sort -s -t "$tab" -k1,1n |
		script -v runs="$work/runs" -v metrics="$metrics" -f "$lib/values.awk"
	remove_old_pages
}

# Pages of tests that are gone, and pictures that are not drawn any more.
remove_old_pages() {
	{
		(cd "$work/gp" && find . -name '*.gp' -exec sed -n "s/^out='\\(.*\\)'\$/\\1/p" {} +) | sed 's/.*/&.svg\n&-dark.svg/'
		sed 's|.*|&.html\n&.csv|' "$work/pages"
	} >"$work/expected"
	(cd "$out/t" && find . -type f) | sed 's|^\./||' >"$work/present"
	awk 'NR == FNR { keep[$0]; next } !($0 in keep)' "$work/expected" "$work/present" | (cd "$out/t" && tr '\n' '\0' | xargs -0 rm -f)
}

# gnuplot draws what is new or has changed, in as many processes as there are processors.
draw_charts() {
	(cd "$work/gp" && find . -name '*.gp' -exec cksum {} +) | sort >"$work/charts"
	comm -23 "$work/charts" "$state/drawn" | awk '{ print $3 }' >"$work/redraw"
	: >"$state/drawn"
	jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
	job=0
	pids=
	while [ "$job" -lt "$jobs" ]; do
		awk -v jobs="$jobs" -v job="$job" 'NR % jobs == job' "$work/redraw" >"$work/redraw.$job"
		{
			echo "term='svg'; themes='light dark'"
			(cd "$work/gp" && tr '\n' '\0' <"$work/redraw.$job" | xargs -0 cat /dev/null)
		} >"$work/draw.$job"
		draw "$out/t" "$work/draw.$job" &
		pids="$pids $!"
		job=$((job + 1))
	done
	drawn=yes
	for pid in $pids; do wait "$pid" || drawn=no; done
	[ "$drawn" = yes ] || die "gnuplot failed (see above)"
	if [ -s "$work/cgp/all.gp" ]; then
		{
			echo "term='svg'; themes='light dark'; narrows=1"
			cat "$work/cgp/all.gp"
			echo "term='png'; themes='light'; narrows=0"
			cat "$work/cgp/all.gp"
		} >"$work/draw.c"
		draw "$out/c" "$work/draw.c" || die "gnuplot failed (see above)"
	fi
	cp "$work/charts" "$state/drawn"
}
draw() { # DIRECTORY COMMANDS
	(cd "$1" && LC_ALL=C.UTF-8 GNUPLOT_LIB=$lib gnuplot "$2" >"$2.log" 2>&1) || {
		head -n 5 "$2.log" >&2
		return 1
	}
	head -n 5 "$2.log" >&2
}
