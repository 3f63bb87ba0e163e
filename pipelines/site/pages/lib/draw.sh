# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154
# From the state to the site: pages, scripts and charts. Sourced by ../site.

# A CSV of verdicts as TSV in one order of columns; a metric is named without value_, median_ or average_.
verdict_columns=host_class,track,suite,test,entry_point,metric,baseline_build,current_build,baseline,current,ratio,ratio_low,ratio_high,verdict,reason,first_bad_build
verdict_rows() {
	mlr --icsv --otsv --ho template -f "$verdict_columns" then put -S '$metric = sub($metric, "^(value|median|average)_", "")' "$@" ||
		die "verdicts cannot be read: $*"
}

# Verdicts on the newest runs: those stored with them, then those that were given (the later row counts).
judgements() {
	: >"$work/verdicts"
	newest_files verdict.csv >"$work/verdict-files"
	while IFS= read -r f; do verdict_rows "$f" >>"$work/verdicts"; done <"$work/verdict-files"
	[ -z "$verdicts" ] || verdict_rows "$verdicts" >>"$work/verdicts"
	: >"$work/changes"
	[ -z "$changes" ] || verdict_rows "$changes" >"$work/changes"
	: >"$work/events"
	[ -z "$events" ] || mlr --icsv --otsv --ho template -f host_class,track,suite,test,entry_point,metric,build,kind,label,url,reason,comment \
		then put -S '$kind = $kind == "" ? "accepted" : $kind; if ($label == "") {$label = $reason == "" ? $comment : $reason}' "$events" >"$work/events" ||
		die "events cannot be read: '$events'"
}

# Paths of a file that lies beside the summary of each line's newest run.
newest_files() {
	awk -F '\t' '{ last[$2] = $12 } END { for (l in last) if (last[l] != "") print last[l] }' "$work/runs" | while IFS= read -r dir; do
		find_beside "$dir" "$1"
	done
}
find_beside() { # DIR NAME
	while IFS= read -r root; do
		[ ! -f "$root/$1/$2" ] || printf '%s\n' "$root/$1/$2"
	done <"$work/roots"
}

# Rounds, and CPUs, are drawn of the newest run and of one before: which one, lib/rounds.awk says.
wanted_details() { # rounds or cpus -> $work/NAME.tsv, and its runs in $work/NAME-runs.tsv
	script -v runs="$work/runs" -v verdicts="$work/verdicts" -f "$lib/rounds.awk" | while IFS= read -r dir; do
		while IFS= read -r root; do
			[ ! -f "$root/$dir/$1.csv" ] || printf '%s\t%s\n' "$root" "$dir/$1.csv"
		done <"$work/roots"
	done >"$work/$1-files"
	: >"$work/$1.tsv"
	: >"$work/$1-runs.tsv"
	while IFS= read -r root; do
		ROOT=$root awk -F '\t' '$1 == ENVIRON["ROOT"] { print $2 }' "$work/$1-files" >"$work/names"
		[ -s "$work/names" ] || continue
		read_rows "$root" "$1" "$work/$1-runs.tsv" "$work/$1-runs.new" <"$work/names" >>"$work/$1.tsv"
		mv "$work/$1-runs.new" "$work/$1-runs.tsv"
	done <"$work/roots"
}

copy_assets() {
	cp "$lib/../assets/site.css" "$lib/../assets/site.js" "$lib/../assets/icon.svg" "$out/"
}

write_pages() {
	wanted_details rounds
	series_keys=$keys
	keys=${keys:+$keys,}cpu
	export SITE_KEYS="$keys"
	wanted_details cpus
	keys=$series_keys
	export SITE_KEYS="$keys"
	# A test at a time, series by series, in time order.
	script -v runs="$work/runs" -v rounds_runs="$work/rounds-runs.tsv" -v rounds="$work/rounds.tsv" \
		-v cpus_runs="$work/cpus-runs.tsv" -v cpus="$work/cpus.tsv" -f "$lib/key.awk" "$state/rows.tsv" |
		sort >"$work/sorted"
	: >"$work/pages"
	: >"$work/overview.tsv"
	: >"$work/compare.tsv"
	script -v runs="$work/runs" -v verdicts="$work/verdicts" -v changes="$work/changes" -v events="$work/events" -v metrics="$metrics" \
		-f "$lib/chart.awk" -f "$lib/details.awk" -f "$lib/page.awk" -f "$lib/tests.awk" "$work/sorted"
	sort "$work/overview.tsv" >"$work/overview"
	cut -f 1 "$work/compare.tsv" | sort -u >"$work/compared"
	script -v runs="$work/runs" -v compared_lines="$work/compared" -f "$lib/overview.awk" "$work/overview" "$work/overview"
	script -v runs="$work/runs" -v compared_lines="$work/compared" -f "$lib/runs.awk" "$state/environments.tsv"
	sort -t "$tab" -k1,1n -k2,2r "$work/compare.tsv" | script -v runs="$work/runs" -v gp_file="$work/cgp/all.gp" -v pages=1 -f "$lib/compare.awk"
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
	awk 'NR == FNR { keep[$0]; next } !($0 in keep)' "$work/expected" "$work/present" | (cd "$out/t" && in_batches | xargs -0 rm -f)
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
			(cd "$work/gp" && in_batches <"$work/redraw.$job" | xargs -0 cat /dev/null)
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
