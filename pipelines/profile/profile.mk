# SPDX-License-Identifier: MIT
# Profiles of tests: CPU time on this machine, or instructions of a kernel in a VM.
.PHONY: profile
PROFILE := build/profile
# What shows flame graphs in a browser. Of the npm package only its pages are needed, so nothing is installed.
SPEEDSCOPE_VERSION := 1.25.0
SPEEDSCOPE := build/speedscope-$(SPEEDSCOPE_VERSION)
SPEEDSCOPE_SHA256 := 2831f1e0d26df914b477e522d78b8485511495a6af81a0b88158f8b48f9e0d03

define profile_start
@[ -n "$$TEST" ] || { echo 'profile: which test? make profile TEST=map/hash/read' >&2; exit 2; }
@[ '$(RUNTIME)' != kvm ] || { echo 'profile: not under kvm: take RUNTIME=host or RUNTIME=icount' >&2; exit 2; }
@rm -rf $(PROFILE) && mkdir -p $(PROFILE)/plans
endef

ifeq ($(RUNTIME),icount)
profile: all vm-tools
	$(profile_start)
	$(Q)$(TOP)pipelines/vm/count-functions --folder $(PROFILE) --test "$$TEST" --kernel '$(KERNEL)' \
		'$(suite_file)' '$(BASE)' '$(HEAD)'
	@printf '\n%s\n' $(PROFILE) && ls $(PROFILE)
else
profile: all $(SPEEDSCOPE) ## record where TEST spends its time or instructions
	$(profile_start)
ifneq ($(BASE),)
	$(Q)$(TOP)pipelines/compare/build-programs '$(BASE)' '$(suite_file)' base > $(PROFILE)/plans/base.csv
	$(Q)$(TOP)pipelines/compare/build-programs '$(or $(HEAD),.)' '$(suite_file)' head > $(PROFILE)/plans/head.csv
else
	$(Q)$(BIN)/bpf-compile-check --no-load $(build_option) $(cflags_option) -o $(PROFILE)/plans/one.csv '$(suite_file)'
endif
	$(Q)$(SUDO) $(BIN)/bpf-compile-check $(PROFILE)/plans/*.csv > $(PROFILE)/plan.csv
	$(Q)SUDO='$(SUDO)' $(TOP)pipelines/profile/record "$$TEST" $(PROFILE)/tests $(SPEEDSCOPE) $(PROFILE)/plan.csv
endif

$(SPEEDSCOPE):
	@mkdir -p $@.new
	$(call say,NPM,$@)
	$(Q)cd $@.new && npm pack --silent --ignore-scripts speedscope@$(SPEEDSCOPE_VERSION) > /dev/null
	$(Q)echo '$(SPEEDSCOPE_SHA256)  $@.new/speedscope-$(SPEEDSCOPE_VERSION).tgz' | sha256sum --check --quiet
	$(Q)tar -x -C $@.new -f $@.new/*.tgz && mv $@.new/package/dist/release $@ && rm -r $@.new
