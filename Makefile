# The eBPF performance benchmark suite: `make help` lists targets and variables.
#
# Each arrow of the flow (README.md) is one rule that writes one file; the tools do the work, the
# rules only chain them. Everything made is below build/.

SUITE   ?= core
ROUNDS  ?= 20
RUNTIME ?= host
KERNEL  ?=
TRACK   ?= local
BUILD   ?=
RESULTS ?= build/results
RUN_OPTIONS ?=
PREFIX  ?= /usr/local
DESTDIR ?=
WERROR  ?=
SANITIZE ?=
V       ?=
# Root only where it is needed: installing packages and loading programs.
SUDO    ?= $(if $(filter 0,$(shell id -u)),,sudo)

TOOLS := bpf-compile-check bpf-run stats-reduce regress-detect
LIBS  := libbpf yaml-0.1 gsl libelf

BIN    := build/bin
OBJ    := build/obj
VERSION := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)

# A bare Debian may have clang and no gcc.
ifeq ($(origin CC),default)
CC := $(shell command -v gcc || command -v clang)
endif
PKG_CONFIG ?= pkg-config
CFLAGS   ?= -O2 -g
# Lazily expanded, so that `make deps` works before pkg-config is there.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	$(if $(WERROR),-Werror) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer) \
	-Itools/lib $(shell $(PKG_CONFIG) --cflags $(LIBS)) $(CFLAGS)
ALL_LDFLAGS = $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)
ALL_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBS)) -lm -lpthread

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s%s\n' $(1) $(2))

LIB_SRC := $(wildcard tools/lib/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o)
ALL_OBJ := $(LIB_OBJ) $(foreach t,$(TOOLS),$(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/$(t)/*.c)))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all clean FORCE
all: $(TOOLS:%=$(BIN)/%) ## build the tools

-include pipelines/*.mk

define tool_rule
$(BIN)/$(1): $(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/$(1)/*.c)) $(LIB_OBJ)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$(t))))
$(TOOLS:%=$(BIN)/%): build/flags
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ALL_LIBS)

$(OBJ)/%.o: %.c build/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/tools/lib/cli.o $(OBJ)/tools/bpf-run/identity.o: ALL_CFLAGS += -DVERSION='"$(VERSION)"'

# Other flags, another build: what is made depends on how.
build/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@

clean: ## remove what was built, and keep results and fetched kernels
	rm -rf $(BIN) $(OBJ) build/bpf build/flags

-include $(ALL_OBJ:.o=.d)
