#!/usr/bin/env bats
# The order statistics and rank tests of tools/lib against R, enumeration and what must hold.

load helpers

setup() {
  cd "$TOP" || return 1
}

@test "exact tests, estimates and intervals equal R's wilcox.test" {
  run -0 build/tests/statistics oracle tests/statistics/oracle.csv
  [ "$output" = "665 comparisons" ]
}

@test "the stored numbers of R are what R says today" {
  command -v Rscript > /dev/null || skip "R is not installed"
  Rscript tests/statistics/oracle.R > "$BATS_TEST_TMPDIR/oracle.csv"
  run -0 build/tests/statistics oracle "$BATS_TEST_TMPDIR/oracle.csv"
  [ "$output" = "665 comparisons" ]
}

@test "exact tests with ties and zeros equal enumeration for every small n" {
  build/tests/statistics enumerate
}

@test "order-statistic intervals have the published ranks, and are the narrowest that cover" {
  build/tests/statistics intervals
}

@test "swapping the sides mirrors tests and intervals, over thousands of random inputs" {
  build/tests/statistics properties
}

@test "a wrong number of the oracle is noticed" {
  sed '2s/0.5,1,/0.5,0.99,/' tests/statistics/oracle.csv > "$BATS_TEST_TMPDIR/oracle.csv"
  run -1 build/tests/statistics oracle "$BATS_TEST_TMPDIR/oracle.csv"
}
