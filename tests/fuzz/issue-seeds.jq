# SPDX-License-Identifier: MIT
# What tests/fuzz/issue.c begins with: the body of an issue of what was $found, or the state that is hidden in it, $what is
# wanted.
include "state";
include "actions";

[actions($found[0]; $found[0] | map(. + {confirmed: "1"}); []) | select(.do == "create")][0].body
| if $what == "state" then "6" + (hidden("state") | @base64d) else "&" + . end
