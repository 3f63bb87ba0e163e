# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What all test files share. Each begins with `load helpers`.

bats_require_minimum_version 1.5.0

TOP=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
FIXTURES=$TOP/tests/fixtures
PIPELINES=$TOP/pipelines
PATH=$TOP/build/bin:$TOP/build/tests:$PATH:/usr/sbin:/sbin
export TOP FIXTURES PIPELINES PATH

# Tests run in an empty folder of their own, as the user that runs the tests.
setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
}

# set_sysctl KNOB VALUE: until the test ends. Fails where the kernel refuses the value.
set_sysctl() {
  [ -e "$BATS_TEST_TMPDIR/sysctl-$1" ] || sysctl -n "$1" >"$BATS_TEST_TMPDIR/sysctl-$1"
  sysctl -q -w "$1=$2"
}

restore_sysctls() {
  local file
  for file in "$BATS_TEST_TMPDIR"/sysctl-*; do
    [ ! -e "$file" ] || sysctl -q -w "${file##*/sysctl-}=$(cat "$file")"
  done
}

teardown() {
  restore_sysctls
}

has() {
  case $1 in
  root) [ "$(id -u)" = 0 ] ;;
  bpf) [ "$(id -u)" = 0 ] && bpftool prog list >/dev/null 2>&1 ;;
  cpus2) [ "$(nproc)" -ge 2 ] ;;
  tracefs) [ -e /sys/kernel/tracing/events/bpf_trace/bpf_trace_printk/enable ] ;;
  test-packages) [ -e "$TOP/build/github/node_modules/.package-lock.json" ] ;;  # make test-packages
  browser-tests) [ -e "$TOP/build/browser/node_modules/.package-lock.json" ] ;; # make browser-tests
  kvm) [ -z "$(. "$TOP/pipelines/lib.sh" && kvm_trouble)" ] ;;
  postgresql-server) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ;;
  libjq) echo '#include <jq.h>' | clang -E - >/dev/null 2>&1 ;;
  libxdp) ls /usr/lib/*/bpf/xdp-dispatcher.o >/dev/null 2>&1 && command -v xdp-filter >/dev/null ;;
  bash-completion) [ -e /usr/share/bash-completion/bash_completion ] ;;
  chromium) { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null ;;
  pmu) [ -e /sys/bus/event_source/devices/cpu/type ] || [ -e /sys/bus/event_source/devices/armv8_pmuv3_0/type ] ;;
  kprobes) [ -e /sys/bus/event_source/devices/kprobe/type ] ;;
  *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

# requires CAPABILITY|COMMAND...: go on only where it is there. A machine declares in CAPABILITIES what
# it has (CI does); a declared one that is missing fails the test. Elsewhere the test is skipped.
requires() {
  local thing kind
  for thing; do
    has "$thing" && continue
    case $thing in
    root | bpf | cpus2 | tracefs | kvm | pmu | kprobes) kind=$thing ;;
    *) kind=all-commands ;;
    esac
    case " ${CAPABILITIES-} " in
    *" $thing "* | *" $kind "*)
      echo "this machine should have '$thing', and it has not" >&2
      return 1
      ;;
    esac
    skip "no $thing here"
  done
}

# csv_value FILE COLUMN [FILTER]: the cells of a column, one a line.
csv_value() {
  mlr --icsv --onidx filter "${3:-true}" then cut -f "$2" "$1"
}

# rows FILE FIELDS [FILTER]: fields of each row as a JSON array a line
rows() {
  csv-filter json "$1" | jq -c ".[] | select(${3:-true}) | [$2]"
}

# part_of SUITE REGEX: of a suite in bpf/suites the tests whose name, as it stands there, matches: as part.yml in this
# folder. To compile all of core takes seconds.
part_of() {
  awk -v name="- name: $2" -v bpf="$TOP/bpf/" '
    /^include: / { next }
    /^  - name: / { left_out = $0 !~ name; found = found || !left_out }
    !left_out { sub(/source: \.\.\//, "source: " bpf); print }
    END { exit !found }' "$TOP/bpf/suites/$1.yml" >part.yml
}

# header_of NAME: the header that a file of the flow has, such as samples.
header_of() {
  "$TOP/results-schema/columns" --header "$1"
}

# in_kernel NAME: the maps in the kernel whose names begin so, an id a line. libbpf names a map of an
# object's variables after the object: from a source with a name of its own, what other runs on this
# machine have loaded is not counted. A program holds its maps.
in_kernel() {
  bpftool -j map list | jq --arg name "$1" '.[] | select(.name // "" | startswith($name)) | .id'
}

# nothing_in_kernel NAME: the kernel frees what a process held in its own time.
nothing_in_kernel() {
  for _ in $(seq 50); do
    [ -n "$(in_kernel "$1")" ] || return 0
    sleep 0.1
  done
  echo "still in the kernel: maps $(in_kernel "$1" | xargs)" >&2
  return 1
}

# assert_equal ACTUAL EXPECTED
assert_equal() {
  [ "$1" = "$2" ] || {
    printf 'expected: %s\n  actual: %s\n' "$2" "$1" >&2
    return 1
  }
}

# assert_contains TEXT PART
assert_contains() {
  [[ $1 == *"$2"* ]] || {
    printf 'expected to contain: %s\n             actual: %s\n' "$2" "$1" >&2
    return 1
  }
}

# assert_measured SUMMARY: each row has been measured. On a busy machine a short run's net cost may not be above its noise.
assert_measured() {
  [[ $(csv_value "$1" status | sort -u | xargs) =~ ^(below_noise )?ok$ ]] || {
    mlr --icsv --oxtab filter '!($status =~ "^(ok|below_noise)$")' then cut -f test,status,reason "$1" >&2
    return 1
  }
}

# assert_trouble PART COMMAND...: it ends with status 2 and says one line, with PART, and nothing else
assert_trouble() {
  local part=$1
  shift
  run -2 --separate-stderr "$@"
  assert_contains "$stderr" "$part"
  assert_equal "${#stderr_lines[@]}" 1
  assert_equal "$output" ""
}

# assert_usage_error PART COMMAND...: likewise for a wrong command line, with the hint at --help
assert_usage_error() {
  local part=$1
  shift
  run -2 --separate-stderr "$@"
  assert_contains "${stderr_lines[0]}" "$part"
  assert_contains "${stderr_lines[1]}" "--help"
  assert_equal "$output" ""
}
