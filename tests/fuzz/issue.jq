# SPDX-License-Identifier: MIT
# What a body of an issue says to us: in {who, text, is_state, findings}, out true, or an error that says what does not
# hold; before it, what happened, for libFuzzer to learn from.
include "state";
include "actions";

def must($holds; $what): if $holds then . else error($what) end;

. as $in
| ($in.text | @base64) as $encoded
| {number: 1, state: (if $in.who % 2 == 1 then "closed" else "open" end), pull_request: null, state_reason: null,
   user: {type: (if $in.who / 2 % 2 >= 1 then "Bot" else "User" end)},
   author_association: (if $in.who / 4 % 2 >= 1 then "OWNER" else "NONE" end),
   labels: [labels | .regression, (if $in.who / 8 % 2 >= 1 then .accepted else empty end) | {name}],
   body: (if $in.is_state then "<!-- ebpf-performance key: k -->\n<!-- ebpf-performance state: \($encoded) -->\nwords" else $in.text end)} as $issue
| ([[$issue], [$issue]] | listed) as $ours
| ($ours | map(select(.saved != null))) as $readable
| [actions($in.findings; []; $readable)] as $actions
| must(($ours | length) <= 1; "one issue became several")
| must(($issue | by_us) or $ours == []; "a stranger's issue is ours")
| must(($in.is_state and ($issue | by_us)) | not or ($ours | length) == 1; "an issue of ours is not")
| must(($in.is_state | not) or ($readable | all(.saved == ($in.text | fromjson) or (.saved | tojson | test("null|nan"))));
    "a state is not what was hidden")
| must($actions | all(if .do == "create" then .key != null and (.title | length) > 0 else .number == 1 end); "an action is on nothing")
| must($actions | all(.body == null or (.body | type) == "string"); "a body is no text")
| must([$actions[] | select(.do == "edit")] | all([[$issue + {body}]] | listed | length == 1 and .[0].saved != null and .[0].key == $ours[0].key);
    "an edited issue cannot be read any more")
| (($readable[].saved | paths(type != "object") | map(tostring) | join(".") | .[:60]),
   ($actions[] | "\(.do) \(.id // "" | .[:5]) \(.reason)")),
  true
