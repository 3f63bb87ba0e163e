#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The whole flow on the real kernel, as make runs it and as a shell pipeline.
# bats file_tags=alone

load helpers

# in_top MAKE-ARGUMENT...: make in the tree, results in the test's folder
in_top() {
  make --no-print-directory -C "$TOP" RESULTS="$BATS_TEST_TMPDIR/results" "$@"
}

# plan BUILD: plan.csv of the smoke suite, with objects that are found from here
plan() {
  bpf-compile-check --build "$1" --objdir "$BATS_TEST_TMPDIR/objects" "$TOP/bpf/suites/smoke.yml"
}

@test "make bench prints a table and files every step's CSV" {
  requires bpf mlr
  run -0 --separate-stderr in_top bench SUITE=smoke ROUNDS=6 RUN_OPTIONS='--samples 3 --sample-ms 0.5' BUILD='b/1 x' TRACK=t
  for word in map/hash/read baseline/xdp/empty tail_call/single value ci_low ci_high average "which holds for this"; do
    assert_contains "$output" "$word"
  done
  folder=$(find results -name summary.csv -printf '%h\n')
  [[ $folder =~ ^results/[a-z0-9._-]+/t/smoke/20[0-9]{2}/[0-9]{2}/[0-9tz]+-b-1-x-[0-9a-f]+$ ]]
  assert_equal "$(cd "$folder" && echo ./*.csv)" "./environment.csv ./plan.csv ./rounds.csv ./samples.csv ./summary.csv"
  assert_measured "$folder/summary.csv"
  assert_equal "$(csv_value "$folder/summary.csv" rounds | sort -u)" 6
  assert_equal "$(csv_value "$folder/summary.csv" test | sort)" "$(csv_value "$folder/plan.csv" test | sort)"
  assert_equal "$(csv_value "$folder/summary.csv" build | sort -u)" "b/1 x"
  # Averages between minimum and maximum, values inside their intervals.
  mlr --icsv --ojsonl filter '$status == "ok" && !($min_duration_ns <= $average_duration_ns && $average_duration_ns <= $max_duration_ns
    && $min_duration_ns > 0 && $ci_low_duration_ns <= $value_duration_ns && $value_duration_ns <= $ci_high_duration_ns)' "$folder/summary.csv" | diff /dev/null -
  [ ! -e results/incomplete ]
}

@test "make compare measures a commit's programs and a folder's on this machine, files that, and fails on a regression" {
  requires bpf mlr
  mkdir tree
  cp -R "$TOP/bpf" tree
  # A loop around nothing: slower without a doubt, and as many instructions more for the verifier.
  sed -i 's|\treturn 0;|\tasm volatile("r1 = 2000\\nagain%=: r1 += -1\\nif r1 != 0 goto again%=" ::: "r1");\n&|' tree/bpf/baseline.bpf.c
  run -2 --separate-stderr in_top compare RUNTIME=host SUITE=smoke ROUNDS=10 BASE=rev:HEAD HEAD="dir:$PWD/tree" TRACK=t \
    RUN_OPTIONS='--samples 2 --sample-ms 0.2 -t "baseline/xdp|map/array|control"'
  assert_contains "$output" 'for information, of the programs as they were loaded:' '4000 more instructions verified (2 to 4002)'
  folder=$(find results -name verdict.csv -printf '%h\n')
  base=$(git -C "$TOP" rev-parse --short HEAD)
  [[ $folder =~ ^results/[a-z0-9._-]+/t/smoke/20[0-9]{2}/[0-9]{2}/[0-9tz]+-$base..tree-[0-9a-f]+$ ]]
  assert_equal "$(cd "$folder" && echo ./*.csv)" "./environment.csv ./plan.csv ./rounds.csv ./samples.csv ./static.csv ./summary.csv ./verdict.csv"
  for column in $(csv_value "$TOP/results-schema/verdict.csv" name '$required == "true"'); do
    assert_contains ",$(sed q "$folder/verdict.csv")," ",$column,"
  done
  assert_equal "$(csv_value "$folder/verdict.csv" baseline_build,current_build | sort -u)" "$base tree"
  assert_equal "$(csv_value "$folder/verdict.csv" metric,verdict '$test == "baseline/xdp/empty"')" "duration_ns regression"
  assert_equal "$(csv_value "$folder/static.csv" metric,verdict '$test == "map/array/read"' | sort | xargs)" \
    "jited_bytes unchanged map_bytes unchanged stack_bytes unchanged verified_insns unchanged"
  assert_equal "$(csv_value "$folder/verdict.csv" test '!($test =~ "^control/")' | sort | xargs)" "baseline/xdp/empty map/array/read"
  # What was left undecided has as many rounds again.
  assert_equal "$(mlr --icsv --onidx filter '$round <= 10 && !($test =~ "^control/")' then count-distinct -f test,build,round then count "$folder/samples.csv")" 40
  [ ! -e results/incomplete ]
}

@test "an entry point that ran on several CPUs is filed CPU by CPU, and nothing is where none did" {
  requires mlr
  columns=$(header_of samples)
  mkdir several one
  mlr --icsv --ocsv put '$run_id = "r"; $timestamp = "2026-01-01T00:00:00Z"; $build = "b"; $entry_point = "e"; $control = 0; $boot = 1; $iterations = 1;
    $operations = 1; $status = "ok"' then template -f "$columns" >several/samples.csv <<'CSV'
test,cpu,round,sample,duration_ns
all,0,1,1,10
all,7,1,1,12
single,0,1,1,5
all,0,2,1,11
all,7,2,1,13
single,0,2,1,6
CSV
  mlr --csv filter '$test == "single"' several/samples.csv >one/samples.csv
  for folder in several one; do make -s -C "$TOP" "$PWD/$folder/cpus.csv" >/dev/null; done
  assert_equal "$(mlr --icsv --onidx cut -o -f test,entry_point,cpu,rounds,value_duration_ns several/cpus.csv)" 'all e 0 2 10.5
all e 7 2 12.5'
  assert_equal "$(ls one)" samples.csv
}

@test "the flow is one shell pipeline: a header and a row a test" {
  requires bpf
  plan x | bpf-run --quiet --rounds 20 --samples 2 --sample-ms 0.2 | stats-reduce >summary.csv
  plan x | bpf-run --list >list.csv
  assert_equal "$(csv_value summary.csv test | sort)" "$(csv_value list.csv test | sort)"
  assert_equal "$(csv_value summary.csv rounds | sort -u)" 20
}

@test "of two equal builds side by side neither is a regression nor an improvement; one made slower is the only one" {
  requires bpf
  plan a >a.csv
  plan b >b.csv
  bpf-run --quiet --rounds 20 --samples 4 --sample-ms 0.5 a.csv b.csv >s.csv
  run -0 --separate-stderr regress-detect --baseline a -o v.csv s.csv
  # On a machine as busy as this one may be, unstable is an honest answer too.
  assert_equal "$(csv_value v.csv verdict '!($verdict =~ "^(unchanged|inconclusive|unstable)$")')" ""
  mlr --csv put '$test == "map/hash/read" && $status == "ok" {$duration_ns *= 2}' s.csv >slower.csv
  run -1 --separate-stderr regress-detect --exit-code -o v.csv s.csv slower.csv
  assert_equal "$(csv_value v.csv test '$verdict == "regression"' | sort -u)" map/hash/read
  assert_equal "$(csv_value v.csv test '$verdict == "regression"' | wc -l)" 2
}

@test "a program that fails is a row down to the summary, and the others are there" {
  requires bpf
  printf 'tests:\n- {name: good, source: %s/bpf/baseline.bpf.c, entry_point: empty}\n- {name: "bad,\\n\\"x\\"", source: bad.c, entry_point: empty}\n' "$TOP" >s.yml
  echo 'int empty(void *ctx) { return nothing; }' >bad.c
  bpf-compile-check s.yml 2>/dev/null | bpf-run --quiet --rounds 6 --samples 1 --sample-ms 0.1 2>/dev/null | stats-reduce >summary.csv
  assert_equal "$(csv-filter json summary.csv | jq -c '.[] | [.test, .status, .average_duration_ns == ""]' | sort)" \
    '["bad,\n\"x\"","compile_failed",true]
["good","ok",false]'
  assert_contains "$(csv_value summary.csv reason '$status != "ok"')" "undeclared identifier 'nothing'"
}

@test "what was measured stays when make is interrupted" {
  requires bpf
  mkdir results
  # A process group of its own, as a terminal's Ctrl-C reaches it.
  setsid make --no-print-directory -C "$TOP" RESULTS="$BATS_TEST_TMPDIR/results" bench SUITE=smoke ROUNDS=100000 >out.txt 2>&1 &
  pid=$!
  for _ in $(seq 300); do
    samples=$(find results -name samples.csv -size +4k)
    [ -z "$samples" ] || break
    sleep 0.1
  done
  kill -INT -- "-$pid"
  wait "$pid" && false
  csv-filter json "$samples" | jq -e 'length > 10'
  assert_equal "$(find results -name summary.csv)" ""
}

@test "make help lists what users need, on a screen of targets and one of variables, make help-all the rest" {
  listed() { # WORD...
    for word; do
      [[ $output =~ (^|$'\n')\ \ ([A-Z]+\ )*$word(\ |$'\n') ]] || {
        echo "missing: $word"
        false
      }
    done
  }
  run -0 --separate-stderr in_top help
  listed all bench compare profile bisect check deps test-deps install clean SUITE ROUNDS RUNTIME TRACK RESULTS TEST SUDO
  [ "${#lines[@]}" -le 62 ]
  assert_equal "$(awk 'length > 80' <<<"$output")" ''
  [[ $output != *FUZZ_SECONDS* ]]
  run -0 --separate-stderr in_top help-all
  listed all bench check check-expensive deps test-deps install lint clean SUITE ROUNDS RUNTIME TRACK RESULTS SUDO \
    WERROR SANITIZE TESTS CAPABILITIES
}

@test "make deps and test-deps do nothing when nothing is missing, and fast" {
  requires gcc clang bats jq llvm-objdump clang-format cppcheck shellcheck mandoc bpftool mlr qemu-system-aarch64 aarch64-linux-gnu-gcc
  # Nothing that needs root, or the network, is called.
  run -0 in_top deps test-deps SUDO=false
  assert_equal "$output" ""
}

@test "on Ubuntu make test-deps takes another kernel's perf where the archive has none of this one, and names what is a snap only" {
  requires root gcc clang bats jq llvm-objdump clang-format cppcheck shellcheck mandoc bpftool mlr qemu-system-aarch64 aarch64-linux-gnu-gcc
  printf 'ID=ubuntu\nVERSION_CODENAME=noble\n' >os-release
  # A machine that has all but these.
  mkdir bin
  ln -s /usr/bin/* bin
  rm -f bin/chromium bin/chromium-browser bin/google-chrome bin/perf bin/bpftool bin/apt-get bin/apt-cache
  printf '#!/bin/sh\nexit 1\n' | tee bin/perf >bin/bpftool
  printf '#!/bin/sh\necho "$@" >>%s/asked\n' "$PWD" >bin/apt-get
  # shellcheck disable=SC2016 # for the script
  printf '#!/bin/sh\n[ "$2" = "${HAS-}" ]\n' >bin/apt-cache
  chmod +x bin/perf bin/bpftool bin/apt-get bin/apt-cache
  ask() { unshare -m sh -c "mount --bind os-release /etc/os-release && exec env PATH=$PWD/bin $TOP/pipelines/host/deps run test"; }
  run -0 --separate-stderr ask
  assert_contains "$(cat asked)" ' linux-tools-common linux-tools-generic '
  [[ $(cat asked) != *chromium* ]]
  assert_contains "$stderr" 'deps: Ubuntu has no package of chromium: for tests of pages install Google Chrome, or the snap chromium'
  rm asked
  HAS=linux-tools-$(uname -r) run -0 --separate-stderr ask
  assert_contains "$(cat asked)" " linux-tools-common linux-tools-$(uname -r)"
  # With a browser nothing is said.
  touch bin/google-chrome
  chmod +x bin/google-chrome
  run -0 --separate-stderr ask
  [[ $stderr != *chromium* ]]
}

@test "a wrong suite, runtime or track stops make with the tool's message" {
  run -2 --separate-stderr in_top bench SUITE=no-such
  assert_contains "$stderr" "bpf-compile-check: can't read suite: 'bpf/suites/no-such.yml'"
  assert_equal "$(find results -name '*.csv')" ""
}

@test "what make can't do is one line that says what to do, and nothing is left behind" {
  refused() { # MESSAGE ARGUMENT...
    run -2 --separate-stderr make --no-print-directory -C "$TOP" "${@:2}"
    assert_contains "$stderr" "$1"
    assert_equal "${#stderr_lines[@]}" 1
    assert_equal "$output" ""
  }
  refused "RUNTIME is host, kvm or icount: 'foo'" bench RUNTIME=foo
  refused "RESULTS can't hold a blank: 'a b'" bench RESULTS='a b'
  refused "there is no 'no-such-sudo': be root, or set SUDO" bench SUDO=no-such-sudo
  run -2 --separate-stderr env PATH="$PWD" SUDO=no-such-sudo /bin/sh "$TOP/pipelines/host/deps" run
  assert_contains "$stderr" "needed are: make, git, clang"
  # Where there is an apt-get, and no way to root.
  printf '#!/bin/sh\n' >apt-get
  chmod +x apt-get
  run -2 --separate-stderr env PATH="$PWD" SUDO=no-such-sudo /bin/sh "$TOP/pipelines/host/deps" run
  assert_contains "$stderr" "can't become root by 'no-such-sudo', which is not here; as root: apt-get install make git clang"
  assert_equal "${#stderr_lines[@]}" 1
  [ ! -e results ]
}

@test "an ordinary user measures through SUDO, and everything below build/ stays the user's" {
  requires root bpf setpriv
  user=65534
  place=$(mktemp -d)
  (cd "$TOP" && cp -rp Makefile tools bpf pipelines tests results-schema "$place")
  mkdir "$place/build"
  (cd "$TOP" && cp -rp build/bin build/obj build/schema build/flags build/version "$place/build")
  cp -p "$TOP/build/version" "$place/.version" # what is built stays as it is
  # The way to root: for that user alone, and only while this test runs.
  cp "$(command -v setpriv)" "$place/become"
  printf '#!/bin/sh\necho "$*" >> %s/asked\nexec %s/become --reuid 0 --regid 0 --clear-groups "$@"\n' "$place" "$place" >"$place/sudo"
  chmod 755 "$place/sudo"
  chown -R $user:$user "$place"
  chmod 700 "$place"
  chown 0:0 "$place/become"
  chmod 4755 "$place/become"
  run -0 setpriv --reuid $user --regid $user --clear-groups make -C "$place" bench SUITE=smoke ROUNDS=2 \
    SUDO="$place/sudo" RUN_OPTIONS='--samples 1 --sample-ms 0.1'
  rm "$place/become"
  others=$(find "$place/build" ! -uid $user)
  asked=$(awk '{print $1}' "$place/asked" | sort -u | xargs -n 1 basename | xargs)
  rm -rf "$place"
  assert_equal "$others" ""
  assert_contains "$output" "map/hash/read"
  assert_equal "$asked" "bpf-compile-check bpf-run"
}
