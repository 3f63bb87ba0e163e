# SPDX-License-Identifier: MIT
# The flow: suite → compiled.csv → plan.csv → samples.csv → rounds.csv, summary.csv, cpus.csv. Each file is one rule,
# so that any step of a run can be repeated alone: make build/results/…/summary.csv
.PHONY: bench macro run

suite_file = $(if $(filter %.yml %.yaml %.c,$(SUITE)),$(SUITE),$(TOP)bpf/suites/$(SUITE).yml)
build_option = $(if $(BUILD),--build '$(BUILD)')
objects_option = $(if $(OBJECTS),--objects '$(OBJECTS)')
new_run = $(RESULTS)/incomplete/$(shell date -u +%Y%m%dt%H%M%Sz)-$(shell echo $$$$)
# By the environment: a regular expression could end the quotes of a rule.
test_option = $${TEST:+--test "$$TEST"}
export TEST
# Likewise.
cflags_option = $${BPF_CFLAGS:+--cflags "$$BPF_CFLAGS"}
export BPF_CFLAGS

# Checked before anything is built.
ifneq ($(filter bench compare,$(MAKECMDGOALS)),)
ifeq ($(RUNTIME)$(if $(KERNEL),kernel),hostkernel)
$(error KERNEL is measured in a VM, and RUNTIME=host is this machine: take RUNTIME=icount or RUNTIME=kvm)
endif
endif
ifeq ($(filter bench,$(MAKECMDGOALS))$(RUNTIME),benchhost)
ifneq ($(SUDO),)
ifeq ($(shell command -v $(firstword $(SUDO))),)
$(error programs are loaded as root, and there is no '$(firstword $(SUDO))': be root, or set SUDO, as in SUDO=doas)
endif
endif
endif

# Beside the tools that it calls.
ifeq ($(TOP),)
all: $(BIN)/bpf-bench
$(BIN)/bpf-bench: pipelines/bench/bpf-bench
	@mkdir -p $(@D)
	$(Q)ln -sfn ../../$< $@
endif

ifneq ($(ARCH),all) # see compare.mk
bench: all ## measure SUITE and print a table
	$(Q)$(MAKE) --no-print-directory run RUN='$(new_run)'
endif

# Where the suite macro has objects of others from.
MACRO_OBJECTS := build/macro/$(ARCH)
$(MACRO_OBJECTS):
	$(call say,FETCH,$@)
	$(Q)$(TOP)pipelines/bench/get-objects '$@'

macro: all $(MACRO_OBJECTS) ## measure programs that people run, fetched from packages
	$(Q)$(MAKE) --no-print-directory bench SUITE=macro OBJECTS='$(MACRO_OBJECTS)'

# Only bench calls this, with a new folder in RUN: a run is filed when it is complete.
run: $(RUN)/rounds.csv $(RUN)/summary.csv $(RUN)/cpus.csv
	$(Q)filed=$$($(TOP)pipelines/results/file-run '$(RUN)' '$(RESULTS)') && \
		$(TOP)pipelines/bench/table "$$filed/summary.csv" && \
		printf '\n%s\n' "$$filed:" && ls "$$filed"

%/compiled.csv:
	@mkdir -p '$(@D)'
	$(call say,COMPILE,$(suite_file))
	$(Q)$(BIN)/bpf-compile-check --no-load $(build_option) $(objects_option) $(cflags_option) -o '$@' '$(suite_file)'

ifeq ($(filter host kvm icount,$(RUNTIME)),)
$(error RUNTIME is host, kvm or icount: '$(RUNTIME)')
endif
ifneq ($(words $(RESULTS)),1)
$(error RESULTS can't hold a blank: '$(RESULTS)')
endif

ifeq ($(RUNTIME),host)
# The shell opens the outputs, so that they are the user's and not root's.
%/plan.csv: %/compiled.csv
	$(call say,LOAD,$@)
	$(Q)$(SUDO) $(BIN)/bpf-compile-check '$<' > '$@'

%/samples.csv: %/plan.csv
	$(call say,RUN,$@)
	@: > '$(@D)/environment.csv'
	$(Q)$(SUDO) $(BIN)/bpf-run --commands --rounds '$(ROUNDS)' --track '$(TRACK)' \
		--environment '$(@D)/environment.csv' $(test_option) $(RUN_OPTIONS) '$<' > '$@'
endif

%/rounds.csv: %/samples.csv
	$(call say,REDUCE,$@)
	$(Q)$(BIN)/stats-reduce --per-round -o '$@' '$<'

%/summary.csv: %/samples.csv
	$(call say,REDUCE,$@)
	$(Q)$(BIN)/stats-reduce -o '$@' '$<'

# CPU by CPU, where an entry point ran on several; else there is no such file.
%/cpus.csv: %/samples.csv
	$(call say,REDUCE,$@)
	$(Q)set -e; $(BIN)/stats-reduce --by run_id,host_class,runtime,track,suite,test,entry_point,build,cpu -o '$@.all' '$<'; \
		mlr -S --csv count-similar -g test,entry_point,build -o cpus then filter '$$cpus > 1' then cut -x -f cpus '$@.all' > '$@'; \
		rm '$@.all'; [ -s '$@' ] || rm '$@'

# Samples stay when make is interrupted.
.PRECIOUS: %/samples.csv
