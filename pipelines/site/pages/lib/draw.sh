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
	awk -F '\t' '{ last[$2] = $12 } END { for (l in last) print last[l] "/verdict.csv" }' "$work/runs" | existing |
		while IFS= read -r file; do verdict_rows "$roots/$file"; done >"$work/verdicts"
	[ -z "$verdicts" ] || verdict_rows "$verdicts" >>"$work/verdicts"
	: >"$work/changes"
	[ -z "$changes" ] || verdict_rows "$changes" >"$work/changes"
	: >"$work/events"
	[ -z "$events" ] || mlr --icsv --otsv --ho \
		template -f host_class,track,suite,test,entry_point,metric,build,kind,label,url,reason,comment then \
		put -S '$kind = $kind == "" ? "accepted" : $kind; if ($label == "") {$label = $reason == "" ? $comment : $reason}' \
		"$events" >"$work/events" ||
		die "events cannot be read: '$events'"
	: >"$work/rates"
	[ -z "${rates-}" ] || mlr --icsv --otsv --ho template -f runtime,planted_pct,judged,suspected,reported,wrong,wrong_pct,at_most_pct \
		"$rates" >"$work/rates" || die "rates cannot be read: '$rates'"
}

# Rounds, and CPUs, are drawn of the newest run and of one before: which one, lib/rounds.awk says.
wanted_details() { # rounds or cpus -> $work/NAME.tsv, and its runs in $work/NAME-runs.tsv
	script -f "$lib/rounds.awk" | sed "s|\$|/$1.csv|" | existing >"$work/names"
	: >"$work/$1-runs.tsv"
	read_rows "$1" "$work/$1-runs.tsv" >"$work/$1.tsv"
}

# site.js rounds as awk does.
copy_assets() {
	cp "$lib/../assets/site.css" "$lib/../assets/icon.svg" "$out/"
	cat "$lib/decimals.awk" "$lib/../assets/site.js" >"$out/site.js"
}

# The rows of the state, a test at a time, series by series, in time order.
test_pages() {
	script -f "$lib/key.awk" "$state/rows.tsv" | sort |
		script -v plot="${only_test-}" -f "$lib/chart.awk" -f "$lib/details.awk" -f "$lib/page.awk" -f "$lib/tests.awk"
}

write_pages() {
	wanted_details rounds
	wanted_details cpus
	: >"$work/pages"
	: >"$work/overview.tsv"
	: >"$work/compare.tsv"
	: >"$work/steps"
	test_pages
	cut -f 1 "$work/compare.tsv" | sort -u >"$work/compared"
	sort -t "$tab" -k1,1nr -k2,2r "$work/overview.tsv" | script -f "$lib/overview.awk"
	script -f "$lib/runs.awk" "$state/environments.tsv"
	sort -t "$tab" -k1,1n -k3,3r "$work/compare.tsv" | script -v gp_file="$work/comparisons.gp" -f "$lib/picture.awk"
	sort -t "$tab" -k1,1n -k2,2nr -k3,3r "$work/compare.tsv" | script -f "$lib/comparison.awk"
	# The values of each run, for comparisons: only of runs that are new.
	awk -F '\t' -v known="$known_runs" '$1 > known' "$state/rows.tsv" | sort -s -t "$tab" -k1,1n | script -f "$lib/values.awk"
	remove_old_pages
}

# Pages of tests that are gone, and pictures that are not drawn any more.
remove_old_pages() {
	{
		find "$work/gp" -name '*.gp' -exec sed -n "s/^out='\\(.*\\)'\$/\\1/p" {} + | sed 's/.*/&.svg\n&-dark.svg/'
		sed 's|.*|&.html\n&.csv|' "$work/pages"
	} | sort >"$work/expected"
	(cd "$out/t" && find . -type f | sed 's|^\./||' | sort | comm -13 "$work/expected" - | tr '\n' '\0' | xargs -0 rm -f)
}

# What is new or has changed, and the comparisons.
draw_charts() {
	find "$work/gp" -name '*.gp' -exec cksum {} + | sort >"$work/charts"
	comm -23 "$work/charts" "$state/drawn" | cut -d ' ' -f 3- >"$work/redraw"
	: >"$state/drawn"
	draw "$out/t" "term='svg'; themes='light dark'" <"$work/redraw"
	if [ -s "$work/comparisons.gp" ]; then
		echo "$work/comparisons.gp" >"$work/redraw"
		draw "$out/c" "term='svg'; themes='light dark'; narrows=1" <"$work/redraw"
		draw "$out/c" "term='png'; themes='light'; narrows=0" <"$work/redraw"
	fi
	cp "$work/charts" "$state/drawn"
}

# gnuplot runs the files of commands that standard input names, in as many processes as there are processors. The colours
# of site.css are light_ink, dark_ink and so on.
draw() { # DIRECTORY SETTINGS
	{
		echo "$2"
		grep -oE -e '--[a-z]+: #[0-9a-f]+' "$lib/../assets/site.css" |
			awk -F '--|: ' '{ print (seen[$2]++ ? "dark_" : "light_") $2 " = \"" $3 "\"" }'
	} >"$work/settings.gp"
	drawn=yes
	(cd "$1" && tr '\n' '\0' | LC_ALL=C.UTF-8 GNUPLOT_LIB=$lib xargs -0 -r -n 20 -P "$(getconf _NPROCESSORS_ONLN || echo 1)" \
		gnuplot -d "$work/settings.gp") >"$work/draw.log" 2>&1 || drawn=no
	head -n 5 "$work/draw.log" >&2
	[ "$drawn" = yes ] || die "gnuplot failed (see above)"
}
