# SPDX-License-Identifier: MIT
# Fuzzing of what reads files of strangers, with clang's libFuzzer. An input that breaks something is kept in
# build/fuzz, and what was learned in build/fuzz/TARGET.corpus.
#:: FUZZ_SECONDS  how long `make fuzz` tries each of its targets  (60)
.PHONY: fuzz
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := $(filter-out fuzz,$(notdir $(basename $(wildcard tests/fuzz/*.c))))
FUZZ_SOURCES = $(wildcard tools/lib/*.c) $(filter-out %/bpf-compile-check.c,$(wildcard tools/bpf-compile-check/*.c))
# What the fuzzer begins with.
FUZZ_SEEDS_csv   := tests/fixtures/csv-spectrum/csvs
FUZZ_SEEDS_plan  := build/fuzz/plan.seeds
FUZZ_SEEDS_suite := bpf/suites
FUZZ_ENV_suite := ASAN_OPTIONS=detect_leaks=0
FUZZ_OPTIONS_suite := -fork=1 -rss_limit_mb=1000

build/fuzz/plan.seeds/smoke.csv: $(BIN)/bpf-compile-check
	@mkdir -p $(@D)
	$(Q)$< --no-load -o $@ bpf/suites/smoke.yml

$(FUZZ_TARGETS:%=build/fuzz/%): build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.c tests/fuzz/fuzz.h $(SCHEMA) $(wildcard tools/lib/*.[ch] tools/bpf-compile-check/*.[ch])
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)$(or $(CLANG),clang) -std=c11 -D_GNU_SOURCE -DVERSION='"fuzz"' -g -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined $(if $(filter suite,$*),-Wl$(comma)--wrap=die) -Itools/lib -Ibuild -Itools/bpf-compile-check \
		$(shell $(PKG_CONFIG) --cflags $(LIBS)) -o $@ $< tests/fuzz/fuzz.c $(FUZZ_SOURCES) $(ALL_LIBS)

fuzz: $(FUZZ_TARGETS:%=build/fuzz/%) build/fuzz/plan.seeds/smoke.csv ### fuzz what reads files of strangers, FUZZ_SECONDS each
	$(Q)for target in $(FUZZ_TARGETS); do mkdir -p build/fuzz/$$target.corpus; done
	$(Q)$(foreach t,$(FUZZ_TARGETS),$(FUZZ_ENV_$(t)) build/fuzz/$(t) -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=10 \
		$(FUZZ_OPTIONS_$(t)) -artifact_prefix=build/fuzz/$(t)- \
		build/fuzz/$(t).corpus $(FUZZ_SEEDS_$(t)) &&) :
