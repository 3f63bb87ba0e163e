# Setting up a machine.
.PHONY: deps test-deps

deps: ## install what building and running need
	$(Q)SUDO='$(SUDO)' pipelines/host/deps run

test-deps: ## install what only tests need, besides
	$(Q)SUDO='$(SUDO)' pipelines/host/deps run test
