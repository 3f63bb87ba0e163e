#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Long use: what many rounds of a plan take of memory, descriptors and the kernel's objects; build/soak.csv has the figures.
# bats file_tags=alone,slow

load helpers
load bpf-run

@test "ten thousand rounds take no more memory, descriptors and kernel objects than a thousand" {
  requires bpf bpftool cpus2 jq
  local part=1000
  # Of a name of its own: see in_kernel.
  cp "$FIXTURES/measurement/programs.bpf.c" "soak$$.bpf.c"
  sed "s/programs\.bpf\.c/soak$$.bpf.c/" "$SUITE" >own.yml
  SUITE=$PWD/own.yml plan >plan.csv
  # Its own numbers, each so many rounds, while nothing is loaded.
  cat >look <<SH
[ "\$((BPF_RUN_ROUND % $part))" -eq 0 ] && [ "\$BPF_RUN_TEST" = chain ] || exit 0
printf '%s,%s,%s,%s,%s,%s,%s\n' "\$BPF_RUN_ROUND" "\$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/\$PPID/status")" \
  "\$(find "/proc/\$PPID/fd" -mindepth 1 | wc -l)" "\$(cat "/proc/\$PPID/fdinfo"/* 2>/dev/null | grep -cE '^(prog|map|link)_id:')" \
  "\$(bpftool -j map list | jq '[.[] | select(.name // "" | startswith("soak$$"))] | length')" \
  "\$(find "/proc/\$PPID/task" -mindepth 1 -maxdepth 1 | wc -l)" \
  "\$(find /sys/fs/cgroup -maxdepth 2 -name "bpf-run-\$PPID*" | wc -l)" >>soak.csv
SH
  echo round,rss_kb,descriptors,held,maps,threads,cgroups >soak.csv
  bpf-run -q --rounds $((10 * part)) --samples 1 -c 4 -t '^(chain|trigger/cgroup)$' --post ". $PWD/look" plan.csv >samples.csv
  cp soak.csv "$TOP/build/soak.csv"
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
  assert_equal "$(csv_value soak.csv round | xargs)" "$(seq -s ' ' $part $part $((10 * part)))"
  assert_equal "$(mlr --icsv --onidx cut -x -f round,rss_kb then uniq -g descriptors,held,maps,threads,cgroups -n soak.csv)" 1
  nothing_in_kernel "soak$$"
  [ "$(csv_value soak.csv rss_kb | tail -n 1)" -le $(($(csv_value soak.csv rss_kb | head -n 1) + 64)) ]
}
