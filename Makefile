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
#: V              1: show the commands
#:: BPF_CFLAGS   more options for the compiler of the eBPF programs
#:: CLANG        compiler of the eBPF programs  (clang)
SUITE    ?= core
RUNTIME  ?= host
TRACK    ?= local
RESULTS  ?= build/results
SUDO     ?= $(if $(filter 0,$(shell id -u)),,sudo)

# Nothing, or the folder with a slash where the suite is installed (`ebpf-performance`): files are read from there, the
# tools are there, and what is written is below the working directory.
TOP := $(filter-out ./,$(dir $(lastword $(MAKEFILE_LIST))))

# Scripts say what Miller is to do; what a person or a tree has set for it does not count.
export MLRRC := __none__
# What scripts have from there too.
SHARED := $(shell ARCH='$(ARCH)'; . '$(TOP)pipelines/lib.sh'; echo $$ROUNDS $$SEEDS $$VM_TIMEOUT $$ARCH)
ROUNDS     := $(word 1,$(SHARED))
SEEDS      := $(word 2,$(SHARED))
VM_TIMEOUT := $(word 3,$(SHARED))
override ARCH := $(word 4,$(SHARED))

TOOLS := bpf-compile-check bpf-run stats-reduce regress-detect

BIN   := $(TOP)build/bin
VM    := $(TOP)build/static/$(ARCH)
# A tarball of `make dist` has the file, and what is installed. A tag, which comes with another's commits too, may be
# called $(...).
VERSION := $(shell { cat $(TOP).version 2>/dev/null || git describe --always --dirty --tags 2>/dev/null || echo unknown; } | \
	LC_ALL=C tr -c 'A-Za-z0-9._+~\n-' _)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s%s\n' $(1) $(2))

# Scripts find a checkout's tools themselves, and call this make.
ifneq ($(TOP),)
MAKE := $(MAKE_COMMAND) -f $(TOP)Makefile
export BIN MAKE
export VM_TOOLS := $(VM)
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help help-all

all: $(TOOLS:%=$(BIN)/%) ## build the tools (default)

include $(wildcard $(addprefix $(TOP),tools/*.mk pipelines/*/*.mk tests/*.mk))

help: ## list targets and variables
help-all: ## list them all, those of developers too
hash := \#
all_marks = $(if $(filter help-all,$@),$(1)?)
help help-all:
	@echo 'Targets:'
	@sed -nE 's/^([a-z][a-z-]*):[^#]*##$(call all_marks,$(hash)) (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | sort | expand -t 24
	@echo 'Variables (defaults in parentheses):'
	@sed -nE 's/^#:$(call all_marks,:) /  /p' $(MAKEFILE_LIST) $(TOP)pipelines/lib.sh
