# SPDX-License-Identifier: MIT
# Two builds, measured in turn on one machine and judged.

#: BASE_COMMIT  for compare-programs: the commit whose programs are the baseline
BASE_COMMIT ?=
PULL_REQUEST := build/pull-request

.PHONY: compare compare-programs
# Two kernels, or two builds of the programs. The run is filed like any other, under the name
# BASE..HEAD; history leaves those out.
ifeq ($(ARCH),all)
# Each architecture's kernel is that of the same name.
bench compare:
	$(Q)status=0; for arch in x86_64,amd64 aarch64,arm64; do \
		named() { printf %s "$$1" | sed "s/-a[mr][dm]64/-$${arch#*,}/"; }; \
		$(MAKE) --no-print-directory $@ ARCH="$${arch%,*}" KERNEL="$$(named '$(KERNEL)')" BASE="$$(named '$(BASE)')" \
			HEAD="$$(named '$(HEAD)')" || status=$$?; \
	done; exit $$status
else
programs_compared = $(filter rev:% dir:%,$(firstword $(BASE)) $(firstword $(HEAD)))
compare: all $(if $(filter icount kvm,$(RUNTIME)),vm-tools) ## measure the builds BASE and HEAD in turn and judge; fails on a regression
	@# Of what could not be measured nothing is left.
	$(Q)run="$(RESULTS)/incomplete/$$(date -u +%Y%m%dt%H%M%Sz)-$$$$"; \
	$(MAKE) --no-print-directory compare-run RUN="$$run" || { \
		status=$$?; [ ! -d "$$run" ] || [ -e "$$run/samples.csv" ] || rm -r "$$run"; \
		rmdir '$(RESULTS)/incomplete' 2> /dev/null; exit $$status; }
endif

.PHONY: compare-run
ifneq ($(programs_compared),)
compare-run:
	$(Q)SUDO='$(SUDO)' pipelines/compare/compare-programs --named --track '$(TRACK)' --head '$(or $(HEAD),.)' \
		$(if $(filter icount kvm,$(RUNTIME)),--kernel '$(KERNEL)' --runtime '$(RUNTIME)' --boots '$(vm_boots)' --timeout '$(VM_TIMEOUT)') \
		'$(BASE)' '$(suite_file)' '$(RUN)' $(if $(filter host,$(RUNTIME)),--rounds '$(ROUNDS)') $(RUN_OPTIONS)
	@rm '$(RUN)/plan-base.csv' '$(RUN)/plan-head.csv'
else
compare-run: $(RUN)/compiled.csv
	$(Q)pipelines/compare/compare-kernels --folder '$(RUN)' --runtime '$(filter-out host,$(RUNTIME))' --boots '$(vm_boots)' \
		--timeout '$(VM_TIMEOUT)' --track '$(TRACK)' '$(BASE)' '$(HEAD)' '$<' -- $(RUN_OPTIONS)
endif
	$(Q)pipelines/compare/show-verdict '$(RUN)/verdict.csv'
	$(Q)filed=$$(pipelines/results/file-run '$(RUN)' '$(RESULTS)') && printf '\n%s\n' "$$filed" && \
		[ -z "$$(mlr --icsv --onidx filter '$$verdict == "regression"' then head -n 1 "$$filed/verdict.csv")" ]

compare-programs: all ## measure the programs of BASE_COMMIT and of the working directory side by side
	$(Q)SUDO='$(SUDO)' pipelines/compare/compare-programs '$(BASE_COMMIT)' '$(suite_file)' $(PULL_REQUEST) --rounds '$(ROUNDS)' $(RUN_OPTIONS)
	$(Q)pipelines/issues/summary --annotations --title 'eBPF programs against their base' $(PULL_REQUEST)/verdict.csv
