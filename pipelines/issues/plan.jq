# SPDX-License-Identifier: MIT
# What is to be done about issues: a pure function of what was found and of what is there.
#
# in:  {findings: [verdict.csv of history], confirmed: [rows of confirm], issues: [of the API], env: {...}}
# out: a list of actions, in order:
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

# What history says of the series of an open issue, the worst first. No finding, nothing to do.
def follow($found):
  . as $issue
  | [.saved.series[]? as $k | $found[$k] // empty] as $rows
  | if .names | index("performance-accepted") then
      {do: "comment", number: .number, id: "accepted", body: "The change is accepted: later builds are compared with the level since \(.saved.current_build // "" | code)."},
      {do: "close", number: .number, reason: "completed"}
    elif ($rows | length) == 0 then empty
    else
      ($rows | worst_first) as $rows
      | $rows[0] as $worst
      | {do: "comment", number: .number, id: "status", body: ($rows | status_text)},
        if $rows | any(.verdict == "suspected") then
          if moved($worst.metric; .saved.current; $worst.current) and .saved.newest_build != $worst.current_build then
            {do: "comment", number: .number, id: "again-\($worst.current_build | @base64)",
             body: "Changed again in \($worst.current_build | code): \($worst.test | code) is at \($worst.current | short), \($worst.ratio | percent) against the level before the regression."},
            {do: "edit", number: .number, body: (.body | set_state($issue.saved + {recovered: [], current: $worst.current, newest_build: $worst.current_build}))}
          elif (.saved.recovered // []) != [] then
            {do: "edit", number: .number, body: (.body | set_state($issue.saved + {recovered: []}))}
          else empty end
        elif $rows | any(.verdict == "improvement") then
          {do: "comment", number: .number, id: "again-\($worst.current_build | @base64)",
           body: "Changed again in \($worst.current_build | code): better than before the regression. The issue stays open. Is the change intended?"},
          (if .saved.better then empty else {do: "edit", number: .number, body: (.body | set_state($issue.saved + {better: true}))} end)
        elif $rows | all(.verdict == "unchanged") then
          ((.saved.recovered // []) + [$worst.current_build] | reduce .[] as $b ([]; if index([$b]) then . else . + [$b] end)) as $recovered
          | (if $recovered != (.saved.recovered // []) then {do: "edit", number: .number, body: (.body | set_state($issue.saved + {recovered: $recovered}))} else empty end),
            (if ($recovered | length) >= recovery_builds and (.saved.better | not) then
              {do: "comment", number: .number, id: "recovered", body: "Back at the old level for \(recovery_builds) builds: \($recovered | map(code) | join(", "))."},
              {do: "close", number: .number, reason: "completed"}
            else empty end)
        else empty end
    end;

# Of several open issues with one key the oldest stays.
def duplicates:
  group_by(.key)[] | sort_by(.number) | .[0].number as $first | .[1:][]
  | {do: "comment", number: .number, id: "duplicate", body: "The same as #\($first)."},
    {do: "close", number: .number, reason: "not_planned"};

def create_regression($env):
  . as $rows | (if length == 1 then .[0] | series_key else .[0] | build_key end) as $key
  | worst_first[0] as $worst
  | {do: "create", key: $key, labels: ["performance-regression"], title: regression_title,
     body: (regression_body($env) | with_hidden($key; {kind: (if ($rows | length) == 1 then "series" else "build" end),
       series: ($rows | map(series_key)), accept: (if ($rows | length) == 1 then $worst | cells else [$worst | .host_class, .track, "", "", "", ""] end), current_build: $worst.current_build, newest_build: $worst.current_build,
       current: (if ($worst.nominated // "") == "" then $worst.current else $worst.nominated end), recovered: []}) | cut(body_limit; "… cut: see the CSV files."))};

# One that a person closes is not filed again until something else is to be told.
def data_issues($kind; $verdicts; $issues; $findings):
  ($issues | map(select(.state == "open"))) as $open
  | ($findings | map(select(.verdict as $v | $verdicts | index($v))) | group_by([.host_class, .track, .suite])) as $bad
  | ($bad[] | (.[0] | scope_key($kind)) as $key | (data_body($kind) | with_hidden($key; {kind: $kind})) as $body
      | ($open | map(select(.key == $key)) | sort_by(.number)[0]) as $issue
      | if $issue == null and ($issues | any(.key == $key and .state == "closed" and (.saved.ended | not) and (.body | gsub("\r"; "")) == $body)) then empty
        elif $issue == null then {do: "create", key: $key, labels: ["performance-data"], title: (data_title($kind) | plain(250)), body: $body}
        elif ($issue.body | gsub("\r"; "")) != $body then {do: "edit", number: $issue.number, body: $body}
        else empty end),
    ([$bad[][0] | scope_key($kind)] as $keys
      | [$findings[] | scope_key($kind)] as $seen
      | $open[] | select(.saved.kind == $kind and (.key as $k | ($keys | index([$k]) | not) and ($seen | index([$k]))))
      | {do: "comment", number: .number, id: "back", body: "The numbers are there again."},
        {do: "close", number: .number, reason: "completed", body: (.saved as $saved | .body | set_state($saved + {ended: true}))});

. as $in
| (.issues | ours) as $issues
| ($issues | map(select(.state == "open"))) as $open
| ($open | map(select(.names | index("performance-regression"))) | group_by(.key) | map(min_by(.number))) as $followed
| (reduce .findings[] as $f ({}; .[$f | series_key] = $f)) as $found
| ([.confirmed[] | select(.confirmed == "1")] | unique_by(cells) | unfiled($issues)) as $new
| [($open | duplicates),
   ($followed[] | follow($found)),
   ($new | group_by([.host_class, .track, .current_build])[]
     | if length > single_issues then create_regression($in.env) else map([.])[] | create_regression($in.env) end),
   data_issues("stale"; ["stale"]; $issues; $in.findings),
   data_issues("missing"; ["missing", "failed"]; $issues; $in.findings)]
