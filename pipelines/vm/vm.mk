# SPDX-License-Identifier: MIT
# Kernel builds in a VM: see pipelines/vm/README.md.

#: KERNEL         of the VM: deb:PACKAGE[=VERSION][@SUITE], deb-file:PATH,
#:                file:PATH or url:URL#sha256=HEX
#: ARCH           of the VM: x86_64, aarch64, or all in turn  (this machine)
#: BASE HEAD      two kernels, or two builds of the programs: rev:GIT-REV,
#:                dir:FOLDER of sources or objects  (HEAD: this directory)
#: GOOD BAD AMONG   for bisect: two kernels; the builds between  (packages)
export ARCH VM_TIMEOUT

# What runs inside a VM, and QEMU's plugin that counts (build.mk).
VM_FILES := $(addprefix $(VM)/,bpf-compile-check bpf-run vm-init count-plugin.so)
# Where there are no sources they can't be built.
ifneq ($(and $(TOP),$(filter icount kvm,$(RUNTIME)),$(filter-out all,$(ARCH))),)
ifneq ($(words $(wildcard $(VM_FILES))),$(words $(VM_FILES)))
$(error no tools for a VM of ARCH=$(ARCH) are installed: `make install ARCH=$(ARCH)` in a checkout does that)
endif
endif

.PHONY: vm-tools kernels bisect
vm-tools: $(VM_FILES) ### build the static tools that run inside a VM, for ARCH

kernels: ## list the kernels that can be fetched
	$(Q)$(TOP)pipelines/vm/list-kernels | mlr --icsv --opprint cat

# A boot is a round: under icount each has a seed, which shows the spread over seeds; under kvm builds of one source
# differ most between boots.
rounds = $(if $(filter icount,$(RUNTIME)),$(SEEDS),$(ROUNDS))

# A run in a VM loads, measures and describes at once.
ifneq ($(filter icount kvm,$(RUNTIME)),)
%/plan.csv %/samples.csv: %/compiled.csv $(VM_FILES)
	$(call say,VM,$(KERNEL))
	$(Q)$(TOP)pipelines/vm/run-in-vm --kernel '$(KERNEL)' --runtime '$(RUNTIME)' --boots '$(rounds)' \
		$(build_option) --track '$(TRACK)' --plan '$(@D)/plan.csv' \
		--environment '$(@D)/environment.csv' --log '$(@D)/console.log' -o '$(@D)/samples.csv' '$<' -- $(test_option) $(RUN_OPTIONS)
endif

ifeq ($(filter bisect,$(MAKECMDGOALS))$(RUNTIME),bisectkvm)
$(error bisect goes by counted instructions: take RUNTIME=icount)
endif
bisect: all vm-tools ## find the first bad kernel from GOOD to BAD for TEST
	@mkdir -p build/bisect
	$(Q)$(BIN)/bpf-compile-check --no-load $(cflags_option) -o build/bisect/plan.csv '$(suite_file)'
	$(Q)$(TOP)pipelines/vm/bisect --test "$$TEST" --good '$(GOOD)' --bad '$(BAD)' $(if $(AMONG),--among '$(AMONG)') \
		build/bisect/plan.csv
