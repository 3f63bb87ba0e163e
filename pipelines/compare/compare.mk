# SPDX-License-Identifier: MIT
# Two builds, measured in turn on one machine and judged.
.PHONY: compare

ifeq ($(ARCH),all)
# Each architecture's kernel is that of the same name.
bench compare:
	$(Q)status=0; . '$(TOP)pipelines/lib.sh'; for ARCH in x86_64 aarch64; do \
		named() { printf %s "$$1" | sed "s/-a[mr][dm]64/-$$(debian_arch)/"; }; \
		$(MAKE) --no-print-directory $@ ARCH="$$ARCH" KERNEL="$$(named '$(KERNEL)')" BASE="$$(named '$(BASE)')" \
			HEAD="$$(named '$(HEAD)')" || status=$$?; \
	done; exit $$status
else
# The run is filed like any other, as BASE..HEAD; history leaves those out.
compare: all $(if $(filter icount kvm,$(RUNTIME)),vm-tools) ## measure BASE and HEAD in turn; fail on a regression
	$(Q)run='$(new_run)'; \
	SUDO='$(SUDO)' $(TOP)pipelines/compare/compare --runtime '$(RUNTIME)' --kernel '$(KERNEL)' \
		--track '$(TRACK)' '$(BASE)' '$(HEAD)' '$(suite_file)' "$$run" $(test_option) $(RUN_OPTIONS) && \
	filed=$$($(TOP)pipelines/results/file-run "$$run" '$(RESULTS)') && \
	{ $(call gate_on,"$$filed/verdict.csv"); status=$$?; \
		[ ! -e "$$filed/static.csv" ] || { echo && echo 'for information, of the programs as they were loaded:' && \
		$(BIN)/regress-detect --verdicts --table "$$filed/static.csv"; }; \
		printf '\n%s\n' "$$filed"; exit $$status; }
endif
