# SPDX-License-Identifier: MIT
# Style and static checks; all findings are errors.
.PHONY: lint analyze analyzed format

C_FILES     := $(shell git ls-files '*.c' '*.h' 2>/dev/null)
# What is sourced has a name that ends in .sh or .bash, and no first line that says so.
SHELL_FILES := $(shell { git ls-files '*.sh' '*.bash'; git grep -lE -m 1 '^\#!.*(sh|bats)$$' -- .ci pipelines tests; } 2>/dev/null | \
	grep -v '^tests/fixtures/' | sort -u)
SCRIPTS     := $(SHELL_FILES) $(shell git ls-files Makefile '*.mk' '*.awk' '*.jq' '*.gp' '*.mlr' '*.R' '*.js' '*.mjs' 2>/dev/null)

# Debian 12 has version 14, Ubuntu 24.04 18, Debian 13 19: all there are here have to agree.
CLANG_FORMATS := clang-format $(notdir $(wildcard /usr/bin/clang-format-[1-9][0-9]))

lint: $(SCHEMA) ### check format, code, shell scripts and man pages
	$(call say,LINT,clang-format)
	$(Q)set -e; for format in $(CLANG_FORMATS); do $$format --dry-run -Werror $(C_FILES); done
	$(call say,LINT,cppcheck)
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE -Itools/lib -Ibuild \
		'-Dbpf_object__for_each_program(p,o)=while(((p)=next(o)))' \
		'-Dbpf_object__for_each_map(m,o)=while(((m)=next(o)))' \
		$(filter tools/%.c,$(C_FILES))
	$(call say,LINT,shellcheck)
	$(Q)shellcheck $(SHELL_FILES)
	$(call say,LINT,shfmt)
	$(Q)shfmt -d $(SHELL_FILES)
	$(call say,LINT,license)
	$(Q)! grep -L SPDX-License-Identifier $(C_FILES) $(SCRIPTS) | sed 's/$$/: no line SPDX-License-Identifier/' | grep .
	$(call say,LINT,mandoc)
	$(Q)mandoc -T lint -W warning $(MAN)

# By gcc's analyzer and clang's, which follow what a program may do: .clang-tidy says what they look for. A file that
# they took is not looked at again before it, or what it includes, is another one.
ANALYSIS := build/analysis
ANALYZED := $(filter tools/% pipelines/% tests/programs/%,$(filter %.c,$(C_FILES)))

analyze: ### find bugs in C code by static analysis
	$(Q)+$(in_parallel) analyzed

analyzed: $(ANALYZED:%.c=$(ANALYSIS)/%.o)

$(ANALYSIS)/%.o: %.c .clang-tidy $(SCHEMA)
	@mkdir -p $(@D)
	$(call say,ANALYZE,$<)
	$(Q)gcc $(ALL_CFLAGS) -fanalyzer -Werror -MMD -MP -c -o $@ $<
	$(Q)clang-tidy --quiet $< -- $(ALL_CFLAGS) 2> $@.log || { cat $@.log >&2; exit 2; }
$(ANALYSIS)/pipelines/vm/count-plugin.o: CPPFLAGS += $(VM_PLUGIN)
-include $(ANALYZED:%.c=$(ANALYSIS)/%.d)

format: ### format all C code and shell scripts
	$(Q)clang-format -i $(C_FILES)
	$(Q)shfmt -w $(SHELL_FILES)
