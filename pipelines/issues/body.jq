# SPDX-License-Identifier: MIT
# The text of issues. All values come from CSV and are text from outside.
include "text";
include "state";

def unit: if .metric == "duration_ns" then "ns" elif .metric == "instructions" then "instructions" else "" end;
# "+3.1 %" without the sign and the unit.
def bare: percent | ltrimstr("+") | rtrimstr(" %");
# What was found in words, of one series that is worse: a count is more, a time is slower.
def found:
  (if .metric == "instructions"
   then "takes **\((.current | number) - (.baseline | number) | short) more instructions** (\(.ratio | percent), in \(.rounds | short) boots of each kernel)"
   else "is **slower by \(.ratio | bare) %** (" + (if (.ratio_low // "") == "" then "" else "\(.ratio_low | bare) to \(.ratio_high | bare) % with \(confidence_pct) % confidence, " end) +
     "\(.metric | code), in \(.rounds | short) rounds)" end)
  + (if (.control // "") == "" then "" else "; controls: \(.control | code)" end);
# A count has no interval: it is exact.
def interval:
  if (.ratio_low // "") == "" then "" elif .ratio_low == .ratio_high then "exact"
  else "\(.ratio_low | percent) … \(.ratio_high | percent)" end;

# What links lead to.
def repository: "\(env.GITHUB_SERVER_URL // "https://github.com")/\(env.GITHUB_REPOSITORY // "OWNER/NAME")";
def is_commit: (. // "") | test("^[0-9a-f]{7,64}$");

def other_kernel: (.base_kernel // "") != "" and (.head_kernel // "") != "" and .base_kernel != .head_kernel;
def other_programs: (.base_commit | is_commit) and (.head_commit | is_commit) and .base_commit != .head_commit;
def in_vm: .runtime == "icount" or .runtime == "kvm";

def table:
  "| test | metric | \(.[0].baseline_build | code) | \(.[0].current_build | code) | change | \(confidence_pct) % interval in these runs | rounds | p |\n" +
  "|---|---|--:|--:|--:|--:|--:|--:|\n" +
  (map("| \(.test | code)\(if .entry_point == "" then "" else " " + (.entry_point | code) end) | \(.metric | code) | \(.baseline | short) | \(.current | short) | \(.ratio | percent) | \(interval) | \(.rounds | short) | \(if interval == "exact" then "" else .p_adjusted | short end) |") | join("\n"));

# The values of one series, build by build. Numbers only, so nothing from outside is drawn.
def plot:
  [(.values // "") | split(" ")[] | tonumber?] as $v
  | if ($v | length) < 3 then ""
    else "~~~mermaid\nxychart-beta\n  title \"the last \($v | length) builds\"\n  y-axis \"\(unit)\"\n  line [\($v | map(tostring) | join(", "))]\n~~~\n" end;

def compare_link:
  if (.base_commit | is_commit) and (.head_commit | is_commit) and .base_commit != .head_commit
  then "\n[What changed between their commits](\(repository)/compare/\(.base_commit)...\(.head_commit))." else "" end;

def pages: env.PAGES_URL // "" | rtrimstr("/");
def test_page:
  .test as $test | "\(.suite) \(.test)" | page_name($test) // empty | "[\($test | code)](\(pages)/t/\(.).html)";
# Pages of runs by the names that confirm gives, which may be anybody's.
def is_page: (. // "") | test("^[a-z0-9.-]+$");
def run_pages:
  [if .head_page | is_page then "[this build](\(pages)/r/\(.head_page).html)" else empty end,
   if (.head_page | is_page) and (.base_page | is_page)
   then "[both builds](\(pages)/compare.html#base=\(.base_page)&head=\(.head_page))" else "[any two builds](\(pages)/compare.html)" end];

def csv_links($name; $place):
  if ($place // "") == "" then "" else
  "\n* \($name): " + (["summary", "rounds", "plan", "environment"]
    | map("[\(.).csv](\(repository)/blob/\(env.RESULTS_BRANCH // "results")/\($place)/\(.).csv)") | join(" · ")) end;

def builds:
  "## Range\n\nFirst seen in \(.current_build | code); the last good build is \(.baseline_build | code)." +
  (if (.base_kernel // "") != "" then (if other_kernel then " Kernels: \(.base_kernel | code), \(.head_kernel | code)." else " Kernel: \(.head_kernel | code)." end) else "" end) +
  compare_link + "\n" +
  csv_links("last good build"; .base_place) + csv_links("this build"; .head_place) +
  (if (env.RUN_URL // "") != "" then "\n* [the run that found it, with raw samples](\(env.RUN_URL))" else "" end) +
  (pages as $pages | if $pages == "" then "" else "\n* pages: " + ([test_page] + run_pages + ["[all tests](\($pages))"] | join(" · ")) end);

# That of every row, as issues are made of one kind only.
def in_test_run: .in_test_run == "1";
def where:
  if (.functions // "") == "" then "" else "## Where\n\nIn instructions an operation of \(.test | code): \(.functions | split(", ") | map(code) | join(", "))." +
    (if .runtime == "kvm" then " (Counted: what else takes time is not known.)" else "" end) + "\n\n" end;

def certainty:
  "## How sure\n\nHistory nominated it; \(.how // "a fresh run" | words) confirmed it. " +
  "Controls: \(if (.control // "") == "" then "none in this comparison" else .control | code end)." +
  (if in_vm and other_kernel and (.test | startswith("baseline/") | not) then "\n\nThe table's values are net: what the test costs beyond the empty program of its type. The plot shows whole values." else "" end);

# One test, and what it is judged with.
def one_test: if .tests == 1 then " TEST=" + ("\(.test | exactly)|^(baseline|control)/" | make_value) else "" end;

# Both builds, as make compare and make profile take them for a VM; nothing where they can't be had.
def both_builds:
  if other_kernel then " BASE=\(.base_kernel | make_name) HEAD=\(.head_kernel | make_name)"
  elif other_programs then " KERNEL=\(.head_kernel | make_name) BASE=rev:\(.base_commit) HEAD=rev:\(.head_commit)"
  else "" end;

# They run as they stand, in a clone of the repository on a machine of that architecture.
def reproduce:
  "## Reproduce\n\n" + (
    if in_vm and both_builds != "" then
      "make deps RUNTIME=\(.runtime | make_name)\n" +
      "make compare\(both_builds) SUITE=\(.suite | make_name) RUNTIME=\(.runtime | make_name) TRACK=\(.track | make_name)\(one_test)"
    elif other_programs then
      "git checkout \(.head_commit)\nmake deps\n" +
      "make compare BASE=rev:\(.base_commit) SUITE=\(.suite | make_name)\(one_test)"
    else
      "make deps\nmake bench SUITE=\(.suite | make_name) TRACK=\(.track | make_name)\(one_test)   # on both builds"
    end | fenced("sh"));

# In a VM, which has no perf, instructions are profiled, whatever was measured.
def profile:
  (if .tests == 1 then .test | exactly else "." end) as $tests
  | "## Profile\n\nRun it on your own machine, or as a workflow whose artifacts are the traces" +
    (if .runtime == "kvm" then "; a VM's time can't be profiled, so these count instructions by function" else "" end) + ":\n\n" +
    ("make deps profile TEST=\($tests | make_value) SUITE=\(.suite | make_name)" +
     (if in_vm then " RUNTIME=icount\(both_builds)" elif other_programs then " BASE=rev:\(.base_commit)" else "" end) + "\n" +
     "gh workflow run perf.yml -f profile=true -f tracks=\(.track | shell) -f suites=\(.suite | shell) -f tests=\($tests | shell)" +
     (if in_vm and other_kernel then " -f runtime=icount -f kernels=\("\(.base_kernel) \(.head_kernel)" | shell)"
      else " -f runtime=\(.runtime // "" | shell)" end) + "\n" +
     "gh run download --pattern 'profile-*'   # when it has ended; asks which run" | fenced("sh"));

def ending:
  "## If the change is intended\n\nSet the label <code>\(labels.accepted.name)</code> on this issue, or add the build to <code>pipelines/judge/markers.csv</code>. Later builds are then compared with the new level.\n\n" +
  "## How this issue ends\n\nIt closes when the change is accepted, or when \(recovery_builds) builds are back at the old level. A further change is commented and leaves it open. If a person closes it, the same build is not filed again. One comment below shows the newest build.";

# [series...] of one build, the worst first; .[0] has what all share.
def regression_body:
  worst_first as $all
  | ($all | length) as $n
  | $all[0] + {tests: $n}
  | ((if $n == 1 then "The test \(.test | code) of the suite \(.suite | code) \(found). Track \(.track | code), measured on \(.host_class | code)."
      else "**\($n) series** of the track \(.track | code) became slower in one build, by up to **\(.ratio | percent)**, measured on \(.host_class | code). One cause is likely, so this is one issue." end)
     + (if in_test_run then "\n\n**All of it lies in the kernel's own test run**, which runs a program for a measurement. No program pays for it elsewhere, so this is accepted, and closes by itself." else "" end)
     + "\n\n" + ($all | table | cut(30000; "… and more: see the CSV files below.")) + "\n\n" + plot + "\n" + ([$all[] | select((.functions // "") != "")][0] // {} | where) + builds + "\n\n" + certainty + "\n\n" + reproduce + "\n\n"
     + profile + "\n\n" + ending);

def regression_title:
  worst_first as $all | $all[0]
  | if ($all | length) == 1 then "\(.test | plain(120)): \(.ratio | percent) \(.metric | plain(30))\(interval | if . == "" or . == "exact" then "" else " (\(.))" end) in \(.current_build | plain(60))"
    else "\($all | length) tests slower, by up to \(.ratio | percent), in \(.current_build | plain(60)) (\(.track | plain(40)))" end
  | . + (if $all[0] | in_test_run then ", in the kernel's test run only" else "" end) | plain(250);

# The comment that is kept up to date.
def status_text:
  "Newest build: \(.[0].current_build | code)\n\n" +
  "| test | metric | level before | now | change | history says |\n|---|---|--:|--:|--:|---|\n" +
  (map("| \(.test | code) | \(.metric | code) | \(.baseline | short) | \(.current | short) | \(.ratio | percent) | \(.verdict | words)\(if (.reason // "") == "" then "" else ": " + (.reason | code) end) |") | join("\n")
   | cut(30000; "… and more."));

def data_title($kind):
  .[0] | if $kind == "stale" then "No new results of \(.suite | plain(40)) on \(.track | plain(60)) (\(.host_class | plain(80)))"
  else "Tests of \(.suite | plain(40)) give no number on \(.track | plain(60)) (\(.host_class | plain(80)))" end;

def data_body($kind):
  . as $all | .[0]
  | (if $kind == "stale" then "The newest results of the suite \(.suite | code) on the track \(.track | code), measured on \(.host_class | code), are older than \(stale_days) days, so no regression would be seen. Newest build: \(.current_build | code).\n\nLook at the newest runs of the workflow that measures them, and at its schedule: GitHub stops schedules after 60 days without a commit. If the track is given up, close this issue; it is not filed again for this build."
     else "These tests of the suite \(.suite | code) on the track \(.track | code), measured on \(.host_class | code), gave a number before and give none now:\n\n| test | entry point | state | reason |\n|---|---|---|---|\n" +
       ($all | group_by([.test, .entry_point]) | map(.[0] | "| \(.test | code) | \(.entry_point | code) | \(.verdict | words) | \(.reason | code) |") | join("\n") | cut(50000; "… and more."))
       + "\n\nIf a test was taken out on purpose, add a row to <code>pipelines/judge/markers.csv</code>. If a person closes this issue, the same tests are not filed again." end)
  + "\n\nThis issue closes by itself when the numbers are there again.";
