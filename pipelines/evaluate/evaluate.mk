# SPDX-License-Identifier: MIT
# What this project's own numbers and rules are worth. Each target prints a table. Run them alone: they are about noise
# and time.
.PHONY: instrument power aa benchmark-tools benchmark-history \
	benchmark-statistics benchmark-counted benchmark-site

instrument: all ## measure what each test costs besides its operation
	$(Q)$(SUDO) pipelines/evaluate/instrument '$(suite_file)' '$(ROUNDS)' $(test_option) $(RUN_OPTIONS)

#:: SIMULATED  comparisons, builds and steps of each kind that `make power` simulates  (20000)
SIMULATED   ?= 20000
SIMULATIONS := build/power

power: build/tests/power build/tests/past ### simulate error rates of the decision rule and publish the table
	@mkdir -p $(SIMULATIONS)
	$(Q)build/tests/power $(SIMULATED) alarms > $(SIMULATIONS)/alarms.csv
	$(Q)build/tests/power $$(($(SIMULATED) / 10)) slowdowns > $(SIMULATIONS)/slowdowns.csv
	$(Q)build/tests/power $(SIMULATED) counted > $(SIMULATIONS)/counted.csv
	$(Q)build/tests/past $(SIMULATED) alarms > $(SIMULATIONS)/history-alarms.csv
	$(Q)build/tests/past $$(($(SIMULATED) / 10)) latency > $(SIMULATIONS)/history-latency.csv
	$(Q)pipelines/evaluate/error-rates $(SIMULATIONS) $(SIMULATED) '$(CURDIR)/tools/regress-detect/error-rates.md'
	$(Q)cat $(SIMULATIONS)/error-rates.md

#:: RUNS     A/A runs, and runs with planted slowdowns, of `make aa`  (20)
RUNS ?= 20

aa: all ### compare builds with themselves, and with slower ones, for real: counts of verdicts
	@mkdir -p build/aa
	$(Q)$(SUDO) pipelines/evaluate/aa build/aa/verdicts.csv $(RUNS) $(ROUNDS)

benchmark-tools: benchmark-history benchmark-statistics benchmark-site ### how fast the tools are here: run alone

benchmark-history benchmark-statistics: all
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
