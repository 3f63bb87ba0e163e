# SPDX-License-Identifier: MIT
# Building the tools from their sources. Where the suite is installed there are none, and this file is not there.
.PHONY: clean FORCE

#:: WERROR       1: warnings are errors
#:: SANITIZE     build with sanitizers, such as address,undefined
#:: CC           compiler of the tools  (gcc or clang)
LIBS  := $(shell sed -nE 's/^(run|build) module:([^ ]*) .*/\2/p' pipelines/host/packages)
OBJ   := build/obj

# A bare Debian may have clang and no gcc, or neither before `make deps bench` has installed one.
ifeq ($(origin CC),default)
CC = $(shell command -v gcc || command -v clang)
endif
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
# Expanded only when something is compiled, so that `make deps` works before pkg-config is there.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	$(if $(WERROR),-Werror) $(SANITIZERS) \
	-Itools/lib -Ibuild $(shell $(PKG_CONFIG) --cflags $(LIBS)) $(VERSION_FLAG) $(CPPFLAGS) $(CFLAGS)
# A finding ends the program, or a test would pass over it.
SANITIZERS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_LDFLAGS = $(SANITIZERS) $(LDFLAGS)
ALL_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBS)) -lm -lpthread

LIB_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/lib/*.c) $(if $(SANITIZE),tests/leaks.c))
ALL_OBJ := $(LIB_OBJ) $(foreach t,$(TOOLS),$(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/$(t)/*.c)))
# The files that the tools write.
FLOW    := plan samples environment summary verdict
SCHEMA  := $(addprefix build/schema/,columns.h statuses.h verdicts.h limits.h tables.inc)

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

# Wherever they are built, for a VM too.
TELL_VERSION := tools/lib/cli.o tools/bpf-run/identity.o
$(addprefix %/,$(TELL_VERSION)): VERSION_FLAG = -DVERSION='"$(VERSION)"'
$(TELL_VERSION:%=$(OBJ)/%): build/version

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

clean: ## remove what was built; keep results and kernels
	rm -rf $(BIN) $(OBJ) build/bpf build/schema build/flags build/version

-include $(ALL_OBJ:.o=.d)
