# SPDX-License-Identifier: MIT
# Tests. Each prints `N passed, N failed` (and `, N skipped`) as its last line, and fails when one failed.
#:: TESTS        test files  (tests/*.bats)
#:: CAPABILITIES what this machine has, so that a test that needs it must not be skipped: root bpf cpus2 tracefs
#::              kvm pmu kprobes all-commands  (none: a test is skipped where something is missing)
.PHONY: check check-expensive

comma := ,
TESTS ?= $(sort $(wildcard tests/*.bats))
CAPABILITIES ?=
export CAPABILITIES

# Programs that only tests and `make power` run.
TEST_PROGRAMS := $(patsubst tests/programs/%.c,build/tests/%,$(wildcard tests/programs/*.c))
# The parts of a tool without its main().
parts_of = $(filter-out %/$(1).o,$(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/$(1)/*.c)))

build/tests/%: $(OBJ)/tests/programs/%.o $(LIB_OBJ) build/flags
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ALL_LIBS)

build/tests/hypervisor-name: $(OBJ)/tools/bpf-run/machine.o
build/tests/shared-lines: $(call parts_of,bpf-run)
build/tests/verifier-summary: $(call parts_of,bpf-compile-check)
build/tests/power build/tests/past: $(call parts_of,regress-detect)
-include $(TEST_PROGRAMS:build/tests/%=$(OBJ)/tests/programs/%.d)

# With other variables, the makes that tests start would build the tools anew.
check check-expensive: export TEST_MAKEFLAGS = $(if $(MAKEOVERRIDES),-- $(MAKEOVERRIDES))

# `make -j deps check` works too.
check check-expensive: | $(filter deps test-deps,$(MAKECMDGOALS))

# By all CPUs, unless it is said how many.
in_parallel = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

# What tests run. What boots in a VM is static, which sanitizers can't be.
.PHONY: build-for-tests
build-for-tests: all $(TEST_PROGRAMS) $(if $(SANITIZE),,vm-tools)
build_for_tests = $(Q)+$(in_parallel) build-for-tests

define announce
@echo 'All tests take about $(1) minutes on two idle cores. Some boot VMs, without KVM; the first time a kernel is fetched.'
@[ "$$(id -u)" = 0 ] || echo 'Only root may load programs: without root most tests are skipped.'
endef
# Not where only some files are run.
takes = $(if $(filter file,$(origin TESTS)),$(call announce,$(1)))

# Sanitizers find no more in what is timed or simulated, and make it another time.
check: ## run the tests
	$(call takes,15)
	$(build_for_tests)
	$(Q)tests/run '!slow$(if $(SANITIZE),$(comma)!timing)' $(TESTS)

check-expensive: ### run the tests that take long
	$(call takes,25)
	$(build_for_tests)
	$(Q)tests/run slow $(TESTS)

# npm packages that tests use, as tests/NAME/package-lock.json has them.
.PHONY: test-packages browser-tests
test-packages: build/github/node_modules/.package-lock.json ### install npm packages that tests of workflows and issues use
browser-tests: build/browser/node_modules/.package-lock.json ### install npm packages that tests of pages use

build/%/node_modules/.package-lock.json: tests/%/package.json tests/%/package-lock.json
	@mkdir -p build/$*
	$(call say,NPM,build/$*)
	@cp $^ build/$*
	$(Q)cd build/$* && npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
