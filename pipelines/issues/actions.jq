# SPDX-License-Identifier: MIT
# What is to be done about issues: a pure function of what was found and of what is there.
#
# in:  $findings, verdict.csv of history; $confirmed, rows of confirm; $issues, of list_issues
# out: actions, in order:
#   {do: create, key, title, body, labels} · {do: edit, number, body} · {do: comment, number, id, body}
#   {do: close, number, reason, body?}
# A comment's id is hidden in its text: there is at most one of an id at an issue, and it is edited.
include "text";
include "body";
include "state";

# More new series than this in a build of a track: one issue for the build.
def single_issues: 5;
# A timed value that moves by less is the same; of instructions half of one is rounding.
def same_change: 0.03;
def same_count: 0.5;

def moved($metric; $from; $to):
  ($from | number) as $a | ($to | number) as $b
  | if $a == "" or $b == "" or $a <= 0 or $b <= 0 then false
    elif $metric == "duration_ns" then (($b / $a) | log | fabs) > same_change
    else ($b - $a | fabs) > (if $metric == "instructions" then same_count else 0 end) end;

# Whether later builds are compared with the level that the issue is about, which a marker does, not with the old one.
def is_new_level($saved; $level):
  [$saved.baseline, $saved.current, $level | number] as [$old, $new, $now]
  | [$old, $new, $now] | all(. != "" and . > 0) and (($now / $new | log | fabs) < ($now / $old | log | fabs));

# Actions on an issue.
def comment($id; $text): {do: "comment", number, id: $id, body: $text};
def close($reason): {do: "close", number, reason: $reason};
def remembering($change): .saved as $saved | .body | set_state($saved + $change);
def edit($change): {do: "edit", number, body: remembering($change)};

# What history says of the series of an open issue, the worst first. No finding, nothing to do.
def follow($found):
  (.saved.recovered // []) as $recovered
  | ([.saved.series[]? as $k | $found[$k] // empty] | worst_first) as $rows
  | $rows[0] as $worst
  | ($worst.current_build // "") as $build
  | if has_label("accepted") then
      comment("accepted"; "The change is accepted: later builds are compared with the level since \(.saved.current_build // "" | code)."),
      close("completed")
    elif $rows == [] then empty
    else
      comment("status"; $rows | status_text),
      if $rows | any(.severity == "bad") then
        if moved($worst.metric; .saved.current; $worst.current) and .saved.newest_build != $build then
          comment("again-\($build | @base64)";
            "Changed again in \($build | code): \($worst.test | code) is at \($worst.current | short), \($worst.ratio | percent) against the level before the regression."),
          edit({recovered: [], current: $worst.current, newest_build: $build})
        elif $recovered != [] then edit({recovered: []})
        else empty end
      elif $rows | any(.verdict == "improvement") then
        comment("again-\($build | @base64)";
          "Changed again in \($build | code): better than before the regression. The issue stays open. Is the change intended?"),
        (if .saved.better then empty else edit({better: true}) end)
      elif $rows | all(.severity == "good") then
        ($recovered + if $recovered | index([$build]) then [] else [$build] end) as $now
        | (if $now != $recovered then edit({recovered: $now}) else empty end),
          (if ($now | length) >= recovery_builds and (.saved.better | not) then
            comment("recovered"; (if is_new_level(.saved; $worst.baseline) then "A marker takes this level for the new one, and \(recovery_builds) builds are at it"
              else "Back at the old level for \(recovery_builds) builds" end) + ": \($now | map(code) | join(", "))."),
            close("completed")
          else empty end)
      else empty end
    end;

# Of several open issues with one key the oldest stays.
def duplicates:
  group_by(.key)[] | sort_by(.number) | .[0].number as $first | .[1:][]
  | comment("duplicate"; "The same as #\($first)."), close("not_planned");

def create_regression($found):
  worst_first as $rows
  | $rows[0] as $worst
  | (if ($rows | length) == 1 then {key: ($worst | series_key), kind: "series", accept: ($worst | cells)}
     # Of a build all is accepted at once, but not what became slower beside the test run.
     elif $worst | in_test_run then {key: ($worst | build_key), kind: "build", accept_each: ($rows | map(cells))}
     else {key: ($worst | build_key), kind: "build", accept: [$worst | .host_class, .track, "", "", "", ""]} end) as $what
  | {do: "create", key: $what.key,
     # What no program pays for is on record, and done with: accepted, it closes at once.
     labels: ([labels.regression.name] + if $worst | in_test_run then [labels.accepted.name] else [] end), title: regression_title,
     body: (regression_body | with_hidden($what.key; {kind: $what.kind, series: ($rows | map(series_key)), accept: $what.accept, accept_each: $what.accept_each,
       current_build: $worst.current_build, newest_build: $worst.current_build,
       baseline: ($found[$worst | series_key].baseline // ""), current: (if ($worst.nominated // "") == "" then $worst.current else $worst.nominated end), recovered: []})
       | cut(body_limit; "… cut: see the CSV files."))};

# One that a person closes is not filed again until something else is to be told.
def data_issues($kind; $verdicts; $issues; $findings):
  ($issues | map(select(.state == "open"))) as $open
  | ($findings | map(select(.verdict as $v | $verdicts | index($v))) | group_by([.host_class, .track, .suite])) as $bad
  | ($bad[] | (.[0] | scope_key($kind)) as $key | (data_body($kind) | with_hidden($key; {kind: $kind})) as $body
      | ($open | map(select(.key == $key)) | sort_by(.number)[0]) as $issue
      | if $issue == null and ($issues | any(.key == $key and .state == "closed" and (.saved.ended | not) and (.body | gsub("\r"; "")) == $body)) then empty
        elif $issue == null then {do: "create", key: $key, labels: [labels.data.name], title: (data_title($kind) | plain(250)), body: $body}
        elif ($issue.body | gsub("\r"; "")) != $body then {do: "edit", number: $issue.number, body: $body}
        else empty end),
    ([$bad[][0] | scope_key($kind)] as $keys
      | [$findings[] | scope_key($kind)] as $seen
      | $open[] | select(.saved.kind == $kind and (.key as $k | ($keys | index([$k]) | not) and ($seen | index([$k]))))
      | comment("back"; "The numbers are there again."), close("completed") + {body: remembering({ended: true})});

def actions($findings; $confirmed; $issues):
  ($issues | map(select(.state == "open"))) as $open
  | (reduce $findings[] as $f ({}; .[$f | series_key] = $f)) as $found
  | ($open | duplicates),
    ($open | map(select(has_label("regression"))) | group_by(.key)[] | min_by(.number) | follow($found)),
    ([$confirmed[] | select(.confirmed == "1")] | unique_by(cells) | unfiled($issues) | group_by([.host_class, .track, .current_build, in_test_run])[]
      | (if length > single_issues then . else .[] | [.] end) | create_regression($found)),
    data_issues("stale"; ["stale"]; $issues; $findings),
    data_issues("missing"; ["missing", "failed"]; $issues; $findings);
