# Style and static checks; all findings are errors.
.PHONY: lint format

C_FILES     := $(shell git ls-files '*.c' '*.h' 2>/dev/null)
SHELL_FILES := $(shell git ls-files .ci/run pipelines tests 2>/dev/null | grep -v '\.mk$$' | \
	xargs grep -lE -m 1 '^\#!.*(sh|bats)$$' 2>/dev/null) tests/helpers.bash pipelines/runtime/lib.sh pipelines/runtime/apt.sh pipelines/runtime/image.sh \
	pipelines/results/place.sh

lint: ## check format, code, shell scripts and man pages
	$(call say,LINT,clang-format)
	$(Q)clang-format --dry-run -Werror $(C_FILES)
	$(call say,LINT,cppcheck)
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE -Itools/lib \
		'-Dbpf_object__for_each_program(p,o)=while(((p)=next(o)))' \
		'-Dbpf_object__for_each_map(m,o)=while(((m)=next(o)))' \
		$(filter tools/%.c,$(C_FILES))
	$(call say,LINT,shellcheck)
	$(Q)shellcheck $(SHELL_FILES)
	$(call say,LINT,mandoc)
	$(Q)mandoc -T lint -W warning $(MAN)

format: ## format all C code
	$(Q)clang-format -i $(C_FILES)
