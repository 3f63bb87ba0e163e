# SPDX-License-Identifier: MIT
# Profiles of tests: CPU time on this machine, or instructions of a kernel in a VM.
.PHONY: profile
PROFILE := build/profile
SPEEDSCOPE := build/speedscope

define profile_start
@[ -n "$$TEST" ] || { echo 'profile: which test? make profile TEST=map/hash/read' >&2; exit 2; }
@[ '$(RUNTIME)' != kvm ] || { echo 'profile: not under kvm: take RUNTIME=host or RUNTIME=icount' >&2; exit 2; }
@rm -rf $(PROFILE) && mkdir -p $(PROFILE)/plans
endef

ifeq ($(RUNTIME),icount)
profile: all vm-tools
	$(profile_start)
	$(Q)pipelines/vm/count-functions --folder $(PROFILE) --test "$$TEST" --kernel '$(KERNEL)' \
		'$(suite_file)' '$(BASE)' '$(HEAD)'
	@printf '\n%s\n' $(PROFILE) && ls $(PROFILE)
else
profile: all $(SPEEDSCOPE)/installed ## record where TEST spends its time or instructions
	$(profile_start)
ifneq ($(BASE),)
	$(Q)pipelines/compare/build-programs '$(BASE)' '$(suite_file)' base > $(PROFILE)/plans/base.csv
	$(Q)pipelines/compare/build-programs '$(or $(HEAD),.)' '$(suite_file)' head > $(PROFILE)/plans/head.csv
else
	$(Q)$(BIN)/bpf-compile-check --no-load $(build_option) -o $(PROFILE)/plans/one.csv '$(suite_file)'
endif
	$(Q)$(SUDO) $(BIN)/bpf-compile-check $(PROFILE)/plans/*.csv > $(PROFILE)/plan.csv
	$(Q)SUDO='$(SUDO)' pipelines/profile/record "$$TEST" $(PROFILE)/tests $(SPEEDSCOPE)/node_modules/speedscope/dist/release \
		$(PROFILE)/plan.csv
endif

$(SPEEDSCOPE)/installed: pipelines/profile/package.json pipelines/profile/package-lock.json
	@mkdir -p $(@D)
	$(call say,NPM,$@)
	@cp $^ $(@D)
	$(Q)cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
