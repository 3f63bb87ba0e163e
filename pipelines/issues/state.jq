# SPDX-License-Identifier: MIT
# Keys and state of series, hidden in the bodies of issues. They are believed of issues with our label that
# no stranger wrote, as a maintainer may label a stranger's issue.
include "text";

# People see them and set them.
def labels: {
  regression: {name: "performance-regression", color: "b60205", description: "A build became slower, confirmed by a fresh measurement"},
  data: {name: "performance-data", color: "fbca04", description: "Performance results are stale or missing"},
  accepted: {name: "performance-accepted", color: "0e8a16", description: "This change of performance is intended: the new level counts"}};
def has_label($which): .names | index(labels[$which].name);

def cells: [.host_class, .track, .suite, .test, .entry_point, .metric];

# A short name for a list of text: three polynomials modulo primes, 96 bits. jq has no hash, and the
# names of hundreds of series must have room in one issue.
def digest:
  join("\u001f") | explode
  | reduce .[] as $c ([1, 1, 1]; [(.[0] * 1117 + $c) % 4294967291, (.[1] * 1213 + $c) % 4294967279, (.[2] * 1319 + $c) % 4294967231])
  | map(tostring) | join("-") | @base64;
def series_key: cells | digest;
def scope_key($kind): [$kind, .host_class, .track, .suite] | digest;
def build_key: ["build", .host_class, .track, .current_build] | digest;

def hidden($name): (. // "") | capture("<!-- ebpf-performance \($name): (?<v>[A-Za-z0-9+/=]*) -->") .v? // null;
def with_hidden($key; $state):
  "<!-- ebpf-performance key: \($key) -->\n<!-- ebpf-performance state: \($state | tojson | @base64) -->\n" + .;
def set_state($state):
  sub("<!-- ebpf-performance state: [A-Za-z0-9+/=]* -->"; "<!-- ebpf-performance state: \($state | tojson | @base64) -->");

# Written by a bot, which only a repository's owners install, or by one of them and their people: else by a stranger.
def by_us: .user.type == "Bot" or (.author_association | IN("OWNER", "MEMBER", "COLLABORATOR"));

# Whether it is what create_regression and data_issues hide: what else is there may be of any type.
def is_state:
  def text: . == null or type == "string";
  def texts: . == null or (type == "array" and all(.[]; type == "string"));
  def cells: texts and (. == null or length == 6);
  type == "object" and (.kind | text) and (.current_build | text) and (.newest_build | text)
  and (.current | text or type == "number") and (.series | texts) and (.recovered | texts)
  and (.accept | cells) and (.accept_each | . == null or (type == "array" and all(.[]; . != null and cells)));

# Of listed issues those with a key of ours, and with `saved`, which is null where the state cannot be read.
def ours:
  map(select((.pull_request // null) == null and by_us)
    | . + {key: (.body | hidden("key")), names: [.labels[]?.name]}
    | select(.key != null and (.names - (.names - [labels[].name])) != [])
    | . + {saved: ((try (.body | hidden("state") | @base64d | fromjson) catch null) | if is_state then . else null end)});

# Ours of the answers to several requests, which may have one issue twice.
def listed: add // [] | unique_by(.number) | ours;

def first_bad: if (.first_bad_build // "") != "" then .first_bad_build else .current_build end;

# Of rows of suspected series, those that no issue tells of: none is open for the series, and none that
# a person closed, or that was accepted, is about the same build of it. One that closed by itself is over.
def unfiled($issues):
  ([$issues[] | select(.state == "open") | .saved.series[]?]
    + [$issues[] | select(.state == "closed" and .saved.recovered != null and (.saved.recovered | length) < recovery_builds
        and (.state_reason // "") != "duplicate") as $i
      | $i.saved.series[]? as $k | "\($k) \($i.saved.current_build)"]) as $known
  | map(select(series_key as $k | first_bad as $b
      | ($known | index($k) | not) and ($known | index("\($k) \($b)") | not)));
