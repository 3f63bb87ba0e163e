# SPDX-License-Identifier: MIT
# Issues of what was confirmed.
.PHONY: issues

# Confirmations of other machines lie in confirmations/; those of a single one right in it, as the workflow's download
# puts them. A folder is called what a job has called it: it is no word of a recipe.
issues: ### file, follow and close issues, as findings and confirmations say
	$(call say,ISSUES,'$(or $(GITHUB_REPOSITORY),nowhere: GITHUB_REPOSITORY is not set)')
	$(Q)set -- $(REPORT)/findings.csv; \
		for file in $(REPORT)/confirmed.csv $(REPORT)/confirmations/confirmed.csv $(REPORT)/confirmations/*/confirmed.csv; do \
			[ ! -e "$$file" ] || set -- "$$@" "$$file"; \
		done; \
		$(TOP)pipelines/issues/file-issues "$$@"
