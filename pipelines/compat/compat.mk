# SPDX-License-Identifier: MIT
# For users of bpf_performance: its suites and objects measured here and by its own runner, its stored results.

#: OBJECTS        of oracle, files; else the folder of a suite's elf_file
#: REFERENCE      for cross-check: the CSV of the runner of bpf_performance
#:: CROSS_CHECK_OPTIONS  --exit-code: fail when the two differ  (none)
OBJECTS   ?=
REFERENCE ?=
CROSS_CHECK_OPTIONS ?=
CROSS_CHECK := build/cross-check

.PHONY: cross-check
ifneq ($(filter cross-check,$(MAKECMDGOALS)),)
ifneq ($(RUNTIME),host)
$(error cross-check compares times of this machine: take RUNTIME=host)
endif
ifeq ($(REFERENCE),)
$(error cross-check needs the CSV that the runner of bpf_performance wrote on this machine: REFERENCE=FILE)
endif
endif

# The reference is read before anything is measured.
cross-check: all ## measure SUITE and compare with REFERENCE
	$(Q)mkdir -p '$(CROSS_CHECK)' && cd '$(CROSS_CHECK)' && \
		rm -f compiled.csv plan.csv environment.csv samples.csv rounds.csv summary.csv cross-check.csv
	$(Q)$(TOP)pipelines/compat/read-reference '$(REFERENCE)' > '$(CROSS_CHECK)/reference.json'
	$(Q)$(MAKE) --no-print-directory '$(CROSS_CHECK)/rounds.csv' '$(CROSS_CHECK)/summary.csv'
	$(Q)$(TOP)pipelines/compat/compare-reference '$(CROSS_CHECK)/plan.csv' '$(CROSS_CHECK)/summary.csv' '$(CROSS_CHECK)/reference.json' \
		> '$(CROSS_CHECK)/cross-check.csv'
	$(Q)$(TOP)pipelines/compat/show-reference $(CROSS_CHECK_OPTIONS) '$(CROSS_CHECK)/cross-check.csv'
	@printf '\n%s\n' '$(CROSS_CHECK)/cross-check.csv'

#: OLD HOST_CLASS   for import: CSV files of bpf_performance; their machine
OLD        ?=
HOST_CLASS ?=

.PHONY: import export-postgres
import: ## bring OLD, CSV of bpf_performance, into RESULTS
	$(Q)$(TOP)pipelines/compat/import --host-class '$(HOST_CLASS)' --track '$(TRACK)' $(build_option) '$(RESULTS)' $(foreach file,$(OLD),'$(file)')

export-postgres: $(BIN)/regress-detect ## load stored results into PostgreSQL (PGHOST, ...)
	$(Q)$(TOP)pipelines/compat/export-postgres
