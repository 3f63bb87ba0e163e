# SPDX-License-Identifier: MIT
# Tests. Each prints `N passed, N failed` (and `, N skipped`) as its last line, and fails when one failed.
#: TESTS        test files  (tests/*.bats)
#: CAPABILITIES what this machine has, so that a test that needs it must not be skipped: root bpf cpus2
#:              kvm pmu kprobes all-commands  (none: a test is skipped where something is missing)
.PHONY: check check-expensive

TESTS ?= $(sort $(wildcard tests/*.bats))
CAPABILITIES ?=
export CAPABILITIES

# Programs that only tests run.
TEST_PROGRAMS := $(patsubst tests/%.c,build/tests/%,$(wildcard tests/*.c))

build/tests/%: $(OBJ)/tests/%.o $(LIB_OBJ) build/flags
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ALL_LIBS)

build/tests/shared-lines: $(filter-out %/bpf-run.o,$(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/bpf-run/*.c)))
build/tests/hypervisor-name: $(OBJ)/tools/bpf-run/hypervisor.o

# With other variables, the makes that tests start would build the tools anew.
check check-expensive: export TEST_MAKEFLAGS = $(if $(MAKEOVERRIDES),-- $(MAKEOVERRIDES))

# What boots in a VM is static, which sanitizers can't be.
check check-expensive: $(if $(SANITIZE),,vm-tools)

check: all $(TEST_PROGRAMS) ## run the tests
	$(Q)tests/run '!slow' $(TESTS)

check-expensive: all $(TEST_PROGRAMS) ## run the tests that take long
	$(Q)tests/run slow $(TESTS)

-include $(TEST_PROGRAMS:build/tests/%=$(OBJ)/tests/%.d)

.PHONY: test-packages browser-tests
test-packages: build/test-packages/installed ## install npm packages that tests of workflows and issues use

build/test-packages/installed: tests/github/package.json tests/github/package-lock.json
	@mkdir -p $(@D)
	$(call say,NPM,$@)
	@cp $^ $(@D)
	$(Q)cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

# The driver and the accessibility checks of the browser's tests, as package-lock.json has them.
build/browser/node_modules/.package-lock.json: tests/browser/package-lock.json tests/browser/package.json
	@mkdir -p build/browser
	$(call say,NPM,$(@D))
	$(Q)cp tests/browser/package.json tests/browser/package-lock.json build/browser/
	$(Q)cd build/browser && npm ci --silent --no-audit --no-fund
	@touch '$@'
browser-tests: build/browser/node_modules/.package-lock.json
