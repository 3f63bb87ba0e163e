# SPDX-License-Identifier: MIT
# What became slower: history nominates, a new measurement confirms.

#: MARKERS      accepted changes of level  (pipelines/judge/markers.csv)
REPORT  := build/report
MARKERS ?= $(TOP)pipelines/judge/markers.csv

#: SETTINGS       rules of single series  (pipelines/judge/settings.csv)
SETTINGS ?= $(TOP)pipelines/judge/settings.csv
compare confirm site plot export-postgres: export SETTINGS := $(SETTINGS)
export-postgres: export MARKERS := $(MARKERS)

.PHONY: report findings confirm gate

report: ## judge by history, confirm what is suspected, file issues
	$(Q)$(MAKE) --no-print-directory findings
	$(Q)$(MAKE) --no-print-directory confirm
	$(Q)$(MAKE) --no-print-directory issues

# The one rule by which a verdict fails a job: a regression does, what is inconclusive or failed does not.
gate_on = $(BIN)/regress-detect --verdicts --table --exit-code $(1) || [ $$? -eq 3 ]

# A folder that was downloaded may have any name: it stays a value of the shell.
newest_verdict = $$(find '$(RESULTS)' -name verdict.csv -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d ' ' -f 2-)
gate: $(BIN)/regress-detect ## fail if VERDICT has a regression
	$(Q)verdict=$(if $(VERDICT),'$(VERDICT)',"$(newest_verdict)"); \
		[ -n "$$verdict" ] || { echo 'gate: no verdict.csv is there: make compare writes one, VERDICT=FILE names one' >&2; exit 2; }; \
		$(call gate_on,"$$verdict")

# Each file is one step, which can be looked at or run again alone; confirm on another machine, or on several.
findings: all ### judge the newest builds by history: what is suspected, stale or missing
	@mkdir -p $(REPORT)
	$(call say,HISTORY,$(REPORT)/findings.csv)
	$(Q)$(TOP)pipelines/judge/markers '$(MARKERS)' > $(REPORT)/markers.csv
	$(Q)$(TOP)pipelines/results/history $(HISTORY_OPTIONS) > $(REPORT)/history.csv
	$(Q)$(BIN)/regress-detect --history --net-in-vm --markers $(REPORT)/markers.csv $(if $(SETTINGS),--settings '$(SETTINGS)') \
		--now "$$(date -u +%Y-%m-%dT%H:%M:%SZ)" -o $(REPORT)/findings.csv $(REPORT)/history.csv
	$(Q)$(TOP)pipelines/issues/summary --annotations --net-in-vm 'Newest builds against their history' $(REPORT)/findings.csv
	$(Q)$(TOP)pipelines/issues/file-issues --unfiled $(REPORT)/findings.csv > $(REPORT)/unfiled.csv

confirm: all ### measure again what history suspects and no issue tells of, as far as this machine can
	$(call say,CONFIRM,$(REPORT)/confirmed.csv)
	$(Q)SUDO='$(SUDO)' $(TOP)pipelines/judge/confirm $(REPORT)/unfiled.csv > $(REPORT)/measured.csv
	$(Q)$(TOP)pipelines/judge/attribute $(REPORT)/measured.csv > $(REPORT)/confirmed.csv
