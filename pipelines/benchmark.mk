# Benchmarks of the tools themselves. Each prints a table; other parts add theirs as prerequisites.
.PHONY: benchmark-history benchmark-tools benchmark-measurement benchmark-round-value

benchmark-tools: benchmark-measurement benchmark-history ## what the tools' numbers and speed are worth here: run alone

benchmark-measurement: all
	$(Q)$(SUDO) pipelines/benchmark/measurement

benchmark-round-value: all ## how samples should be made into a round's value: run alone
	$(Q)$(SUDO) pipelines/benchmark/round-value

benchmark-history:
	$(Q)pipelines/benchmark/history
