#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The order statistics, rank tests and dips of tools/lib against R, enumeration and what must hold.

load helpers

setup() {
  cd "$TOP" || return 1
}

@test "exact tests, estimates and intervals equal R's wilcox.test, dips its package diptest" {
  run -0 build/tests/statistics oracle tests/statistics/oracle.csv
  [ "$output" = "763 comparisons" ]
}

@test "the stored numbers of R are what R says today" {
  command -v Rscript >/dev/null || skip "R is not installed"
  Rscript -e 'library(diptest)' 2>/dev/null || skip "R's package diptest is not installed"
  Rscript tests/statistics/oracle.R >"$BATS_TEST_TMPDIR/oracle.csv"
  run -0 build/tests/statistics oracle "$BATS_TEST_TMPDIR/oracle.csv"
  [ "$output" = "763 comparisons" ]
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

# bats test_tags=slow
@test "one-humped noise is taken for two heaps in less than one of 100 runs of 84 series, and two heaps are found" {
  build/tests/heaps 200 >"$BATS_TEST_TMPDIR/heaps.csv"
  # wrong FILTER: the kinds of which it holds
  wrong() { csv_value "$BATS_TEST_TMPDIR/heaps.csv" noise '$heaps == "'"$1"'" && '"$2"; }
  assert_equal "$(wrong one '$noise != "uniform" && $runs_with_a_flag_pct >= 1')" ''
  # The worst case: what the limit of 2 in 1000 is of.
  assert_equal "$(wrong one '$series_flagged_pct > 0.3')" ''
  assert_equal "$(wrong two '$rounds == 20 && $series_flagged_pct < 99.5')" ''
  assert_equal "$(wrong two '$rounds == 6 && $series_flagged_pct < 80')" ''
  assert_equal "$(wrong two '$rounds == 6 && $noise =~ "half" && $noise =~ "2300" && $series_flagged_pct < 99')" ''
}

@test "a wrong number of the oracle is noticed" {
  sed '2s/0.5,1,/0.5,0.99,/' tests/statistics/oracle.csv >"$BATS_TEST_TMPDIR/oracle.csv"
  run -1 build/tests/statistics oracle "$BATS_TEST_TMPDIR/oracle.csv"
}
