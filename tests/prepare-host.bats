#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prepare-host, on a made-up machine below ROOT.

load helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export ROOT=$BATS_TEST_TMPDIR/root
  cpu=$ROOT/sys/devices/system/cpu
  mkdir -p "$cpu/cpu0/cpufreq" "$cpu/cpu1/cpufreq" "$cpu/smt" "$ROOT/proc/irq/5" "$ROOT/proc/sys/kernel"
  echo powersave | tee "$cpu/cpu0/cpufreq/scaling_governor" >"$cpu/cpu1/cpufreq/scaling_governor"
  echo notsupported >"$cpu/smt/control"
  echo 3 >"$ROOT/proc/irq/5/smp_affinity"
  echo 0 >"$ROOT/proc/sys/kernel/nmi_watchdog"
}

@test "what is changed is said and put back, what is absent is said and no error" {
  "$TOP/pipelines/host/prepare-host" state >said.txt
  assert_equal "$(cat "$ROOT/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor")" performance
  assert_equal "$(cat "$ROOT/proc/irq/5/smp_affinity")" 1
  grep '^changed: .*cpu1/cpufreq/scaling_governor: powersave -> performance' said.txt
  grep '^absent: .*boost' said.txt
  grep '^absent: .*smt/control is notsupported' said.txt
  grep '^already: .*nmi_watchdog = 0' said.txt
  "$TOP/pipelines/host/prepare-host" --restore state
  assert_equal "$(cat "$ROOT/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor")" powersave
  assert_equal "$(cat "$ROOT/proc/irq/5/smp_affinity")" 3
  [ ! -e state ]
}

@test "a state file that others wrote puts back nothing but settings of prepare-host" {
  echo 0 >"$ROOT/proc/victim"
  printf '/proc/victim\t1\n/proc/irq/../victim\t1\n/proc/irq/5/smp_affinity\t3; x\n/proc/irq/5/smp_affinity\t7\n' >state
  run -2 --separate-stderr "$TOP/pipelines/host/prepare-host" --restore state
  assert_contains "$stderr" "not a setting of prepare-host: '/proc/victim' = '1' ('state')"
  assert_equal "${#stderr_lines[@]}" 3
  assert_equal "$(cat "$ROOT/proc/victim" "$ROOT/proc/irq/5/smp_affinity" | xargs)" '0 7'
}

@test "a machine is not prepared twice: what was would be lost" {
  "$TOP/pipelines/host/prepare-host" state >/dev/null
  run -2 --separate-stderr "$TOP/pipelines/host/prepare-host" state
  assert_contains "$stderr" 'make restore-host first'
}

@test "a knob that refuses is said and not put back" {
  # A folder refuses root too.
  rm "$ROOT/proc/irq/5/smp_affinity"
  mkdir "$ROOT/proc/irq/5/smp_affinity"
  "$TOP/pipelines/host/prepare-host" state >said.txt
  grep '^refused: .*irq/5/smp_affinity' said.txt
  run -1 grep irq/5 state
}

@test "a machine without any of the knobs is no error" {
  rm -r "$ROOT"
  mkdir "$ROOT"
  run -0 --separate-stderr "$TOP/pipelines/host/prepare-host" state
  assert_equal "$(printf '%s\n' "${lines[@]}" | cut -d : -f 1 | sort | uniq -c | xargs)" "12 absent 1 nothing was changed"
  assert_equal "$stderr" ""
  run -0 --separate-stderr "$TOP/pipelines/host/prepare-host" --restore state
  assert_contains "$output" 'nothing to put back'
  # As it is where the first was cut before it changed anything.
  : >state
  run -0 --separate-stderr "$TOP/pipelines/host/prepare-host" --restore state
  assert_contains "$output" 'nothing to put back'
  [ ! -e state ]
}

@test "nothing to put back is said" {
  run -0 "$TOP/pipelines/host/prepare-host" --restore state
  assert_contains "$output" 'nothing to put back'
}
