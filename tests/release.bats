#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What leaves the tree: an installation that works from any folder, as `ebpf-performance`.

load helpers
load runs
load kernels
load debian

in_top() {
  make --no-print-directory -C "$TOP" "$@"
}

# One installation for all tests, each of which runs in an empty folder.
setup_file() {
  in_top install DESTDIR="$BATS_FILE_TMPDIR/stage" PREFIX=/opt/x >"$BATS_FILE_TMPDIR/install.log"
}

setup() {
  INSTALLED=$BATS_FILE_TMPDIR/stage/opt/x
  PATH=$INSTALLED/bin:$PATH
  mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
}

# Everything there, for a comparison: nothing is written where the suite is installed.
installed() {
  find "$BATS_FILE_TMPDIR/stage" -printf '%P %s %T@ %m\n' | sort
}

@test "make installs tools, man pages, suites and pipelines, and they work from any folder as any user" {
  for tool in bpf-compile-check bpf-run stats-reduce regress-detect ebpf-performance; do
    [[ $("$tool" --version) == "$tool "* ]]
    [ -s "$INSTALLED/share/man/man1/$tool.1" ]
  done
  bpf-bench --help >../help.txt
  [ -s "$INSTALLED/share/man/man1/bpf-bench.1" ]
  assert_equal "$(ebpf-performance --version)" "ebpf-performance $(bpf-run --version | cut -d ' ' -f 2-)"
  bpf-compile-check --no-load --objdir objects "$INSTALLED/share/ebpf-performance/bpf/suites/smoke.yml" >plan.csv
  assert_equal "$(csv_value plan.csv status | sort -u)" compiled
  rm -r objects plan.csv
  installed >../before.txt
  ebpf-performance help >../help.txt
  grep -qE '^  bench +measure' ../help.txt
  # What builds the suite, or tests it, is for a checkout.
  assert_equal "$(ebpf-performance --list | grep -xE 'install|dist|check|lint|clean|aa|suite-docs')" ''
  assert_equal "$(ebpf-performance --list | grep -xE 'bench|compare|SUITE=|ROUNDS=|SUITE=smoke' | paste -sd' ')" \
    'bench compare SUITE= ROUNDS= SUITE=smoke'
  # An ordinary user compiles below the working directory, by the rule of a file of a run.
  user=
  if [ "$(id -u)" = 0 ]; then
    requires setpriv
    chmod 777 .
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
    user='setpriv --reuid 65534 --regid 65534 --clear-groups'
  fi
  # shellcheck disable=SC2086 # a command and its arguments
  $user env PATH="$PATH" ebpf-performance SUITE=smoke build/results/incomplete/x/compiled.csv >/dev/null
  assert_equal "$(csv_value build/results/incomplete/x/compiled.csv status | sort -u)" compiled
  assert_equal "$(ls)" build
  installed | diff ../before.txt -
}

@test "names of folders and of tags are no words of a command" {
  local name="x';touch hacked;'\$(touch hacked)"
  mkdir -p "build/results/$name" "build/report/confirmations/$name"
  header_of verdict | tee "build/results/$name/verdict.csv" "build/report/confirmations/$name/confirmed.csv" >build/report/findings.csv
  run -2 ebpf-performance gate VERDICT=none
  run -0 ebpf-performance gate
  run -0 ebpf-performance issues
  rm -r build/results
  run -2 ebpf-performance gate
  assert_contains "$output" 'gate: no verdict.csv is there'
  git init -q
  git -c user.name=x -c user.email=x@localhost commit -q --allow-empty -m x
  git tag "v1';touch\${IFS}hacked;'"
  make -s -f "$TOP/Makefile" build/version 2>/dev/null
  assert_equal "$(cat build/version)" v1__touch__IFS_hacked__
  [ ! -e hacked ]
}

@test "bash completes targets, variables, suites and the tools' options" {
  requires bash-completion
  # A shell of its own, as a user's: what it offers after a command line.
  cat >offered.bash <<'END'
. /usr/share/bash-completion/bash_completion
. "$INSTALLED/share/bash-completion/completions/$1"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE=$* COMP_POINT=${#COMP_LINE}
$(complete -p "$1" | sed 's/.*-F \([^ ]*\) .*/\1/') "$1" "${!#}" "${@:$COMP_CWORD:1}" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}" | sort -u | paste -sd' '
END
  export INSTALLED
  offered() { bash offered.bash "$@"; }
  assert_equal "$(offered ebpf-performance be)" bench
  assert_equal "$(offered ebpf-performance bench SUI)" SUITE=
  assert_equal "$(offered ebpf-performance bench SUITE = s)" smoke
  assert_equal "$(offered ebpf-performance bench SUITE =)" 'controls core full macro parity smoke'
  assert_equal "$(offered ebpf-performance '.*/touch${IFS}hacked/e#' = s)" ''
  [ ! -e hacked ]
  assert_equal "$(offered ebpf-performance --v)" --version
  assert_equal "$(offered bpf-run --ro)" --rounds=
  assert_equal "$(offered bpf-compile-check --no)" --no-load
  assert_equal "$(offered regress-detect --exit)" --exit-code
  assert_equal "$(offered stats-reduce --per)" --per-round
}

@test "what ebpf-performance can't do is one line that says what to do, and nothing is left behind" {
  assert_trouble "no target named (see ebpf-performance help)" ebpf-performance
  assert_trouble "no target named, only variables" ebpf-performance SUITE=smoke
  assert_trouble "no such target: 'bensh'" ebpf-performance bensh
  assert_trouble "no such target: 'check'" ebpf-performance check
  assert_trouble "no such variable: 'SUIT'" ebpf-performance bench SUIT=smoke
  assert_trouble "unknown option: '-j'" ebpf-performance -j bench
  assert_trouble "RUNTIME is host, kvm or icount: 'foo'" ebpf-performance bench RUNTIME=foo
  assert_trouble "no tools for a VM of ARCH=none are installed" ebpf-performance bench RUNTIME=icount ARCH=none
  # A word is never a program for make or for a shell.
  assert_trouble "no such variable: 'X:'" ebpf-performance bench 'X:=$(shell touch X)'
  assert_trouble "no such target: '\$(shell touch X)'" ebpf-performance '$(shell touch X)'
  assert_trouble "not installed" "$PIPELINES/release/ebpf-performance" help
  cp -r "$INSTALLED" '../st age'
  assert_trouble "make can't have a blank in a path" "../st age/bin/ebpf-performance" help
  assert_equal "$(ls)" ''
}

@test "a run of an installation is filed without the commit of whatever repository it was run in" {
  unset GITHUB_REPOSITORY GITHUB_SHA
  git init -q
  git -c user.name=x -c user.email=x@localhost commit -q --allow-empty -m x
  mv "from/$(make_run from 0)" run
  place=$("$INSTALLED/share/ebpf-performance/pipelines/results/file-run" run to)
  assert_equal "$(csv_value "$place/environment.csv" value '$name == "commit"')" ''
}

@test "a suite is measured below the working directory, with what is installed" {
  requires root bpf
  installed >../before.txt
  printf '#include <linux/bpf.h>\n__attribute__((section("xdp"))) int empty(void *c) { return XDP_TX; }\n' >../x.bpf.c
  assert_contains "$(bpf-bench --rounds 1 ../x.bpf.c)" XDP_TX
  ebpf-performance bench SUITE=smoke ROUNDS=1 RUN_OPTIONS='--samples 1 --sample-ms 0.1' >../out.txt
  assert_measured build/results/*/local/smoke/*/*/*/summary.csv
  assert_equal "$(ls)" build
  installed | diff ../before.txt -
}

# bats test_tags=slow
@test "a tarball of a commit builds where there is no git, with its version" {
  git clone -q "$TOP" clone
  make -s -C clone dist
  tar -xf clone/build/dist/ebpf-performance-*.tar.gz
  cd ebpf-performance-*
  mkdir ../bin
  printf '#!/bin/sh\nexit 1\n' >../bin/git
  chmod +x ../bin/git
  PATH=$(realpath ../bin):$PATH make -s all
  assert_contains "$(build/bin/bpf-run --version)" " $(git -C ../clone describe --always --tags)"
  build/bin/bpf-compile-check --no-load bpf/suites/smoke.yml >plan.csv
  assert_equal "$(csv_value plan.csv status | sort -u)" compiled
  # Of what is not committed there is none.
  echo >>../clone/README.md
  run -2 --separate-stderr make -s -C ../clone dist
  assert_contains "$stderr" 'commit first'
}

@test "make installs below a folder with blanks" {
  in_top install DESTDIR="$PWD/a  b" >/dev/null
  [[ $("a  b/usr/local/bin/bpf-run" --version) == "bpf-run "* ]]
}

# Packages of the commit, in $packages: made once for all tests.
make_packages() {
  requires dpkg-buildpackage dh lintian fakeroot
  packages=$BATS_FILE_TMPDIR/clone/build/deb
  [ ! -e "$BATS_FILE_TMPDIR/made" ] || return 0
  git clone -q "$TOP" "$BATS_FILE_TMPDIR/clone"
  make -s -C "$BATS_FILE_TMPDIR/clone" deb >deb.log 2>&1 || {
    tail -n 20 deb.log
    return 1
  }
  touch "$BATS_FILE_TMPDIR/made"
}

# bats test_tags=slow
@test "Debian packages are made of a commit, and lintian finds neither an error nor a warning" {
  make_packages
  package=$(echo "$packages"/ebpf-performance_*_*.deb)
  assert_equal "$(dpkg-deb -f "$package" Package)" ebpf-performance
  # An installation has what runs, and what it needs to run.
  dpkg-deb -c "$package" | awk '{ print $6 }' >files.txt
  for file in ./usr/bin/ebpf-performance ./usr/bin/bpf-run ./usr/share/man/man1/ebpf-performance.1.gz \
    ./usr/share/ebpf-performance/bpf/suites/smoke.yml ./usr/share/ebpf-performance/pipelines/vm/run-in-vm; do
    grep -qxF "$file" files.txt
  done
  assert_equal "$(grep -vE '^\./usr/(bin|lib|share)?' files.txt)" './'
  for name in make clang miller libbpf-dev libbpf; do
    assert_contains "$(dpkg-deb -f "$package" Depends)" "$name"
  done
  # Later commits have later versions, tags or not.
  version=$(dpkg-deb -f "$package" Version)
  dpkg --compare-versions "$version" lt 0.1-1
  dpkg --compare-versions "$version" gt 0+git20261129-1
}

# works_on SUITE: the package is built on that Debian, and installed on one that has nothing else.
works_on() {
  requires root bpf debootstrap unshare
  needs_kernel
  kernel=$("$PIPELINES/vm/get-kernel" "$KERNEL")
  make_packages
  debian "$1" "$PWD/empty"
  cp -a empty build
  mkdir build/src
  cp "$packages"/*.dsc "$packages"/*.tar.* build/src
  in_debian "$PWD/build" sh -ec '
    cd /src
    apt-get -qq install -y --no-install-recommends dpkg-dev >/dev/null
    apt-get -qq build-dep -y --no-install-recommends ./*.dsc >/dev/null
    dpkg-source -x ./*.dsc tree
    cd tree
    dpkg-buildpackage -us -uc -b' >build.log 2>&1 || {
    tail -n 20 build.log
    return 1
  }
  rm build/src/*-dbgsym_*.deb
  mkdir empty/src
  cp build/src/*.deb empty/src
  in_debian "$PWD/empty" sh -ec '
    cd /src
    # What it recommends, but not what that recommends.
    apt-get -qq install -y --no-install-recommends ./*.deb $(dpkg-deb -f ./*.deb Recommends | tr -d ,) >/dev/null
    find /usr/bin /usr/lib/ebpf-performance /usr/share/ebpf-performance -printf "%p %s %T@\n" | sort > before
    mkdir /work
    cd /work
    ebpf-performance bench SUITE=smoke ROUNDS=2
    ebpf-performance compare SUITE=smoke RUNTIME=icount SEEDS=1 TEST="map/array|baseline" BASE="$1" HEAD="$1"
    find /usr/bin /usr/lib/ebpf-performance /usr/share/ebpf-performance -printf "%p %s %T@\n" | sort | diff /src/before -' \
    - "file:/kernels/$(basename "$kernel")/vmlinuz" >run.log 2>&1 || {
    tail -n 20 run.log
    return 1
  }
  assert_measured "$(find empty/work/build/results -name summary.csv ! -path '*/icount-*')"
  verdict=$(find empty/work/build/results -name verdict.csv)
  # A kernel has the same counts as itself.
  assert_equal "$(csv_value "$verdict" verdict | sort | uniq -c | xargs)" '2 unchanged'
  assert_equal "$(csv_value "$verdict" metric '$baseline > 0' | uniq -c | xargs)" '2 instructions'
}

# bats test_tags=slow
@test "on Debian 12 the package is built, installed, measures smoke and counts" {
  works_on bookworm
}

# bats test_tags=slow
@test "on Debian 13 the package is built, installed, measures smoke and counts" {
  works_on trixie
}
