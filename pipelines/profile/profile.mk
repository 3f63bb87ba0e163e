# SPDX-License-Identifier: MIT
# CPU profiles of tests.

#: TEST         the tests to profile: a regular expression; with BASE_COMMIT both sides and their difference;
#:              under icount with BASE and HEAD
TEST ?=
# By the environment: between quotes of a rule a name could end them.
export TEST

.PHONY: profile
PROFILE := build/profile
SPEEDSCOPE := build/speedscope

define profile_start
@[ -n "$$TEST" ] || { echo 'profile: which test? make profile TEST=map/hash/read' >&2; exit 2; }
@[ '$(RUNTIME)' != kvm ] || { echo 'profile: not under kvm: take RUNTIME=host or RUNTIME=icount' >&2; exit 2; }
@rm -rf $(PROFILE) && mkdir -p $(PROFILE)
endef

ifeq ($(RUNTIME),icount)
# Instructions by function, exactly: pipelines/vm/README.md.
profile: all vm-tools
	$(profile_start)
	$(Q)pipelines/vm/count-functions --folder $(PROFILE) --test "$$TEST" --timeout '$(VM_TIMEOUT)' --kernel '$(KERNEL)' \
		'$(suite_file)' '$(BASE)' '$(HEAD)'
	@printf '\n%s\n' $(PROFILE) && ls $(PROFILE)
else
profile: all $(SPEEDSCOPE)/installed ## record where the time of the tests TEST goes; flame graphs; under icount its instructions
	$(profile_start)
ifneq ($(BASE_COMMIT),)
	$(Q)SUDO='$(SUDO)' pipelines/compare/compare-programs --looks 1 '$(BASE_COMMIT)' '$(suite_file)' $(PROFILE)/plans --rounds 6 -t "$$TEST"
else
	$(Q)mkdir -p $(PROFILE)/plans && $(BIN)/bpf-compile-check --no-load $(build_option) -o $(PROFILE)/plans/compiled.csv '$(suite_file)'
	$(Q)$(SUDO) $(BIN)/bpf-compile-check $(PROFILE)/plans/compiled.csv > $(PROFILE)/plans/plan-one.csv
endif
	$(Q)SUDO='$(SUDO)' pipelines/profile/record "$$TEST" $(PROFILE)/tests $(SPEEDSCOPE)/node_modules/speedscope/dist/release \
		$(PROFILE)/plans/plan-*.csv
endif

$(SPEEDSCOPE)/installed: pipelines/profile/package.json pipelines/profile/package-lock.json
	@mkdir -p $(@D)
	$(call say,NPM,$@)
	@cp $^ $(@D)
	$(Q)cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
