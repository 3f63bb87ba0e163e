# Pages of what was measured. pipelines/site/ stands alone and knows nothing of this project; here it is given
# our results, and what regress-detect says of them.
#: SITE         where the pages are written  (build/site)
#: SITE_SOURCE  results that they show  (the results branch where there is one, else RESULTS)
#: SITE_TITLE, SITE_PORT, SITE_BRANCH, SITE_OPTIONS  title; port of site-serve; branch of site-split; more options of
#:              pipelines/site/site
#: MARKERS      CSV of accepted changes and releases (build,kind,label,url,…)  (none)
#: TEST, HOST_CLASS, METRIC, VERDICT, PLOT  what `make plot` draws, and the .svg or .png it writes
.PHONY: site site-input site-serve site-split plot benchmark-site

SITE          ?= build/site
SITE_TITLE    ?= eBPF performance
SITE_PORT     ?= 8000
SITE_OPTIONS  ?=
SITE_BRANCH   ?= site
RESULTS_BRANCH ?= results
MARKERS       ?=
TEST          ?=
HOST_CLASS    ?=
METRIC        ?=
PLOT          ?=
VERDICT       ?=

# The results branch where there is one, else what was measured here.
have_results_branch = $(shell git rev-parse --verify --quiet '$(RESULTS_BRANCH)^{commit}' 2>/dev/null)
SITE_SOURCE ?= $(if $(have_results_branch),build/site-input,$(RESULTS))

site: $(BIN)/regress-detect site-input ## make the pages of the results branch, or of RESULTS, in SITE
	$(call say,SITE,$(SITE))
	$(Q)pipelines/site-verdicts '$(SITE_SOURCE)' build/site-verdicts $(if $(MARKERS),'$(MARKERS)')
	$(Q)pipelines/site/site -o '$(SITE)' --title '$(SITE_TITLE)' --verdicts build/site-verdicts/newest.csv \
		--changes build/site-verdicts/changes.csv $(if $(MARKERS),--events '$(MARKERS)') $(SITE_OPTIONS) '$(SITE_SOURCE)'

# Stored runs do not change: those of the branch are unpacked over what is there.
site-input:
ifneq ($(have_results_branch),)
	@mkdir -p build/site-input
	$(Q)git archive '$(RESULTS_BRANCH)' | tar -x --skip-old-files -C build/site-input
endif

site-serve: ## show the pages on localhost, port SITE_PORT
	@echo 'http://127.0.0.1:$(SITE_PORT)/ (Ctrl-C ends it)'
	$(Q)busybox httpd -f -p '127.0.0.1:$(SITE_PORT)' -h '$(SITE)'

site-split: ## write pipelines/site as a branch SITE_BRANCH of its own, for other projects' submodules
	$(Q)git subtree split -q --prefix=pipelines/site -b '$(SITE_BRANCH)'

plot: ## draw TEST over its builds, or VERDICT.csv, into PLOT.svg or .png or on the terminal
	$(Q)pipelines/site/plot $(if $(VERDICT),--verdict '$(VERDICT)',--test '$(TEST)') $(if $(PLOT),-o '$(PLOT)') \
		$(if $(filter-out local,$(TRACK)),--track '$(TRACK)') $(if $(HOST_CLASS),--host-class '$(HOST_CLASS)') \
		$(if $(METRIC),--metric '$(METRIC)') $(if $(VERDICT),,'$(SITE_SOURCE)')

# The driver and the accessibility checks of the browser's tests, as package-lock.json has them.
build/browser/node_modules/.package-lock.json: tests/browser/package-lock.json tests/browser/package.json
	@mkdir -p build/browser
	$(call say,NPM,$(@D))
	$(Q)cp tests/browser/package.json tests/browser/package-lock.json build/browser/
	$(Q)cd build/browser && npm ci --silent --no-audit --no-fund
	@touch '$@'
browser-tests: build/browser/node_modules/.package-lock.json
.PHONY: browser-tests

benchmark-tools: benchmark-site
benchmark-site: browser-tests ## 500 tests by 1000 builds: how long the pages take, anew and with one run more
	$(Q)pipelines/benchmark/site build/benchmark-site
