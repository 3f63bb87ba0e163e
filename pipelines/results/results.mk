# SPDX-License-Identifier: MIT
# Results: the branch that keeps stored runs, and what reads it.

#: REMOTE         where the results branch is  (origin, or this repository)
#: RESULTS_BRANCH the branch's name  (results)
RESULTS_BRANCH ?= results

.PHONY: store history fetch-results
store: ## commit the runs in RESULTS to the results branch
	$(Q)$(TOP)pipelines/results/store $(if $(REMOTE),--remote '$(REMOTE)') --branch '$(RESULTS_BRANCH)' '$(RESULTS)'

history: ## list the stored runs, the newest last (TRACK, SUITE)
	$(Q)$(TOP)pipelines/results/history --list $(if $(filter-out file,$(origin TRACK)),--track '$(TRACK)') \
		$(if $(filter-out file,$(origin SUITE)),--suite '$(SUITE)')

fetch-results: ## get the results branch
	$(Q)git fetch --quiet --no-tags '$(or $(REMOTE),origin)' \
		'+refs/heads/$(RESULTS_BRANCH):refs/remotes/origin/$(RESULTS_BRANCH)'
