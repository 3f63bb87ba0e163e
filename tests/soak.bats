#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Long use: what many rounds of a plan take of memory, descriptors and the kernel's objects; build/soak.csv has the figures.
# bats file_tags=alone,slow

load helpers
load bpf-run
load runs

history() { # of what is stored
  (cd remote.git && "$PIPELINES/results/history")
}

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

@test "a thousand stored runs: what stores and reads them leaves nothing behind, and takes memory in proportion" {
  requires busybox
  local total number=0
  make_repositories
  git init -q fill
  git -C fill checkout -q -b results
  export TMPDIR=$PWD/tmp
  mkdir tmp
  # peak COMMAND...: kilobytes of its largest process
  peak() { busybox time -v "$@" 2>&1 >/dev/null | sed -n 's/.*Maximum resident set size (kbytes): //p'; }
  echo runs,store_kb,history_kb,detect_kb,left,refs >stored.csv
  for total in 250 500 750 1000; do
    # All but ten as others have stored them: to check a thousand takes long, and tells no more.
    for (( ; number < total - 10; number++)); do make_run fill "$number" >place; done
    git -C fill add .
    git -C fill -c user.name=x -c user.email=x@localhost commit -qm more
    git -C fill push -q ../remote.git results
    for (( ; number < total; number++)); do make_run results "$number" >place; done
    store_kb=$(cd here && peak "$PIPELINES/results/store" --remote ../remote.git ../results)
    git -C fill pull -q ../remote.git results
    history_kb=$(cd remote.git && peak "$PIPELINES/results/history")
    history >history.csv
    assert_equal "$(csv_value history.csv run_id | sort -u | wc -l)" "$total"
    detect_kb=$(peak regress-detect --history history.csv)
    echo "$total,$store_kb,$history_kb,$detect_kb,$(find tmp -mindepth 1 | wc -l),$(git -C here for-each-ref | wc -l)" >>stored.csv
  done
  cp stored.csv "$TOP/build/soak-stored.csv"
  assert_equal "$(mlr --icsv --onidx cut -f left,refs then uniq -g left,refs stored.csv)" "0 0"
  # From 500 to 1000 runs no more than twice.
  mlr --icsv --ojsonl filter '$runs == 500 || $runs == 1000' then cut -x -f left,refs then step -a ratio -f store_kb,history_kb,detect_kb then \
    filter '$store_kb_ratio > 2 || $history_kb_ratio > 2 || $detect_kb_ratio > 2' stored.csv | diff /dev/null -
}
