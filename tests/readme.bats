#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The README's examples are run, as they stand there.

load helpers

# The code blocks marked sh, one after the other.
examples() {
  awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$TOP/README.md"
}

@test "the README has at least four examples, and all of them work" {
  requires bpf
  [ "$(grep -c '^```sh$' "$TOP/README.md")" -ge 4 ]
  ln -s "$TOP/bpf" bpf
  examples >examples.sh
  bash -euo pipefail examples.sh >out.txt 2>err.txt || {
    cat err.txt
    false
  }
  assert_contains "$(cat out.txt)" value_duration_ns
  assert_contains "$(cat out.txt)" ratio_low
  assert_contains "$(cat out.txt)" map/hash/read
}

@test "every file that the README names is there" {
  local path
  while read -r path; do
    [ -e "$TOP/$path" ] || {
      echo "not there: $path"
      false
    }
  done < <(grep -oE '\]\([^)#]+\)' "$TOP/README.md" | tr -d '()]' | grep -v '^http')
}
