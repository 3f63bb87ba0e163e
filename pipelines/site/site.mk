# SPDX-License-Identifier: MIT
# Pages of what was measured. pipelines/site/pages/ stands alone and knows nothing of this project; here it is given
# our results, and what regress-detect says of them.
#: SITE           where pages are written  (build/site)
#:: RESULTS_URL  where the results branch is to be seen, for links to a run's CSV files  (none)
#:: SITE_SOURCE  results that they show  (the results branch, here or fetched, where there is one, else RESULTS)
#:: SITE_TITLE, SITE_PORT  title; port of site-serve
#:: EVENTS       CSV of releases and whatever else is to be drawn in (build,kind,label,url,…)  (none)
#: HOST_CLASS METRIC PLOT   for plot: which series; the .svg or .png to write
.PHONY: site site-input site-events site-serve plot

SITE          ?= build/site
SITE_TITLE    ?= eBPF performance
SITE_PORT     ?= 8000
EVENTS        ?=
RESULTS_URL   ?=
HOST_CLASS    ?=
METRIC        ?=
PLOT          ?=
VERDICT       ?=

# The commit of the results branch, or of origin's, which is what `make fetch-results` gets.
results_commit = $(shell for branch in 'refs/heads/$(RESULTS_BRANCH)' 'refs/remotes/origin/$(RESULTS_BRANCH)'; do \
	git rev-parse --verify --quiet "$$branch^{commit}" 2>/dev/null && break; done)
SITE_SOURCE ?= $(if $(results_commit),build/site-input,$(RESULTS))

site_verdicts = NOW=$$(date -u +%Y-%m-%dT%H:%M:%SZ) $(TOP)pipelines/site/verdicts '$(SITE_SOURCE)' build/site-verdicts build/site-verdicts/markers.csv
site_judged = --verdicts build/site-verdicts/newest.csv --changes build/site-verdicts/changes.csv --events build/site-verdicts/events.csv

site: $(BIN)/regress-detect site-input site-events ## write pages of the stored results, or of RESULTS
	$(call say,SITE,$(SITE))
	$(Q)$(site_verdicts)
	$(Q)rates=build/site-verdicts/rates.csv; find '$(SITE_SOURCE)' -name self-test.csv -exec \
		$(TOP)pipelines/results/self-test-rates {} + > $$rates && \
		$(TOP)pipelines/site/pages/site -o '$(SITE)' --title '$(SITE_TITLE)' $(if $(RESULTS_URL),--tree-url '$(RESULTS_URL)') \
		$(site_judged) $$([ ! -s $$rates ] || echo --rates $$rates) '$(SITE_SOURCE)'

# Stored runs do not change: what is not there yet is unpacked. What the branch does not have goes before, and what one
# that was killed has left unfinished: it is shorter.
site-input:
	$(Q)if [ -n '$(results_commit)' ]; then \
		mkdir -p build/site-input && git -c core.quotePath=false ls-tree -r --full-tree \
			--format='%(objectsize) %(path)' '$(results_commit)' | LC_ALL=C sort > build/site-input.files && \
		(cd build/site-input && find . -type f -printf '%s %P\n' | LC_ALL=C sort | LC_ALL=C comm -13 ../site-input.files - | \
			cut -d ' ' -f 2- | tr '\n' '\0' | xargs -0 rm -f) && \
		git archive '$(results_commit)' | tar -x --skip-old-files -C build/site-input; fi

# Accepted changes of level go to the detector too; releases and issues are only drawn.
site-events:
	@mkdir -p build/site-verdicts
	$(Q)$(TOP)pipelines/judge/markers --issues '$(MARKERS)' > build/site-verdicts/marked.csv
	$(Q)mlr -S --csv unsparsify build/site-verdicts/marked.csv $(if $(EVENTS),'$(EVENTS)') > build/site-verdicts/events.csv
	$(Q)mlr -S --csv filter '$$kind == "accepted"' build/site-verdicts/marked.csv > build/site-verdicts/markers.csv

site-serve: ## show the pages on localhost, port SITE_PORT
	@echo 'http://127.0.0.1:$(SITE_PORT)/ (Ctrl-C ends it)'
	$(Q)busybox httpd -f -p '127.0.0.1:$(SITE_PORT)' -h '$(SITE)'

# As history judges it: with its changes of level, accepted changes and releases.
plot: $(if $(VERDICT),,$(BIN)/regress-detect site-input site-events) ## draw TEST over its builds, or VERDICT, to PLOT
	$(if $(VERDICT),,$(Q)$(site_verdicts))
	$(Q)$(TOP)pipelines/site/pages/plot $(if $(VERDICT),--verdict '$(VERDICT)',--test "$$TEST" $(site_judged)) $(if $(PLOT),-o '$(PLOT)') \
		$(if $(filter-out local,$(TRACK)),--track '$(TRACK)') $(if $(HOST_CLASS),--host-class '$(HOST_CLASS)') \
		$(if $(METRIC),--metric '$(METRIC)') $(if $(VERDICT),,'$(SITE_SOURCE)')
