# SPDX-License-Identifier: MIT
# Statistics: their proof and the error rates of the decision rule.

# The simulations hold the decision rule itself: all of regress-detect but its main().
RULE_OBJ := $(filter-out %/regress-detect.o,$(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/regress-detect/*.c)))
STATISTICS_TESTS := statistics heaps power past

build/tests/statistics build/tests/heaps: build/tests/%: $(OBJ)/tests/statistics/%.o $(LIB_OBJ) build/flags
build/tests/power build/tests/past: build/tests/%: $(OBJ)/tests/statistics/%.o $(RULE_OBJ) $(LIB_OBJ) build/flags
$(OBJ)/tests/statistics/%.o: ALL_CFLAGS += -Itools/regress-detect
$(STATISTICS_TESTS:%=build/tests/%):
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ALL_LIBS)

# What tests/statistics.bats and tests/regress-detect.bats run.
check check-expensive: $(STATISTICS_TESTS:%=build/tests/%)
-include $(STATISTICS_TESTS:%=$(OBJ)/tests/statistics/%.d)

#: SETTINGS  rules of single series, for all that judges; see regress-detect(1)  (pipelines/judge/settings.csv)
SETTINGS ?= pipelines/judge/settings.csv
compare confirm site plot: export SETTINGS := $(SETTINGS)

.PHONY: benchmark-statistics power aa gate
benchmark-tools: benchmark-statistics
benchmark-statistics: all
	$(Q)pipelines/evaluate/statistics-speed

#: SIMULATED  comparisons, builds and steps of each kind that `make power` simulates  (20000)
SIMULATED ?= 20000
ERROR_RATES := tools/regress-detect/error-rates.md

power: build/tests/power build/tests/past ## simulate error rates of the decision rule and publish the table
	@mkdir -p build/power
	$(Q)build/tests/power $(SIMULATED) alarms > build/power/alarms.csv
	$(Q)build/tests/power $$(($(SIMULATED) / 10)) slowdowns > build/power/slowdowns.csv
	$(Q)build/tests/power $(SIMULATED) counted > build/power/counted.csv
	$(Q)build/tests/past $(SIMULATED) alarms > build/power/history-alarms.csv
	$(Q)build/tests/past $$(($(SIMULATED) / 10)) latency > build/power/history-latency.csv
	$(Q)pipelines/evaluate/error-rates build/power $(SIMULATED) > build/power/error-rates.md
	$(Q)cp build/power/error-rates.md $(ERROR_RATES)
	$(Q)cat $(ERROR_RATES)

#: RUNS     A/A runs, and runs with planted slowdowns, of `make aa`  (20)
#: AA_FILE  where their verdicts accumulate                          (build/aa/verdicts.csv)
RUNS    ?= 20
AA_FILE ?= build/aa/verdicts.csv

aa: all ## compare builds with themselves, and with slower ones, for real: counts of verdicts
	$(Q)$(SUDO) pipelines/evaluate/aa $(AA_FILE) $(RUNS) $(ROUNDS)

#: VERDICT  the verdict.csv that `make gate` decides on  (the newest below RESULTS)
VERDICT ?= $(shell find $(RESULTS) -name verdict.csv -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d ' ' -f 2-)

gate: ## fail if a stored verdict has a regression
	$(Q)pipelines/evaluate/gate '$(VERDICT)'
