# Reports: issues and summaries, and what their tests need.

#: FINDINGS   the CSV that report judges from  (build/report/findings.csv)
REPORT_DIR := build/report
MARKERS    ?= pipelines/report/markers.csv

.PHONY: test-packages
test-packages: build/test-packages/installed ## install npm packages that tests of workflows and issues use

build/test-packages/installed: tests/github/package.json tests/github/package-lock.json
	@mkdir -p $(@D)
	$(call say,NPM,$@)
	@cp $^ $(@D)
	$(Q)cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
