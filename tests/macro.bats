#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The suite macro: programs that people run, with objects from packages.
# bats file_tags=alone

load helpers

# The objects, as make macro fetches them: once for all tests.
needs_objects() {
  local objects
  objects=build/macro/$(uname -m)
  OBJECTS=$TOP/$objects
  assert_contains "$(make -n --no-print-directory -C "$TOP" macro 2>&1)" "SUITE=macro OBJECTS='$objects'"
  [ -d "$OBJECTS" ] || make --no-print-directory -C "$TOP" "$objects" >fetched 2>&1 || skip "no packages can be had here"
}

# The tests of programs: not the controls, nor the empty ones.
PROGRAMS='!($test =~ "^(control|baseline)/")'

@test "programs that people run take the path that is meant: 25 tests of 6 types at least, all that this kernel has" {
  requires bpf cpus2
  needs_objects
  bpf-compile-check --objects "$OBJECTS" "$TOP/bpf/suites/macro.yml" >plan.csv 2>messages
  bpf-run -q --commands --rounds 1 --samples 1 --sample-ms 0.1 plan.csv >samples.csv 2>>messages
  assert_equal "$(rows samples.csv '.test, .status, .reason' '.status != "ok" and .status != "unsupported"')" ''
  # What the kernel lacks has no packet that could leave early.
  assert_equal "$(csv_value samples.csv reason '$status == "unsupported" && !($reason =~ "CONFIG_|no program type|BTF|libbpf|not permitted")')" ''
  [ "$(csv_value plan.csv test "\$status == \"ok\" && $PROGRAMS" | sort -u | wc -l)" -ge 25 ]
  [ "$(csv_value plan.csv program_type "\$status == \"ok\" && $PROGRAMS" | sort -u | wc -l)" -ge 6 ]
}

@test "a packet that leaves the path that is meant is seen, and so is an object that was not fetched" {
  requires bpf
  sed 's/packet: tcp4-64/packet: zeros-1024/' "$TOP/bpf/suites/macro.yml" >wrong.yml
  sed -i "s|source: \.\./|source: $TOP/bpf/|; s|^include: .*||" wrong.yml
  bpf-compile-check wrong.yml >plan.csv 2>messages
  bpf-run -q --rounds 1 --samples 1 -c 4 -t '^(load_balancer|connections|nat/masquerade/tcp|firewall|rate_limiter|syn_proxy/f|flow_exporter)' \
    plan.csv >samples.csv 2>>messages
  assert_equal "$(csv_value samples.csv test '$status != "wrong_result"' | sort -u | xargs)" \
    'connections/repeated load_balancer/ipip/new'
  # Nor are the packages' objects here: their tests are rows that say so, and ours go on.
  assert_contains "$(csv_value plan.csv reason '$test == "xdp_filter/tcp/listed/passed"')" "xdpfilt_dny_tcp.o': No such file"
  assert_equal "$(csv_value plan.csv test '$status == "load_failed" && !($test =~ "^(xdp_|bcc/)")')" ''
}

@test "objects that cannot be fetched are one line, and nothing is left behind" {
  requires dpkg-deb apt-get
  KERNELS=$PWD/kernels KERNEL_MIRROR=file://$PWD/none run -2 --separate-stderr "$PIPELINES/bench/get-objects" objects
  assert_contains "$stderr" 'get-objects: there are no packages for '
  [ ! -e objects ]
}
