#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Fails on purpose; no part of `make check`. tests/check.bats proves with it that a failure is seen.

@test "one and one are three" {
  [ $((1 + 1)) -eq 3 ]
}

@test "one and one are two" {
  [ $((1 + 1)) -eq 2 ]
}

@test "this machine has a command that there is nowhere" {
  skip "of course not"
}
