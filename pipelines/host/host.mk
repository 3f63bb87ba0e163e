# SPDX-License-Identifier: MIT
# Setting up a machine.
.PHONY: deps test-deps

deps: ## install what building and running need
	$(Q)SUDO='$(SUDO)' $(TOP)pipelines/host/deps run $(if $(filter icount kvm,$(RUNTIME)),vm) \
		$(if $(filter site site-serve plot,$(MAKECMDGOALS)),site) $(filter report $(if $(filter icount,$(RUNTIME)),,profile),$(MAKECMDGOALS))

test-deps: ## install what tests need besides
	$(Q)SUDO='$(SUDO)' $(TOP)pipelines/host/deps run test

.PHONY: prepare-host restore-host
HOST_STATE := build/host-state

prepare-host: ## make this machine fit to measure on
	@mkdir -p $(dir $(HOST_STATE))
	$(Q)$(SUDO) $(TOP)pipelines/host/prepare-host $(HOST_STATE)

restore-host: ## put back what prepare-host changed
	$(Q)$(SUDO) $(TOP)pipelines/host/prepare-host --restore $(HOST_STATE)
