#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The README's examples are run, as they stand there, and files that pages name are there.
# bats file_tags=alone

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
  assert_contains "$(cat out.txt)" "verified jited maps"
  assert_contains "$(cat out.txt)" ratio_low
  assert_contains "$(cat out.txt)" map/hash/read
}

@test "every file that a page of this repository links to is there" {
  local page path
  while read -r page; do
    while read -r path; do
      [ -e "$TOP/$(dirname "$page")/$path" ] || echo "$page: not there: $path"
    done < <(grep -oE '\]\([^)#]+' "$TOP/$page" | cut -c 3- | grep -v '^http')
  done < <(git -C "$TOP" ls-files '*.md') >missing.txt
  assert_equal "$(cat missing.txt)" ''
}
