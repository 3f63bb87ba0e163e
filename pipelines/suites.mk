# The suites' documentation.
.PHONY: suite-docs

suite-docs: $(BIN)/bpf-compile-check ## write the tables of tests in bpf/README.md anew
	$(call say,DOC,bpf/README.md)
	$(Q)pipelines/suites/page bpf/README.md > bpf/README.md.new
	$(Q)mv bpf/README.md.new bpf/README.md
