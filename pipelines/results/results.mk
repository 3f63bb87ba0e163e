# SPDX-License-Identifier: MIT
# Results: the branch that keeps stored runs, and what reads it.

#: REMOTE         the repository that has the results branch  (origin, or this one)
#: RESULTS_BRANCH the branch's name  (results)
REMOTE         ?=
RESULTS_BRANCH ?= results

.PHONY: store history fetch-results
store: ## commit the runs below RESULTS to the results branch, and push it
	$(Q)pipelines/results/store $(if $(REMOTE),--remote '$(REMOTE)') --branch '$(RESULTS_BRANCH)' '$(RESULTS)'

history: ## list the runs on the results branch (TRACK, SUITE if set), the newest last
	$(Q)pipelines/results/history --list $(if $(filter-out file,$(origin TRACK)),--track '$(TRACK)') \
		$(if $(filter-out file,$(origin SUITE)),--suite '$(SUITE)')

fetch-results: ## get the results branch of REMOTE
	$(Q)git fetch --quiet --no-tags '$(or $(REMOTE),origin)' \
		'+refs/heads/$(RESULTS_BRANCH):refs/remotes/origin/$(RESULTS_BRANCH)'
