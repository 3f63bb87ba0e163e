# Reports: what became slower, issues, summaries, comparisons of programs; and what their tests need.

#: MARKERS      accepted changes of level  (pipelines/report/markers.csv)
#: BASE_COMMIT  for compare-programs: the commit whose programs are the baseline
REPORT  := build/report
MARKERS ?= pipelines/report/markers.csv
BASE_COMMIT ?=
PULL_REQUEST := build/pull-request

.PHONY: fetch-results report findings confirm issues compare-programs test-packages

fetch-results: ## get the results branch of REMOTE
	$(Q)git fetch --quiet --no-tags '$(or $(REMOTE),origin)' \
		'+refs/heads/$(RESULTS_BRANCH):refs/remotes/origin/$(RESULTS_BRANCH)'

report: ## judge the newest builds by history, measure again what is suspected, see to issues
	$(Q)$(MAKE) --no-print-directory findings
	$(Q)$(MAKE) --no-print-directory confirm
	$(Q)$(MAKE) --no-print-directory issues

# Each file is one step, which can be looked at or run again alone; confirm on another machine, or on several.
findings: all ## judge the newest builds by history: what is suspected, stale or missing
	@mkdir -p $(REPORT)
	$(call say,HISTORY,$(REPORT)/findings.csv)
	$(Q)pipelines/report/markers '$(MARKERS)' > $(REPORT)/markers.csv
	$(Q)pipelines/results/history $(HISTORY_OPTIONS) > $(REPORT)/history.csv
	$(Q)$(BIN)/regress-detect --history --markers $(REPORT)/markers.csv $(if $(SETTINGS),--settings '$(SETTINGS)') \
		--now "$$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
		-o $(REPORT)/all-findings.csv $(REPORT)/history.csv
	@# A metric that a runtime does not have is no finding.
	$(Q)mlr -S --csv filter 'is_not_empty($$baseline) || is_not_empty($$current) || $$verdict != "inconclusive"' \
		$(REPORT)/all-findings.csv > $(REPORT)/findings.csv
	$(Q)pipelines/report/summary --annotations --title 'Newest builds against their history' $(REPORT)/findings.csv
	$(Q)pipelines/report/issues --unfiled $(REPORT)/findings.csv > $(REPORT)/unfiled.csv

confirm: all ## measure again what history suspects and no issue tells of, as far as this machine can
	$(call say,CONFIRM,$(REPORT)/confirmed.csv)
	$(Q)SUDO='$(SUDO)' pipelines/report/confirm $(REPORT)/unfiled.csv > $(REPORT)/confirmed.csv

# Confirmations of other machines lie in confirmations/.
issues: ## file, follow and close issues, as findings and confirmations say
	$(call say,ISSUES,$(or $(GITHUB_REPOSITORY),nowhere: GITHUB_REPOSITORY is not set))
	$(Q)pipelines/report/issues $(REPORT)/findings.csv $(wildcard $(REPORT)/confirmed.csv \
		$(REPORT)/confirmations/*/confirmed.csv)

compare-programs: all ## measure the programs of BASE_COMMIT and of the working directory side by side
	$(Q)SUDO='$(SUDO)' pipelines/report/compare-programs '$(BASE_COMMIT)' '$(suite_file)' $(PULL_REQUEST) --rounds '$(ROUNDS)' $(RUN_OPTIONS)
	$(Q)pipelines/report/summary --annotations --title 'eBPF programs against their base' $(PULL_REQUEST)/verdict.csv

test-packages: build/test-packages/installed ## install npm packages that tests of workflows and issues use

build/test-packages/installed: tests/github/package.json tests/github/package-lock.json
	@mkdir -p $(@D)
	$(call say,NPM,$@)
	@cp $^ $(@D)
	$(Q)cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
