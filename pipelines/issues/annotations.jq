# SPDX-License-Identifier: MIT
# Verdicts → annotations of a workflow: at most as many as are shown for a step.
include "text";

def escape: gsub("%"; "%25") | gsub("\r"; "%0D") | gsub("\n"; "%0A");
def escape_property: escape | gsub(":"; "%3A") | gsub(","; "%2C");
def most: 10;

map(select(.severity == "bad" or .severity == "trouble")) | worst_first as $all
# What tells two of one name apart.
| ([$all[] | [.track, .host_class]] | unique | length > 1) as $several
| ($all[:(if ($all | length) > most then most - 1 else most end)][]
  | "::warning title=\("\(.verdict): \(.test)\(if $several then " (\(.track), \(.host_class))" else "" end)" | plain(120) | escape_property)::\("\(.metric) \(.ratio | percent) (\(.baseline_build) to \(.current_build)) \(.reason // "")" | plain(300) | escape)"),
  (if ($all | length) > most then "::warning title=more::\(($all | length) - most + 1) more: see the summary" else empty end)
