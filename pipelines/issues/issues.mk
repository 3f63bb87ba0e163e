# SPDX-License-Identifier: MIT
# Issues of what was confirmed.
.PHONY: issues

# Confirmations of other machines lie in confirmations/; those of a single one right in it, as the workflow's download
# puts them.
issues: ### file, follow and close issues, as findings and confirmations say
	$(call say,ISSUES,'$(or $(GITHUB_REPOSITORY),nowhere: GITHUB_REPOSITORY is not set)')
	$(Q)$(TOP)pipelines/issues/file-issues $(REPORT)/findings.csv $(wildcard $(REPORT)/confirmed.csv \
		$(REPORT)/confirmations/confirmed.csv $(REPORT)/confirmations/*/confirmed.csv)
