# SPDX-License-Identifier: MIT
# What kernels make of programs that somebody ships.
.PHONY: oracle

#: KERNELS        that oracle asks of OBJECTS, or SUITE: such as 6.1..7.2
#:: LIMITS       of oracle, by metric  (verified_insns=20% instructions=5%)
oracle_programs = $(foreach o,$(OBJECTS),$(or $(wildcard $(o)),$(o))) $(if $(filter command environment,$(origin SUITE)),$(suite_file))
# In the environment KERNELS is where fetched ones are kept, and OBJECTS a folder: scripts are not to see a list there.
oracle_kernels = $(if $(filter command,$(origin KERNELS)),$(KERNELS))
oracle: all vm-tools ## ask KERNELS what they make of OBJECTS
	$(Q)unset OBJECTS $(if $(oracle_kernels),KERNELS); \
		$(TOP)pipelines/oracle/oracle --kernels '$(oracle_kernels)' $(LIMITS:%=--limit '%') $(foreach p,$(oracle_programs),'$(p)')
