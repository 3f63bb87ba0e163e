# SPDX-License-Identifier: MIT
# What this project's own numbers and rules are worth. Each target prints a table. Run them alone: they are about noise
# and time.
.PHONY: instrument power self-test aa benchmark-tools benchmark-history \
	benchmark-statistics benchmark-fleet benchmark-counted benchmark-site

instrument: all ## measure what each test costs besides its operation
	$(Q)$(SUDO) pipelines/evaluate/instrument '$(suite_file)' '$(ROUNDS)' $(test_option) $(RUN_OPTIONS)

#:: SIMULATED  comparisons, builds and steps of each kind that `make power` simulates  (20000)
SIMULATED   ?= 20000
SIMULATIONS := build/power

power: build/tests/power build/tests/past ### simulate error rates of the decision rule and publish the table
	@mkdir -p $(SIMULATIONS)
	$(Q)build/tests/power $(SIMULATED) alarms > $(SIMULATIONS)/alarms.csv
	$(Q)build/tests/power $$(($(SIMULATED) / 40)) slowdowns > $(SIMULATIONS)/slowdowns.csv
	$(Q)build/tests/power $$(($(SIMULATED) / 20)) disturbed > $(SIMULATIONS)/disturbed.csv
	$(Q)build/tests/power $(SIMULATED) counted > $(SIMULATIONS)/counted.csv
	$(Q)build/tests/past $(SIMULATED) alarms > $(SIMULATIONS)/history-alarms.csv
	$(Q)build/tests/past $$(($(SIMULATED) / 10)) latency > $(SIMULATIONS)/history-latency.csv
	$(Q)build/tests/past $(SIMULATED) steps > $(SIMULATIONS)/history-steps.csv
	$(Q)build/tests/past $$(($(SIMULATED) / 10)) blame > $(SIMULATIONS)/history-blame.csv
	$(Q)build/tests/past $$(($(SIMULATED) / 20)) coverage > $(SIMULATIONS)/history-coverage.csv
	$(Q)pipelines/evaluate/error-rates $(SIMULATIONS) $(SIMULATED) '$(CURDIR)/tools/regress-detect/error-rates.md'
	$(Q)cat $(SIMULATIONS)/error-rates.md

#:: SELF_TEST_RUNS   equal builds, and slower ones, of `make self-test`  (5)
SELF_TEST_RUNS ?= 5

# Its counts are filed for `make store`, whatever they say.
self-test: all $(if $(filter icount,$(RUNTIME)),vm-tools) ## count false alarms and misses of the whole pipeline
	@mkdir -p build/self-test
	$(Q)SUDO='$(SUDO)' pipelines/evaluate/self-test '$(RUNTIME)' '$(KERNEL)' \
		tests/statistics/planted$(if $(filter icount,$(RUNTIME)),-counted).yml '$(SELF_TEST_RUNS)' > build/self-test/self-test.csv
	$(Q)place='$(RESULTS)'/$$(. pipelines/results/place.sh && place_of_self_test build/self-test/self-test.csv) && mkdir -p "$$place" && \
		mv build/self-test/self-test.csv "$$place" && status=0 && \
		{ pipelines/results/self-test-rates --exit-code "$$place/self-test.csv" > build/self-test/rates.csv || status=$$?; } && \
		mlr --icsv --opprint cat build/self-test/rates.csv && printf '\n%s\n' "$$place" && exit $$status

#:: RUNS     A/A runs, and runs with planted slowdowns, of `make aa`  (20)
RUNS ?= 20
#:: AA_STRESS  what a neighbour does beside `make aa`: cpu, memory, disk, interrupts or none  (none)
AA_STRESS ?= none

aa: all ### compare builds with themselves, and with slower ones, for real: counts of verdicts
	@mkdir -p build/aa
	$(Q)$(SUDO) pipelines/evaluate/aa build/aa/verdicts$(patsubst %,-%,$(filter-out none,$(AA_STRESS))).csv $(RUNS) $(ROUNDS) '$(AA_STRESS)'

benchmark-tools: benchmark-history benchmark-statistics benchmark-fleet benchmark-site ### how fast the tools are here: run alone

benchmark-history benchmark-statistics benchmark-fleet: all
	$(Q)pipelines/evaluate/$(@:benchmark-%=%)-speed

benchmark-site: browser-tests ### 500 tests by 1000 builds: how long the pages take, anew and with one run more
	$(Q)pipelines/evaluate/site-speed

# The other architecture's times too, where its tools can be made.
benchmark-counted: all vm-tools ### what counted instructions are worth: BASE, HEAD, KERNEL (HEAD), SUITE; run alone
	$(Q)for arch in $(filter-out $(ARCH),x86_64 aarch64); do \
		{ command -v qemu-system-$$arch && command -v $$arch-linux-gnu-gcc; } > /dev/null || continue; \
		$(MAKE) --no-print-directory vm-tools ARCH=$$arch; \
	done
	$(Q)pipelines/evaluate/counted '$(BASE)' '$(HEAD)' '$(KERNEL)' '$(suite_file)'
