# SPDX-License-Identifier: MIT
# Benchmarks of the tools themselves. Each prints a table; other parts add theirs as prerequisites.
.PHONY: instrument benchmark-counted benchmark-history benchmark-tools benchmark-measurement benchmark-round-value

benchmark-tools: benchmark-measurement benchmark-history ## what the tools' numbers and speed are worth here: run alone

benchmark-measurement: all
	$(Q)$(SUDO) pipelines/evaluate/measurement

benchmark-round-value: all ## how samples should be made into a round's value: run alone
	$(Q)$(SUDO) pipelines/evaluate/round-value

benchmark-history:
	$(Q)pipelines/evaluate/history-speed

# The other architecture's times too, where its tools can be made.
benchmark-counted: all vm-tools ## what counted instructions are worth: BASE, HEAD, KERNEL (HEAD), SUITE; run alone
	$(Q)for arch in $(filter-out $(ARCH),x86_64 aarch64); do \
		{ command -v qemu-system-$$arch && command -v $$arch-linux-gnu-gcc; } > /dev/null || continue; \
		$(MAKE) --no-print-directory vm-tools ARCH=$$arch; \
	done
	$(Q)pipelines/evaluate/counted '$(BASE)' '$(HEAD)' '$(KERNEL)' '$(suite_file)'

instrument: all ## what each test of SUITE costs besides its operation: run alone
	$(Q)$(SUDO) pipelines/evaluate/instrument '$(suite_file)' '$(ROUNDS)' $(test_option) $(RUN_OPTIONS)

benchmark-tools: benchmark-site
benchmark-site: browser-tests ## 500 tests by 1000 builds: how long the pages take, anew and with one run more
	$(Q)pipelines/evaluate/site-speed build/benchmark-site
