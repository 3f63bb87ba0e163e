# SPDX-License-Identifier: MIT
# Verdicts → markdown: what counts first, the table folded, the worst first, cut to the limits.
include "text";

# A step summary may have 1 MiB; a comment, which shows the same, much less.
def rank: {regression: 0, suspected: 1, failed: 2, missing: 3, contaminated: 4, stale: 5, unstable: 6, inconclusive: 7, improvement: 8, new: 9}[.] // 10;
def distance: .ratio | number | if . == "" or . <= 0 then 0 else log | fabs end;
def count($verdict): map(select(.verdict == $verdict)) | length;
def plural($n; $word): "\($n) \($word)\(if $n == 1 then "" else "s" end)";

def headline:
  if length == 0 then "There is nothing to compare with yet."
  else . as $all
  | [["regression", "regression"], ["suspected", "suspected regression"], ["improvement", "improvement"]]
  | map(. as [$verdict, $word] | ($all | count($verdict)) as $n | select($n > 0 or $verdict == "regression") | plural($n; $word))
  | "**\(join(", "))** in \(plural($all | length; "series" | rtrimstr("s")) | sub("serie$"; "series"))"
    + (if ($all | count("contaminated")) > 0 then ". The control moved too, so nothing follows from this run" else "" end)
    + (($all | map(select(.verdict == "inconclusive" or .verdict == "unstable")) | length) as $n | if $n > 0 then "; of \($n) nothing is shown" else "" end)
    + (($all | map(select(.verdict == "failed" or .verdict == "missing" or .verdict == "stale")) | length) as $n | if $n > 0 then "; \($n) give no number" else "" end) + "."
  end;

def row: "| \(if (.verdict | rank) < 2 then "**\(.verdict | words)**" else .verdict | words end) | \(.test | code) | \(.metric | code) | \(.baseline | short) | \(.current | short) | \(.ratio | percent) | \(if (.ratio_low // "") == "" then "" else "\(.ratio_low | percent) … \(.ratio_high | percent)" end) | \(if (.reason // "") == "" then "" else .reason | code end) |";
def header: "| verdict | test | metric | baseline | current | change | 99 % interval | reason |\n|---|---|---|--:|--:|--:|--:|---|\n";

sort_by([(.verdict | rank), -distance, .test]) as $rows
| ($rows | map(select(.verdict | rank < 2))) as $bad
| "## \($title | plain(100))\n\n" +
  (if ($rows | length) > 0 then "\($rows[0].baseline_build | code) against \($rows[0].current_build | code): " else "" end) + ($rows | headline) + "\n" +
  (if ($bad | length) > 0 then "\n" + header + ($bad[:20] | map(row) | join("\n") | cut(15000; "")) + "\n" else "" end) +
  (if ($rows | length) > 0 then "\n<details><summary>All \($rows | length) series</summary>\n\n" + header + ($rows | map(row) | join("\n") | cut(40000; "… and more, in the CSV files")) + "\n\n</details>\n" else "" end) +
  (if any($rows[]; (.ratio_low // "") != "") then "\nThe interval of a comparison holds for the runs compared only.\n" else "" end)
