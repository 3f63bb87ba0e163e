#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# History nominates, a fresh measurement confirms: pipelines/judge/confirm.

load helpers
load github
load kernels
load runs

export HISTORY_OPTIONS="--directory results"
KERNEL= # see kernels.bash

# Two runs of the smoke suite, b1 and b2, and the finding that map/hash/read became slower. ENVIRONMENT is
# one or more name=value of both, NAME.b1=value of one.
history_of() { # ENVIRONMENT...
  local i place setting
  rm -rf results
  for i in 1 2; do
    place=$(make_run results $i b$i)
    for setting; do
      case ${setting%%=*} in
      *.b[12]) [ "${setting%%=*}" = "${setting%%.*}.b$i" ] || continue ;;
      esac
      sed -i "/^${setting%%[.=]*},/d" "results/$place/environment.csv"
      printf '%s,"%s"\n' "${setting%%[.=]*}" "${setting#*=}" >>"results/$place/environment.csv"
    done
  done
  rm -f found.csv
  finding found.csv suspected map/hash/read 20 40 b2
  mlr -I -S --csv put '$host_class = "test-host"; $track = "local"; $suite = "smoke"; $first_bad_build = "b2"' found.csv
}

# A make that only says what it was asked, and hands out the verdict that is next in verdicts.
fake_make() { # VERDICT...
  mkdir -p bin
  printf '%s\n' "$@" >verdicts
  cat >bin/make <<'SH'
#!/bin/sh
case " $* " in *' vm-tools '*) exit 0 ;; esac
echo "$* BASE=$BASE HEAD=$HEAD SUITE=$SUITE TRACK=$TRACK RUNTIME=$RUNTIME" >> asked
folder=$RESULTS/run
mkdir -p "$folder"
verdict=$(head -n 1 verdicts)
sed -i 1d verdicts
[ -n "$verdict" ] || { echo "no such kernel" >&2; exit 2; }
printf 'host_class,track,suite,test,entry_point,metric,baseline,current,ratio,ratio_low,ratio_high,verdict\n%s\n%s\n%s\n%s\n' \
  "test-host,local,smoke,map/hash/read,read,duration_ns,20,40,2,1.9,2.1,$verdict" \
  test-host,local,smoke,control/user/wide,wide,duration_ns,2,1.992,.996,.99,1.01,unchanged \
  test-host,local,smoke,control/user/memory,chase,duration_ns,,,,,,unsupported \
  test-host,local,smoke,control/user/l2,chase_l2,duration_ns,2,2.02,1.013,1.011,1.016,contaminated | regress-detect --verdicts > "$folder/verdict.csv"
echo "$folder"
exit 1
SH
  chmod +x bin/make
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

confirmed_is() { # 0 OR 1
  run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
  printf '%s\n' "$output" >confirmed.csv
  assert_equal "$(csv_value confirmed.csv confirmed)" "$1" || {
    echo "$stderr"
    false
  }
}

KERNELS_OF_BOTH=(kernel.b1=6.1 kernel.b2=6.2 kernel_package=linux-image kernel_version.b1=1 kernel_version.b2=2)

@test "a timed regression between kernels is confirmed by two comparisons, and not by one" {
  history_of runtime=kvm "${KERNELS_OF_BOTH[@]}"
  fake_make regression regression
  confirmed_is 1
  assert_equal "$(grep -c 'compare BASE=deb:linux-image=1 HEAD=deb:linux-image=2 SUITE=smoke TRACK=local RUNTIME=kvm' asked)" 2
  assert_contains "$(csv_value confirmed.csv how)" 'two comparisons of both kernels'
  assert_equal "$(csv_value confirmed.csv ratio_low)" 1.9
  assert_equal "$(csv_value confirmed.csv control)" '2 within 1.3 %, moved: control/user/l2'
  for second in unchanged contaminated inconclusive; do
    fake_make regression $second
    confirmed_is 0
  done
}

@test "a counted one is confirmed by one comparison" {
  history_of runtime=icount "${KERNELS_OF_BOTH[@]}"
  fake_make regression
  confirmed_is 1
  assert_equal "$(head -n 1 confirmed.csv)" "$(head -n 1 found.csv),$(header_of confirmed | sed s/,functions,in_test_run//)"
  # The pages of both runs have names of their own.
  [[ $(csv_value confirmed.csv base_page,head_page | sort -u) =~ ^[a-z0-9.-]+-[0-9a-f]{8}\ [a-z0-9.-]+-[0-9a-f]{8}$ ]]
  fake_make unchanged
  confirmed_is 0
}

@test "a measurement that fails confirms nothing, says so, and leaves the others" {
  history_of runtime=kvm "${KERNELS_OF_BOTH[@]}"
  # Another finding in a second track, whose comparison works. What is left of it must not serve the first.
  cp -r results/test-host/local results/test-host/other
  find results/test-host/other -name '*.csv' -exec sed -i 's/\blocal\b/other/g' {} +
  mlr -S --csv put '$track = "other"' found.csv >other.csv
  mlr -S --csv cat other.csv found.csv >both.csv
  mv both.csv found.csv
  fake_make '' regression regression
  run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
  printf '%s\n' "$output" >confirmed.csv
  assert_equal "$(csv_value confirmed.csv confirmed | sort | paste -sd' ')" '0 1'
  assert_contains "$stderr" "measuring 'b1' against 'b2' failed: no such kernel"
  fake_make regression regression regression ''
  run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
  printf '%s\n' "$output" >confirmed.csv
  assert_equal "$(csv_value confirmed.csv confirmed | sort | paste -sd' ')" '0 1'
}

@test "stored names run nothing: neither the shell nor make gets what is no name" {
  # As the rules of make have them: between quotes, and expanded.
  printf "compare:\n\t@echo '%s' '%s' '%s' '%s'\n" '$(BASE)' '$(HEAD)' '$(SUITE)' '$(TRACK)' >Makefile
  for version in '$(shell touch X)' "1'; touch X; '"; do
    history_of runtime=kvm kernel.b1=6.1 kernel.b2=6.2 kernel_package=linux-image kernel_version.b1=1 "kernel_version.b2=$version"
    run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
    assert_contains "$stderr" 'has characters that no name has'
    assert_equal "$(wc -l <<<"$output")" 1
  done
  # Nor is a suite a path or an option.
  for suite in ../../x /tmp/x --output=x.yml; do
    history_of runtime=kvm "${KERNELS_OF_BOTH[@]}"
    mv results/test-host/local/smoke "results/test-host/local/$(. "$PIPELINES/results/place.sh" && slug "$suite")"
    SUITE=$suite mlr -I -S --csv put '$suite = ENV["SUITE"]' found.csv
    run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
    assert_contains "$stderr" "'$suite' has characters that no name has"
  done
  track="a'; touch X; '\`touch X\`"
  history_of runtime=kvm "${KERNELS_OF_BOTH[@]}"
  mv results/test-host/local "results/test-host/$(. "$PIPELINES/results/place.sh" && slug "$track")"
  TRACK=$track mlr -I -S --csv put '$track = ENV["TRACK"]' found.csv
  run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
  assert_contains "$stderr" 'has characters that no name has'
  [ ! -e X ]
  # A variable of the outer make is not taken for the finding's.
  history_of runtime=kvm "${KERNELS_OF_BOTH[@]}"
  fake_make regression regression
  MAKEFLAGS=' -- TRACK=outer' confirmed_is 1
}

@test "what has the same program, kernel and tools on both sides is never confirmed" {
  history_of runtime=kvm kernel=6.1 kernel_version=1 kernel_package=linux-image
  fake_make regression regression
  confirmed_is 0
  assert_contains "$(csv_value confirmed.csv how)" 'nothing changed but the machine'
}

@test "a run on another machine confirms nothing about a host" {
  history_of runtime=host kernel.b1=old "kernel.b2=$(uname -r)" "machine=$(uname -m)" cpu_model='another CPU'
  fake_make
  confirmed_is 0
  assert_contains "$stderr" 'this machine has another kernel or CPU'
  history_of runtime=host kernel.b1=old "kernel.b2=$(uname -r)" machine=z80
  confirmed_is 0
  assert_contains "$stderr" 'was measured on z80, which this machine is not'
  [ ! -e asked ]
  # The same CPU, and yet another host class, such as another hypervisor.
  model=$(sed -n 's/^model name[[:blank:]]*: //p' /proc/cpuinfo | head -n 1)
  history_of runtime=host kernel.b1=old "kernel.b2=$(uname -r)" "machine=$(uname -m)" "cpu_model=$model"
  printf '#!/bin/sh\nmkdir -p build/report/confirm/run\nprintf "host_class,test\\nelsewhere,x\\n" > build/report/confirm/run/summary.csv\necho build/report/confirm/run:\n' >bin/make
  confirmed_is 0
  assert_contains "$stderr" "'b2' was measured on 'test-host', which this machine is not"
}

@test "a run that is gone is said, and the rest goes on" {
  history_of runtime=kvm "${KERNELS_OF_BOTH[@]}"
  mlr -I -S --csv put '$baseline_build = "b0"' found.csv
  fake_make
  run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
  assert_contains "$stderr" "no run of 'b0' or of 'b2' is left"
  assert_equal "$(wc -l <<<"$output")" 1
}

# commit_of SOURCE: with it as the only program of the suite smoke.
commit_of() {
  printf '%s\n' "$1" >bpf/x.bpf.c
  git add bpf
  git -c user.name=x -c user.email=x@localhost commit -qm x
  git rev-parse HEAD
}

# A repository with three commits of a program: one, slower, and same, which is as slow.
make_commits() {
  git init -q
  mkdir -p bpf/suites
  printf 'tests:\n- {name: map/hash/read, source: ../x.bpf.c, entry_point: read}\n' >bpf/suites/smoke.yml
  program() { printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("xdp") int read(void *ctx) {\n\tlong sum = 0;\n\tfor (int i = 0; i < %s; i++)\n\t\tsum += bpf_get_prandom_u32();\n\treturn sum == 1;\n}\nchar _license[] SEC("license") = "GPL";\n' "$1"; }
  one=$(commit_of "$(program 1)")
  slower=$(commit_of "$(program 200)")
  same=$(commit_of "$(program 200) /* now with a comment */")
}

# bats test_tags=slow
@test "a program that a commit made slower is confirmed by the commits' programs side by side; one that it did not is not" {
  requires bpf
  make_commits
  export CONFIRM_ROUNDS=10
  history_of runtime=host kernel=k machine="$(uname -m)" commit.b1="$one" commit.b2="$slower" tools_version.b2=new
  confirmed_is 1
  assert_contains "$(csv_value confirmed.csv how)" 'two comparisons of both commits'
  assert_equal "$(csv_value confirmed.csv base_commit,head_commit)" "$one $slower"
  [ "$(git worktree list | wc -l)" -eq 1 ]
  history_of runtime=host kernel=k machine="$(uname -m)" commit.b1="$slower" commit.b2="$same" tools_version.b2=new
  confirmed_is 0
}

# bats test_tags=slow
@test "the same for a track of a kernel in a VM, on that kernel" {
  needs_kernel
  make_commits
  export SEEDS=1
  folder=$("$TOP/pipelines/vm/get-kernel" "$KERNEL")
  of() { csv_value "$folder/kernel.csv" value "\$name == \"$1\""; }
  package=$(of kernel_package) version=$(of kernel_version)
  vm_history() { # BASE HEAD
    history_of runtime=icount kernel=k kernel_package="$package" kernel_version="$version" commit.b1="$1" commit.b2="$2" tools_version.b2=new
    mlr -I -S --csv put '$metric = "instructions"' found.csv
  }
  vm_history "$one" "$slower"
  confirmed_is 1
  assert_equal "$(csv_value confirmed.csv how)" 'a comparison of both commits, their programs side by side on one kernel, instructions counted'
  assert_contains "$(csv_value build/report/confirm/programs/environment.csv value '$name == "kernel_version"')" "$version"
  [ "$(csv_value confirmed.csv current | cut -d. -f1)" -gt "$((100 + $(csv_value confirmed.csv baseline | cut -d. -f1)))" ]
  vm_history "$slower" "$same"
  confirmed_is 0
  # When the kernel changed too, and is not what it was: the programs, on the newer kernel.
  vm_history "$one" "$slower"
  mlr -I -S --csv put '$name == "kernel_version" {$value = "another"}' results/*/*/*/*/*/*-b1-*/environment.csv
  (
    fake_make unchanged
    sed -i 's/duration_ns/instructions/' bin/make
    confirmed_is 1
    assert_equal "$(grep -c 'compare BASE=deb:.*=another HEAD=deb:' asked)" 1
    assert_contains "$(csv_value confirmed.csv how)" 'a comparison of both commits'
    assert_equal "$(csv_value confirmed.csv base_kernel)" "$(csv_value confirmed.csv head_kernel)"
    # And what the kernels explain is not asked again.
    rm -r build/report/confirm/programs
    fake_make regression
    sed -i 's/duration_ns/instructions/' bin/make
    confirmed_is 1
    assert_contains "$(csv_value confirmed.csv how)" 'a comparison of both kernels'
    [ ! -e build/report/confirm/programs ]
  )
  # No commit, nothing to compare; and never on this machine's kernel instead.
  vm_history "$same" "$same"
  run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
  assert_contains "$stderr" "'b2' of the track 'local' has the kernel of 'b1', and no other commit that is here"
  history_of runtime=icount kernel=k commit.b1="$one" commit.b2="$slower" tools_version.b2=new
  run -0 --separate-stderr "$PIPELINES/judge/confirm" found.csv
  assert_contains "$stderr" "is of no package: it can't be had again"
}

@test "what is confirmed is counted by function: the empty programs and the worst, and what lies in the test run alone is told" {
  mkdir -p pipelines bin
  cp -R "$PIPELINES"/. pipelines
  cp -R "$TOP/results-schema" .
  cat >pipelines/vm/count-functions <<'SH'
#!/bin/sh
while [ $# -gt 5 ]; do
	case $1 in --folder) folder=$2 ;; --test) test=$2 ;; esac
	shift 2
done
echo "$test $*" >>asked
mkdir -p "$folder"
row() { echo "core,$(echo "$test" | tr -d '^$'),read,$1,100,$2,$3"; }
{
	echo suite,test,entry_point,function,baseline,current,change
	case $test in
	*baseline*) row bpf_test_timer_continue 108 8 && row bpf_prog_empty 100.04 .04 ;;
	*broken*) exit 2 ;;
	*) row __htab_map_lookup_elem 102 2 && row bpf_test_run 101 1 ;;
	esac
} >"$folder/difference.csv"
SH
  for i in $(seq 7); do finding f.csv suspected "baseline/$i/empty" 100 108 b2; done
  for i in $(seq 4); do finding f.csv suspected "map/$i/read" 100 "12$i" b2; done
  finding f.csv suspected map/broken/read 100 200 b2
  finding f.csv suspected map/other/read 100 200 b2
  confirmed f.csv
  mlr -I -S --csv put '$runtime = "icount"; if ($test == "map/other/read") {$confirmed = 0}' confirmed.csv
  ATTRIBUTE_TESTS=3 run -0 --separate-stderr pipelines/judge/attribute confirmed.csv
  printf '%s\n' "$output" >attributed.csv
  assert_contains "$stderr" "'map/broken/read' can't be counted"
  assert_equal "$(cut -d ' ' -f 1 asked | xargs)" "$(printf '^baseline/%s/empty$ ' $(seq 7))^map/broken/read\$ ^map/4/read\$ ^map/3/read\$"
  assert_equal "$(sed q asked | cut -d ' ' -f 2-)" '--kernel deb:linux-image-a=2 bpf/suites/core.yml deb:linux-image-a=1 deb:linux-image-a=2'
  assert_equal "$(csv_value attributed.csv functions,in_test_run '$test =~ "^baseline/"' | sort -u)" 'bpf_test_timer_continue +8 1'
  assert_equal "$(csv_value attributed.csv functions,in_test_run '$test == "map/4/read"')" '__htab_map_lookup_elem +2, bpf_test_run +1 0'
  assert_equal "$(csv_value attributed.csv in_test_run '$test =~ "^map/(1|broken|other)/"' | sort -u)" 0
  # Nothing was confirmed: nothing is measured, and the columns are there.
  head -n 1 confirmed.csv >none.csv
  assert_equal "$(pipelines/judge/attribute none.csv)" "$(head -n 1 none.csv),functions,in_test_run"
  # Of times instructions are no proof.
  mlr -S --csv put '$runtime = "kvm"' confirmed.csv >kvm.csv
  assert_equal "$(pipelines/judge/attribute kvm.csv 2>/dev/null | mlr --icsv --onidx cut -f in_test_run then uniq -g in_test_run)" 0
}
