# SPDX-License-Identifier: MIT
# The eBPF performance benchmark suite: `make help` lists targets and variables, `make help-all` all of them.
#
# Each arrow of the flow (README.md) is one rule that writes one file; the tools do the work, the
# rules only chain them. Everything made is below build/.

#: SUITE          tests: a name in bpf/suites, a .yml or a .bpf.c  (core)
#: RUNTIME        host; or a VM: icount counts, kvm times  (host)
#: TRACK          the line of builds that the run belongs to  (local)
#: BUILD          the label of the build  (uname -r)
#: RESULTS        where results are filed  (build/results)
#: TEST           only tests that match this regular expression  (all)
#: RUN_OPTIONS    more options for bpf-run
#: SUDO           how to become root  (sudo; nothing for root)
#: PREFIX DESTDIR where `make install` installs  (/usr/local)
#:: WERROR       1: warnings are errors
#:: SANITIZE     build with sanitizers, such as address,undefined
#:: CC CLANG     compilers of the tools and of the eBPF programs  (gcc or clang; clang)
#: V              1: show the commands
SUITE    ?= core
RUNTIME  ?= host
TRACK    ?= local
RESULTS  ?= build/results
SUDO     ?= $(if $(filter 0,$(shell id -u)),,sudo)
PREFIX   ?= /usr/local
# Scripts say what Miller is to do; what a person or a tree has set for it does not count.
export MLRRC := __none__
# What scripts have from there too.
SHARED := $(shell ARCH='$(ARCH)'; . pipelines/lib.sh; echo $$ROUNDS $$SEEDS $$VM_TIMEOUT $$ARCH)
ROUNDS     := $(word 1,$(SHARED))
SEEDS      := $(word 2,$(SHARED))
VM_TIMEOUT := $(word 3,$(SHARED))
override ARCH := $(word 4,$(SHARED))

TOOLS := bpf-compile-check bpf-run stats-reduce regress-detect
LIBS  := $(shell sed -n 's/^run module:\([^ ]*\) .*/\1/p' pipelines/host/packages)

BIN   := build/bin
OBJ   := build/obj
# A tarball of `make dist` has the file.
VERSION := $(shell cat .version 2>/dev/null || git describe --always --dirty --tags 2>/dev/null || echo unknown)

# A bare Debian may have clang and no gcc, or neither before `make deps bench` has installed one.
ifeq ($(origin CC),default)
CC = $(shell command -v gcc || command -v clang)
endif
PKG_CONFIG ?= pkg-config
INSTALL    ?= install
CFLAGS     ?= -O2 -g
# Expanded only when something is compiled, so that `make deps` works before pkg-config is there.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	$(if $(WERROR),-Werror) $(SANITIZERS) \
	-Itools/lib -Ibuild $(shell $(PKG_CONFIG) --cflags $(LIBS)) $(CFLAGS)
# A finding ends the program, or a test would pass over it.
SANITIZERS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_LDFLAGS = $(SANITIZERS) $(LDFLAGS)
ALL_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBS)) -lm -lpthread

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s%s\n' $(1) $(2))

LIB_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/lib/*.c) $(if $(SANITIZE),tests/leaks.c))
ALL_OBJ := $(LIB_OBJ) $(foreach t,$(TOOLS),$(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/$(t)/*.c)))
MAN     := $(wildcard tools/*/*.1)
# The files that the tools write.
FLOW    := plan samples environment summary verdict
SCHEMA  := $(addprefix build/schema/,columns.h statuses.h verdicts.h limits.h tables.inc)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all install dist clean help help-all FORCE

all: $(TOOLS:%=$(BIN)/%) ## build the tools (default)

include $(wildcard pipelines/*/*.mk tests/*.mk)

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

$(OBJ)/tools/lib/cli.o $(OBJ)/tools/bpf-run/identity.o: CFLAGS += -DVERSION='"$(VERSION)"'
$(OBJ)/tools/lib/cli.o $(OBJ)/tools/bpf-run/identity.o: build/version

# What is made depends on how: other flags, or another version, make it anew.
build/flags build/version: FORCE
	@mkdir -p $(@D)
	@new=$@.$$$$; printf '%s\n' '$(if $(filter %version,$@),$(VERSION),$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))' > $$new; \
		if cmp -s $$new $@; then rm $$new; else mv $$new $@; fi

# `make deps bench` works with -j too.
build/flags: | $(filter deps test-deps,$(MAKECMDGOALS)) $(SCHEMA)

# Columns, statuses and verdicts, for tools/lib/schema.h. Rules of results have the same names of files.
SCHEMA_CSV := $(wildcard results-schema/*.csv)
$(SCHEMA_CSV): ;
$(SCHEMA) &: $(SCHEMA_CSV) results-schema/columns tools/lib/schema.awk
	@mkdir -p build/schema
	$(call say,SCHEMA,build/schema)
	$(Q)results-schema/columns $(FLOW) | \
		awk -v out=build/schema -f tools/lib/schema.awk - $(addprefix results-schema/,statuses.csv verdicts.csv limits.csv)

install: all ## install tools, man pages and suites
	$(INSTALL) -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/man/man1"
	$(INSTALL) $(TOOLS:%=$(BIN)/%) "$(DESTDIR)$(PREFIX)/bin"
	$(INSTALL) -m 644 $(MAN) "$(DESTDIR)$(PREFIX)/share/man/man1"
	find bpf -name '*.bpf.c' -o -name '*.h' -o -name '*.yml' | \
		xargs -I '{}' $(INSTALL) -D -m 644 '{}' "$(DESTDIR)$(PREFIX)/share/ebpf-performance/{}"

# The commit's files as git has them, and the version that they would not know without it.
DIST := ebpf-performance-$(VERSION)
dist: ### write a tarball of the commit, which builds without git
	$(if $(filter %-dirty unknown,$(VERSION)),$(error commit first: a tarball is of a commit, and this is '$(VERSION)'))
	@mkdir -p build/dist
	$(Q)printf '%s\n' '$(VERSION)' > build/dist/.version
	$(call say,DIST,build/dist/$(DIST).tar.gz)
	$(Q)git archive --prefix='$(DIST)/' --add-file=build/dist/.version -o 'build/dist/$(DIST).tar.gz' HEAD

clean: ## remove what was built; keep results and kernels
	rm -rf $(BIN) $(OBJ) build/bpf build/schema build/flags build/version

help: ## list targets and variables
help-all: ## list them all, those of developers too
hash := \#
all_marks = $(if $(filter help-all,$@),$(1)?)
help help-all:
	@echo 'Targets:'
	@sed -nE 's/^([a-z][a-z-]*):[^#]*##$(call all_marks,$(hash)) (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | sort | expand -t 24
	@echo 'Variables (defaults in parentheses):'
	@sed -nE 's/^#:$(call all_marks,:) /  /p' $(MAKEFILE_LIST) pipelines/lib.sh

-include $(ALL_OBJ:.o=.d)
