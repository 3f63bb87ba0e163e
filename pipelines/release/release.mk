# SPDX-License-Identifier: MIT
# What leaves this tree: an installation, a tarball, a branch for others; and the tables that are published with it.
.PHONY: install dist deb site-split suite-docs

#: PREFIX DESTDIR where `make install` installs  (/usr/local)
#:: SITE_BRANCH  branch of site-split  (site)
PREFIX  ?= /usr/local
SITE_BRANCH ?= site
INSTALL ?= install
MAN     := $(wildcard tools/*/*.1 pipelines/*/*.1)

# Below share/ebpf-performance as in this tree, so that nothing looks for its files elsewhere; the programs, which are of
# one architecture, by links. What only builds, or only measures this project itself, stays here.
SHARE = $(DESTDIR)$(PREFIX)/share/ebpf-performance
PRIVATE = $(DESTDIR)$(PREFIX)/lib/ebpf-performance/$(ARCH)
COMPLETIONS = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
SHARED_FILES = find Makefile bpf pipelines results-schema -type f ! -name README.md ! -path 'pipelines/*.c' ! -name build.mk \
	! -path 'pipelines/release/*' ! -path 'pipelines/evaluate/*'
install: all vm-tools ## install tools, man pages, suites and pipelines
	$(INSTALL) -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/man/man1" "$(SHARE)/build" "$(PRIVATE)"
	$(INSTALL) $(TOOLS:%=$(BIN)/%) pipelines/bench/bpf-bench pipelines/release/ebpf-performance "$(DESTDIR)$(PREFIX)/bin"
	$(INSTALL) -m 644 $(MAN) "$(DESTDIR)$(PREFIX)/share/man/man1"
	$(INSTALL) $(VM_FILES) "$(PRIVATE)"
	$(INSTALL) -D -m 644 pipelines/release/completion.bash "$(COMPLETIONS)/ebpf-performance"
	for tool in $(TOOLS) bpf-bench; do ln -sf ebpf-performance "$(COMPLETIONS)/$$tool"; done
	$(SHARED_FILES) | tar -c --mode=u=rwX,go=rX -T - | tar -xp --no-same-owner -C "$(SHARE)"
	printf '%s\n' '$(VERSION)' > "$(SHARE)/.version"
	ln -sfn ../../../bin "$(SHARE)/build/bin"
	ln -sfn ../../../lib/ebpf-performance "$(SHARE)/build/static"

# The commit's files as git has them, and the version that they would not know without it.
DIST := ebpf-performance-$(VERSION)
dist: ### write a tarball of the commit, which builds without git
	$(if $(filter %-dirty unknown,$(VERSION)),$(error commit first: a tarball is of a commit, and this is '$(VERSION)'))
	@mkdir -p build/dist
	$(Q)printf '%s\n' '$(VERSION)' > build/dist/.version
	$(call say,DIST,build/dist/$(DIST).tar.gz)
	$(Q)git archive --prefix='$(DIST)/' --add-file=build/dist/.version -o 'build/dist/$(DIST).tar.gz' HEAD

deb: dist ### make Debian packages of the commit for this distribution, in build/deb, and check them
	$(call say,DEB,build/deb)
	$(Q)pipelines/release/deb 'build/dist/$(DIST).tar.gz' build/deb

site-split: ### write pipelines/site/pages as a branch SITE_BRANCH of its own, for other projects' submodules
	$(Q)git subtree split -q --prefix=pipelines/site/pages -b '$(SITE_BRANCH)'

suite-docs: $(BIN)/bpf-compile-check ### write the tables of tests in bpf/README.md anew
	$(call say,DOC,bpf/README.md)
	$(Q)pipelines/release/suites-page bpf/README.md > bpf/README.md.new
	$(Q)mv bpf/README.md.new bpf/README.md
