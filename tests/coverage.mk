# SPDX-License-Identifier: MIT
# Which lines of tools/ the tests run, as gcov counts them. Which share of a file they must run is in tests/coverage.
#:: COVERAGE_TESTS  test files that `make coverage` runs  (those of the tools)
.PHONY: coverage
COVERAGE       := build/coverage
COVERAGE_TESTS ?= $(patsubst %,tests/%.bats,bpf-bench bpf-compile-check bpf-run csv measurement network objects reasons regress-detect \
	schema setting stats-reduce suites user-space)
# Threads count too (atomic), and tools that tests run as another user (files that any may write).
COVERAGE_BUILD := CC=gcc CFLAGS='-O0 -g --coverage -fprofile-abs-path -fprofile-update=atomic' LDFLAGS=--coverage

# In a copy of the tree, as counters lie beside the objects, which nothing may make anew meanwhile: it has a version of
# its own. Whether tests pass is for `make check` to say: one that limits open files hears of counters here.
coverage: ### count which lines of tools/ the tests run; fail below 90 % of a file
	@rm -rf $(COVERAGE) && mkdir -p $(COVERAGE)/tree
	$(Q)git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C $(COVERAGE)/tree
	@printf 'coverage\n' > $(COVERAGE)/tree/.version
	$(Q)+cd $(COVERAGE)/tree && $(COVERAGE_BUILD) $(in_parallel) all $(TEST_PROGRAMS)
	$(Q)cd $(COVERAGE)/tree && for notes in build/obj/*/*/*.gcno; do install -m 666 /dev/null "$${notes%.gcno}.gcda"; done; \
		export GCOV_ERROR_FILE=/dev/null $(COVERAGE_BUILD); \
		tests/run '!slow,!timing' $(COVERAGE_TESTS); tests/run whole $(COVERAGE_TESTS); \
		gcovr --object-directory build/obj --filter tools/ --csv ../lines.csv --html-details ../index.html build/obj/tools
	$(Q)tests/coverage tests/coverage.csv $(COVERAGE)/lines.csv
