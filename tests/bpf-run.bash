# SPDX-License-Identifier: MIT
# What the tests of bpf-run share: the suite of fixtures/measurement, and how to measure it. Beside helpers.bash.
# shellcheck disable=SC2034,SC2119,SC2120 # used by the files that load this

SUITE=$FIXTURES/measurement/programs.yml
# The event of bpf_trace_printk.
EVENT=/sys/kernel/tracing/events/bpf_trace/bpf_trace_printk/enable

# What each source begins with.
HEAD='#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#ifndef RESULT
#define RESULT 0
#endif
char _license[] SEC("license") = "GPL";'

# plan [LABEL [OPTION...]]: the suite, compiled and loaded.
plan() {
  local label=${1-here}
  shift || :
  bpf-compile-check -I "$TOP/bpf/include" --build "$label" "$@" "$SUITE" 2>/dev/null
}

# measure REGEX [OPTION...]: samples.csv of the tests that match.
measure() {
  local regex=$1
  shift
  plan >plan.csv
  bpf-run -q --samples 4 --sample-ms 1 -t "$regex" "$@" plan.csv >samples.csv
}

reason_of() {
  csv_value samples.csv reason "\$test == \"$1\""
}

# bare COMMAND...: where tracefs is not mounted, and what is mounted would be seen outside
bare() {
  unshare --mount bash -c '
    for place in /sys/kernel/tracing /sys/kernel/debug; do
      while mountpoint -q "$place"; do umount -R "$place" || exit; done
    done
    mount --make-rshared / && exec "$@"' - "$@"
}
