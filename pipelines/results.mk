# Results: the branch that keeps stored runs, and what reads it.

#: REMOTE         the repository that has the results branch  (origin, or this one)
#: RESULTS_BRANCH the branch's name  (results)
#: OLD            CSV of bpf_performance, for make import
REMOTE         ?=
RESULTS_BRANCH ?= results
OLD            ?=

.PHONY: store history
store: ## commit the runs below RESULTS to the results branch, and push it
	$(Q)pipelines/results/store $(if $(REMOTE),--remote '$(REMOTE)') --branch '$(RESULTS_BRANCH)' '$(RESULTS)'

history: ## list the runs on the results branch (TRACK, SUITE if set), the newest last
	$(Q)pipelines/results/history --list $(if $(filter-out file,$(origin TRACK)),--track '$(TRACK)') \
		$(if $(filter-out file,$(origin SUITE)),--suite '$(SUITE)')
