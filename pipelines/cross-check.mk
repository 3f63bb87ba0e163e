# A suite of bpf_performance and its objects, measured here and by its own runner: do the two agree?

#: OBJECTS      where a suite's elf_file is looked for  (the suite's own folder)
#: REFERENCE    for cross-check: the CSV that the runner of bpf_performance wrote on this machine
#: CROSS_CHECK_OPTIONS  --exit-code: fail when the two differ  (none)
OBJECTS   ?=
REFERENCE ?=
CROSS_CHECK_OPTIONS ?=
CROSS_CHECK := build/cross-check

.PHONY: cross-check
ifneq ($(filter cross-check,$(MAKECMDGOALS)),)
ifneq ($(RUNTIME),host)
$(error cross-check compares times of this machine: take RUNTIME=host)
endif
ifeq ($(REFERENCE),)
$(error cross-check needs the CSV that the runner of bpf_performance wrote on this machine: REFERENCE=FILE)
endif
endif

# The reference is read before anything is measured.
cross-check: all ## measure SUITE with OBJECTS, and compare with REFERENCE, which bpf_performance's own runner wrote
	$(Q)mkdir -p '$(CROSS_CHECK)' && cd '$(CROSS_CHECK)' && \
		rm -f compiled.csv plan.csv environment.csv samples.csv rounds.csv summary.csv cross-check.csv
	$(Q)pipelines/cross-check/read '$(REFERENCE)' > '$(CROSS_CHECK)/reference.json'
	$(Q)$(MAKE) --no-print-directory '$(CROSS_CHECK)/rounds.csv' '$(CROSS_CHECK)/summary.csv'
	$(Q)pipelines/cross-check/compare '$(CROSS_CHECK)/plan.csv' '$(CROSS_CHECK)/summary.csv' '$(CROSS_CHECK)/reference.json' \
		> '$(CROSS_CHECK)/cross-check.csv'
	$(Q)pipelines/cross-check/show $(CROSS_CHECK_OPTIONS) '$(CROSS_CHECK)/cross-check.csv'
	@printf '\n%s\n' '$(CROSS_CHECK)/cross-check.csv'
