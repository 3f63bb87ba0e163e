# SPDX-License-Identifier: MIT
# Fuzzing of what reads files of strangers, with clang's libFuzzer. An input that breaks something is kept as
# build/fuzz/TARGET-*, and what was learned in FUZZ_CORPUS, with which the next run begins.
#:: FUZZ_SECONDS  how long `make fuzz` tries each of its targets  (60)
#:: FUZZ_TARGETS  which of them, such as: csv plan  (all of tests/fuzz)
#:: FUZZ_CORPUS   where what was learned is kept  (build/fuzz/corpus)
.PHONY: fuzz
FUZZ_CORPUS  ?= build/fuzz/corpus
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(filter-out fuzz,$(notdir $(basename $(wildcard tests/fuzz/*.c))))

# Whose code a target reads with, main() too; others need only what the tools share.
FUZZ_TOOL_suite    := bpf-compile-check
FUZZ_TOOL_capture  := bpf-compile-check
FUZZ_TOOL_verifier := bpf-compile-check
FUZZ_TOOL_samples  := stats-reduce
FUZZ_TOOL_history  := regress-detect
FUZZ_TOOL_markers  := regress-detect
FUZZ_TOOL_settings := regress-detect
FUZZ_TOOL_verdicts := regress-detect
# Libraries of interpreters that a target runs the project's own programs with.
FUZZ_LIBS_issue    := -ljq
FUZZ_LIBS_cells    = -ljq $(shell $(PKG_CONFIG) --libs libxml-2.0)
FUZZ_CFLAGS_cells  = $(shell $(PKG_CONFIG) --cflags libxml-2.0)

# What the fuzzer begins with, besides its corpus.
FUZZ_SEEDS_csv      := tests/fixtures/csv-spectrum/csvs
FUZZ_SEEDS_plan     := build/fuzz/plan.seeds
FUZZ_SEEDS_suite    := build/fuzz/suite.seeds
FUZZ_SEEDS_object   := build/fuzz/object.seeds
FUZZ_SEEDS_verifier := tests/fuzz/seeds/verifier
FUZZ_SEEDS_samples  := tests/fuzz/seeds/samples
FUZZ_SEEDS_history  := build/fuzz/history.seeds
FUZZ_SEEDS_markers  := tests/fuzz/seeds/markers
FUZZ_SEEDS_settings := tests/fuzz/seeds/settings
FUZZ_SEEDS_verdicts := build/fuzz/verdicts.seeds
FUZZ_SEEDS_capture  := tests/fuzz/seeds/capture
FUZZ_SEEDS_values   := tests/fuzz/seeds/values
FUZZ_SEEDS_cells    := tests/fuzz/seeds/cells
FUZZ_SEEDS_kernel   := build/fuzz/kernel.seeds
FUZZ_SEEDS_issue    := build/fuzz/issue.seeds

# The longest input. More of the same tells a reader nothing new, and takes longer: 8 kB is many rows. But the limits
# of a reader have to be reached: 4096 columns, buffers of 64 kB, logs of megabytes; and objects are as large as
# compilers write them.
FUZZ_BYTES          := 8192
FUZZ_BYTES_csv      := 65536
FUZZ_BYTES_plan     := 32768
FUZZ_BYTES_suite    := 32768
FUZZ_BYTES_cells    := 1024
FUZZ_BYTES_samples  := 32768
FUZZ_BYTES_history  := 32768
FUZZ_BYTES_verifier := 262144
FUZZ_BYTES_object   := 131072

# A tool's main() is called by the targets; what ends a tool comes back to them (tests/fuzz/fuzz.h).
FUZZ_WRAPPED := say say_errno die die_errno fopen fdopen open_memstream fclose
FUZZ_CC = $(or $(CLANG),clang) -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=undefined
FUZZ_OBJ := build/fuzz/obj
fuzz_objects = $(patsubst %.c,$(FUZZ_OBJ)/%.o,tests/fuzz/fuzz.c $(wildcard tools/lib/*.c) \
	$(if $(FUZZ_TOOL_$(1)),$(wildcard tools/$(FUZZ_TOOL_$(1))/*.c)))

$(FUZZ_OBJ)/%.o: %.c build/flags
	@mkdir -p $(@D)
	$(call say,FUZZ,$<)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer-no-link,address,undefined -std=c11 -D_GNU_SOURCE -Wall -Wextra -DVERSION='"fuzz"' \
		-Dmain=tool_main -Itools/lib -Ibuild $(FUZZ_TOOL_$(basename $(@F)):%=-Itools/%) \
		$(shell $(PKG_CONFIG) --cflags $(LIBS)) $(FUZZ_CFLAGS_$(basename $(@F))) -MMD -MP -c -o $@ $<
-include $(wildcard $(FUZZ_OBJ)/*/*/*.d)

define fuzz_rule
build/fuzz/$(1): $(FUZZ_OBJ)/tests/fuzz/$(1).o $(call fuzz_objects,$(1))
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzz_rule,$(t))))
$(FUZZ_TARGETS:%=build/fuzz/%):
	$(call say,FUZZ,$@)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined $(FUZZ_WRAPPED:%=-Wl$(comma)--wrap=%) -o $@ $^ $(ALL_LIBS) $(FUZZ_LIBS_$(@F))

# Seeds that are made of files of the project, not too large: a plan and its objects, histories, and what is said of
# them. Beside a suite lie its sources.
.PHONY: fuzz-seeds
fuzz-seeds: $(BIN)/bpf-compile-check $(BIN)/regress-detect build/fuzz/words
	@mkdir -p $(addprefix build/fuzz/,bpf/suites suite.seeds plan.seeds object.seeds history.seeds verdicts.seeds issue.seeds kernel.seeds)
	@ln -sf $(wildcard $(CURDIR)/bpf/*.bpf.c) build/fuzz/bpf/
	@ln -sf $(wildcard $(CURDIR)/bpf/suites/*.yml) build/fuzz/bpf/suites/
	@cp bpf/suites/smoke.yml bpf/suites/parity.yml tests/fixtures/*/*.yml build/fuzz/suite.seeds/
	$(Q)$(BIN)/bpf-compile-check --no-load --objdir build/fuzz/objects -o build/fuzz/plan.seeds/smoke.csv bpf/suites/smoke.yml
	$(Q)cd build/fuzz/objects && for object in baseline-*.o map-*.o; do llvm-strip -g -o ../object.seeds/$${object%-*}.o $$object || exit; done
	$(Q)for hostile in 0 1; do \
		awk -v schema=results-schema -v out=build/fuzz/tree-$$hostile -v tests=2 -v builds=12 -v hostile=$$hostile -f tests/fixtures/site/tree.awk && \
		find build/fuzz/tree-$$hostile -name summary.csv -exec mlr --csv unsparsify then sort -f timestamp then \
			cut -x -r -f '^(average|median|stddev|mad|p95|.*_heap.*)_' then head -n 8 -g suite,test {} + \
			> build/fuzz/history.seeds/$$hostile.csv && \
		$(BIN)/regress-detect --history build/fuzz/history.seeds/$$hostile.csv > build/fuzz/verdicts.seeds/$$hostile.csv || exit; \
	done
	$(Q)tests/fuzz/kernel-seeds build/fuzz/kernel.seeds
	$(Q)pipelines/issues/to-json build/fuzz/verdicts.seeds/0.csv > build/fuzz/findings.json
	$(Q)eval "$$(results-schema/limits)" && for what in body state; do \
		jq -nj -L pipelines/issues --slurpfile found build/fuzz/findings.json --arg what $$what -f tests/fuzz/issue-seeds.jq \
			> build/fuzz/issue.seeds/$$what || exit; \
	done

# The words that readers know, for libFuzzer to put in.
build/fuzz/words: $(SCHEMA_CSV) tools/bpf-compile-check/suite.h
	@mkdir -p $(@D)
	$(Q){ mlr --icsv --onidx cut -o -f name results-schema/[a-z]*.csv; \
		sed -nE 's/^\tX\(F_[A-Z_]+, "([a-z_]+)"\).*/\1/p' tools/bpf-compile-check/suite.h; } | sort -u | sed 's/.*/"&"/' > $@

# Each has its turn, whatever is found in others. All that it says is in build/fuzz/TARGET.log.
define fuzz_run
mkdir -p '$(FUZZ_CORPUS)/$(1)'; \
build/fuzz/$(1) -max_total_time=$(FUZZ_SECONDS) -max_len=$(or $(FUZZ_BYTES_$(1)),$(FUZZ_BYTES)) -timeout=30 -dict=build/fuzz/words \
	-print_final_stats=1 -artifact_prefix=build/fuzz/$(1)- '$(FUZZ_CORPUS)/$(1)' $(FUZZ_SEEDS_$(1)) >build/fuzz/$(1).log 2>&1 || \
	failed="$$failed $(1)"; \
sed -nE 's/^(#[0-9]+\tDONE|.*(ERROR|runtime error):|.*Test unit written)/$(1): &/p' build/fuzz/$(1).log;
endef
fuzz: $(FUZZ_TARGETS:%=build/fuzz/%) fuzz-seeds ### fuzz what reads files of strangers, FUZZ_SECONDS each
	$(Q)failed=; $(foreach t,$(FUZZ_TARGETS),$(call fuzz_run,$(t))) \
		[ -z "$$failed" ] || { echo "fuzz: build/fuzz/TARGET runs what it found again:$$failed" >&2; exit 2; }
