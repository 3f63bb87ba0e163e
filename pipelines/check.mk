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
