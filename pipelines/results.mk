# Results: the branch that keeps stored runs, and what reads it.

#: REMOTE         the repository that has the results branch  (origin, or this one)
#: RESULTS_BRANCH the branch's name  (results)
#: OLD HOST_CLASS  for import: CSV files of bpf_performance, and the machine that measured them
REMOTE         ?=
RESULTS_BRANCH ?= results
OLD            ?=
HOST_CLASS     ?=

.PHONY: store history
store: ## commit the runs below RESULTS to the results branch, and push it
	$(Q)pipelines/results/store $(if $(REMOTE),--remote '$(REMOTE)') --branch '$(RESULTS_BRANCH)' '$(RESULTS)'

history: ## list the runs on the results branch (TRACK, SUITE if set), the newest last
	$(Q)pipelines/results/history --list $(if $(filter-out file,$(origin TRACK)),--track '$(TRACK)') \
		$(if $(filter-out file,$(origin SUITE)),--suite '$(SUITE)')

.PHONY: import export-postgres
import: ## bring the CSV of bpf_performance in OLD into RESULTS (HOST_CLASS, TRACK)
	$(Q)pipelines/results/import --host-class '$(HOST_CLASS)' --track '$(TRACK)' $(build_option) '$(RESULTS)' $(foreach file,$(OLD),'$(file)')

export-postgres: ## load the results branch into PostgreSQL (PGHOST, PGDATABASE and so on)
	$(Q)pipelines/results/export-postgres
