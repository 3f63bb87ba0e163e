#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Kernel builds: fetching them, and measuring on them in a VM. What needs a real kernel takes one of
# the distribution that can be fetched today; the cache of the project serves.

load helpers
load kernels

PATH=$TOP/pipelines/vm:$TOP/pipelines/compare:$PATH
KERNEL= # see kernels.bash

# A file that passes for a bzImage by its header, and is no kernel.
fake_kernel() { # FILE [RELEASE]
  head -c 4096 /dev/zero >"$1"
  printf HdrS | dd of="$1" bs=1 seek=514 conv=notrunc status=none
  printf '\0\4' | dd of="$1" bs=1 seek=526 conv=notrunc status=none
  printf '%s (builder) #1\0' "${2-6.0.0-fake}" | dd of="$1" bs=1 seek=1536 conv=notrunc status=none
}

fake_package() { # FILE NAME [PATH-OF-KERNEL] [ARCHITECTURE]
  rm -rf tree
  mkdir -p tree/DEBIAN tree/usr/share/doc
  head -c "${PADDING-100000}" /dev/urandom >tree/usr/share/doc/padding
  printf 'Package: %s\nVersion: 6.0.1-1\nArchitecture: %s\nMaintainer: nobody\nDescription: none\n' \
    "$2" "${4-$(dpkg --print-architecture)}" >tree/DEBIAN/control
  if [ -n "${3-}" ]; then
    mkdir -p "tree/$(dirname "$3")"
    fake_kernel "tree/$3"
  fi
  dpkg-deb --root-owner-group -b tree "$1" >/dev/null
}

sum() {
  sha256sum "$1" | cut -c 1-64
}

# A plan of two tests: one that costs little, one that uses a map.
make_plan() {
  cat >suite.yml <<-YML
	tests:
	  - name: baseline/xdp/empty
	    source: $TOP/bpf/baseline.bpf.c
	    program_type: xdp
	    entry_point: empty
	  - name: map/{}/read
	    source: $TOP/bpf/map.bpf.c
	    program_type: xdp
	    variants: {array: {MAP_TYPE: BPF_MAP_TYPE_ARRAY}}
	    entry_point: read
	    map_state_preparation: {program: fill}
	YML
  bpf-compile-check --no-load suite.yml >plan.csv
}

# No machine of this test is left: its files are in the test's folder, and so in QEMU's command line.
no_machine() {
  local i
  for i in 1 2 3 4 5 6 7 8 9 10; do
    pgrep -f "qemu-system.*$BATS_TEST_TMPDIR" >/dev/null || return 0
    sleep 0.5
  done
  echo "a machine is still there:" >&2
  pgrep -af "qemu-system.*$BATS_TEST_TMPDIR" >&2
  return 1
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export KERNELS=$BATS_TEST_TMPDIR/kernels TMPDIR=$BATS_TEST_TMPDIR
}

# Fetching

@test "a kernel image is stored under its checksum and described" {
  fake_kernel bzImage 6.6.6-mine
  folder=$(ARCH=x86_64 get-kernel file:bzImage)
  assert_equal "$folder" "$KERNELS/$(sum bzImage)"
  cmp bzImage "$folder/vmlinuz"
  assert_equal "$(csv_value "$folder/kernel.csv" value '$name == "kernel_release"')" 6.6.6-mine
}

@test "of what an image says of its release only what a release can be is taken" {
  fake_kernel bzImage $'6.6.6-"a,b\nc,d\e[2J'
  folder=$(ARCH=x86_64 get-kernel file:bzImage)
  assert_equal "$(csv_value "$folder/kernel.csv" value '$name == "kernel_release"')" 6.6.6-
  assert_equal "$(csv_value "$folder/kernel.csv" name)" $'kernel_architecture\nkernel_release\nkernel_sha256'
  fake_kernel bzImage "6.6.6$(printf %0300d 0)"
  folder=$(ARCH=x86_64 get-kernel file:bzImage)
  assert_equal "$(csv_value "$folder/kernel.csv" value '$name == "kernel_release"')" "6.6.6$(printf %059d 0)"
}

@test "the same content is stored once, another beside it" {
  fake_kernel bzImage
  cp bzImage copy
  fake_kernel other 6.0.1
  one=$(ARCH=x86_64 get-kernel file:bzImage)
  two=$(ARCH=x86_64 get-kernel file:copy)
  three=$(ARCH=x86_64 get-kernel file:other)
  assert_equal "$one" "$two"
  [ "$one" != "$three" ]
  assert_equal "$(find "$KERNELS" -mindepth 1 -maxdepth 1 | wc -l)" 2
}

@test "a package gives its kernel, wherever it has it" {
  for path in boot/vmlinuz-6.0.0-fake usr/lib/modules/6.0.0-fake/vmlinuz; do
    fake_package k.deb linux-image-6.0.0-fake "$path" amd64
    folder=$(ARCH=x86_64 get-kernel deb-file:k.deb)
    cmp "tree/$path" "$folder/vmlinuz"
    assert_equal "$(csv_value "$folder/kernel.csv" value '$name == "kernel_version"')" 6.0.1-1
    assert_equal "$(csv_value "$folder/kernel.csv" value '$name == "kernel_package"')" linux-image-6.0.0-fake
  done
}

@test "a url is fetched when its checksum is right, and only then" {
  fake_kernel bzImage
  folder=$(ARCH=x86_64 get-kernel "url:file://$PWD/bzImage#sha256=$(sum bzImage)")
  cmp bzImage "$folder/vmlinuz"
  fake_kernel bzImage other
  run -2 --separate-stderr env ARCH=x86_64 get-kernel "url:file://$PWD/bzImage#sha256=$(printf x | sum /dev/stdin)"
  assert_equal "$output" ""
  assert_contains "$stderr" "get-kernel: checksum differs: 'file://$PWD/bzImage': $(sum bzImage)"
  run -2 --separate-stderr env ARCH=x86_64 get-kernel "url:-o#sha256=$(sum bzImage)"
  assert_contains "$stderr" "get-kernel: not a url: '-o'"
  assert_equal "$(find "$KERNELS" -mindepth 1 -maxdepth 1 | wc -l)" 1
}

@test "a kernel that cannot be fetched is one clear line, and nothing is left behind" {
  fake_package none.deb no-kernel
  fake_package other.deb linux-image-6.0.0 boot/vmlinuz-6.0.0 "$([ "$(dpkg --print-architecture)" = arm64 ] && echo amd64 || echo arm64)"
  fake_package damaged.deb linux-image-6.0.0 boot/vmlinuz-6.0.0
  dd if=/dev/zero of=damaged.deb bs=1 seek=20000 count=200 conv=notrunc status=none
  echo text >text
  printf 'MZ\0\0zimg\100\0\0\0\100\0\0\0%0200d' 0 >zboot
  # kernel | message
  while IFS='|' read -r kernel message; do
    run -2 --separate-stderr env ARCH="$([ "$kernel" = file:zboot ] && echo aarch64)" get-kernel "$kernel"
    assert_equal "$output" ""
    assert_equal "${#stderr_lines[@]}" 1
    assert_contains "$stderr" "get-kernel: $message"
    assert_equal "$(find "$KERNELS" -mindepth 1 -maxdepth 1 -not -name apt)" ""
  done <<-TABLE
	vmlinuz|not a kernel: 'vmlinuz'
	file:none|no such file: 'none'
	file:text|not a kernel image: 'text'
	file:zboot|kernel image cannot be unpacked: 'zboot'
	deb-file:text|not a Debian package: 'text'
	deb-file:none.deb|package holds no kernel: 'none.deb'
	deb-file:other.deb|package is for another architecture: 'other.deb'
	deb-file:damaged.deb|package is damaged: 'damaged.deb'
	url:file:///none|url without a checksum: 'file:///none'
	url:file:///none#sha256=12|url without a checksum: 'file:///none#sha256=12'
	deb:|not the name of a package: ''
	deb:a;b|not the name of a package: 'a;b'
	deb:a=\$(id)|not the version of a package: '\$(id)'
	deb:linux@../..|not the name of a suite: '../..'
	TABLE
}

@test "what unpacks to more than a kernel may be is refused, and nothing is left behind" {
  mkdir -p tree/DEBIAN tree/boot
  printf 'Package: linux-image-6\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody\nDescription: none\n' >tree/DEBIAN/control
  # Of 6 MB and a byte: in a package as it is, and as an end without data.
  truncate -s 6291457 tree/boot/vmlinuz-6
  dpkg-deb --root-owner-group -b tree large.deb >/dev/null
  tar -cS --format=gnu -C tree ./boot >data.tar
  mv tree/boot/vmlinuz-6 tree/DEBIAN/large
  dpkg-deb --root-owner-group -b tree control.deb >/dev/null
  rm tree/DEBIAN/large
  dpkg-deb --root-owner-group -b tree sparse.deb >/dev/null
  xz data.tar
  ar r sparse.deb data.tar.xz
  head -c 6291457 /dev/zero | xz >packed.xz
  size=$(stat -c %s packed.xz)
  # Where the data begin and how long they are, as a bzImage and a zboot say it.
  little() { printf '%08x' "$1" | sed 's/\(..\)\(..\)\(..\)\(..\)/\\x\4\\x\3\\x\2\\x\1/'; }
  fake_kernel bzImage
  printf %b "$(little $((size + 4)))" | dd of=bzImage bs=1 seek=588 conv=notrunc status=none
  printf '\7' | dd of=bzImage bs=1 seek=497 conv=notrunc status=none
  { cat packed.xz && printf '\0\0\0\0'; } >>bzImage
  { printf %b "MZ\0\0zimg$(little 64)$(little "$size")" && head -c 48 /dev/zero && cat packed.xz; } >zboot
  for kernel in deb-file:large.deb deb-file:sparse.deb file:bzImage file:zboot; do
    run -2 --separate-stderr env KERNEL_MOST_MB=6 ARCH="$([ "$kernel" = file:zboot ] && echo aarch64 || echo x86_64)" get-kernel "$kernel"
    assert_equal "$output" ""
    assert_equal "$stderr" "get-kernel: unpacks to more than 6 MB: '${kernel#*:}' (set KERNEL_MOST_MB if that is right)"
    assert_equal "$(find "$KERNELS" -mindepth 1 -maxdepth 1 -not -name apt)" ""
  done
  assert_trouble "get-kernel: not a Debian package: 'control.deb': dpkg-deb: error: tar subprocess was killed by signal (File size limit exceeded)" \
    env KERNEL_MOST_MB=6 ARCH=x86_64 get-kernel deb-file:control.deb
  # That is what was wrong.
  ARCH=x86_64 get-kernel file:bzImage
}

# bats test_tags=slow
@test "a package that no suite has is one clear line" {
  export KERNELS=$TOP/build/kernels
  list-kernels >/dev/null || skip "no kernel packages can be had here"
  run -2 --separate-stderr get-kernel deb:linux-image-0.0.0-none
  assert_equal "$output" ""
  assert_contains "$stderr" "get-kernel: no such package: 'linux-image-0.0.0-none'"
  assert_contains "$stderr" "make kernels"
}

# An archive in ./repo with one suite, of the packages there and of those described on standard input. It has no signature.
make_archive() { # SUITE COMPONENT < PARAGRAPHS
  local arch deb index
  arch=$(dpkg --print-architecture)
  index=repo/dists/$1/$2/binary-$arch/Packages
  mkdir -p "${index%/*}"
  for deb in repo/pool/*.deb; do
    dpkg-deb -f "$deb"
    printf 'Filename: pool/%s\nSize: %s\nSHA256: %s\n\n' "${deb##*/}" "$(stat -c %s "$deb")" "$(sum "$deb")"
  done >"$index"
  sed "s/^Architecture: .*/Architecture: $arch/" >>"$index"
  printf 'Suite: %s\nCodename: %s\nComponents: %s\nDate: %s\n' "$1" "$1" "$2" "$(date -Ru)" >"repo/dists/$1/Release"
}

@test "an archive without a signature is refused" {
  mkdir -p repo/pool
  fake_package repo/pool/linux-image-6.0.0-fake.deb linux-image-6.0.0-fake boot/vmlinuz-6.0.0-fake
  make_archive none main </dev/null
  KERNEL_MIRROR=file://$PWD/repo run -2 --separate-stderr get-kernel -v deb:linux-image-6.0.0-fake@none
  assert_equal "$output" ""
  assert_contains "$stderr" "cannot read suite 'none'"
  assert_contains "$stderr" "not signed"
}

@test "packages that stand for a kernel are followed, by Ubuntu's names and by Debian's" {
  mkdir -p repo/pool
  PADDING=1100000
  fake_package repo/pool/linux-image-6.8.0-49-generic.deb linux-image-6.8.0-49-generic boot/vmlinuz-6.8.0-49-generic
  fake_package repo/pool/linux-binary-6.12.95+deb13-amd64.deb linux-binary-6.12.95+deb13-amd64 boot/vmlinuz-6.12.95
  # What is not asked here of such a paragraph is left out: Recommends, Maintainer, Description.
  make_archive suite main <<-'END'
	Package: linux-image-generic
	Source: linux-meta
	Version: 6.8.0-49.49
	Architecture: amd64
	Depends: linux-image-6.8.0-49-generic, linux-modules-extra-6.8.0-49-generic, linux-firmware, intel-microcode, amd64-microcode
	Filename: pool/none.deb
	Size: 9664
	SHA256: 0000000000000000000000000000000000000000000000000000000000000001

	Package: linux-image-generic-hwe-24.04
	Source: linux-meta-hwe-6.8
	Version: 6.8.0-49.49~24.04.1
	Architecture: amd64
	Depends: linux-firmware, linux-modules-extra-6.8.0-49-generic, linux-image-unsigned-6.8.0-49-generic | linux-image-6.8.0-49-generic (>= 6.8)
	Filename: pool/none.deb
	Size: 9700
	SHA256: 0000000000000000000000000000000000000000000000000000000000000002

	Package: linux-image-amd64
	Source: linux-signed-amd64
	Version: 6.0.1-1
	Architecture: amd64
	Depends: linux-binary-6.12.95+deb13-amd64 (= 6.0.1-1)
	Filename: pool/none.deb
	Size: 1480
	SHA256: 0000000000000000000000000000000000000000000000000000000000000003

	Package: linux-image-6.9.0-nowhere
	Version: 1
	Architecture: amd64
	Depends: linux-image-6.9.0-nowhere
	Filename: pool/none.deb
	Size: 1480
	SHA256: 0000000000000000000000000000000000000000000000000000000000000004
END
  echo 'Acquire::AllowInsecureRepositories "true";' >apt.conf
  export APT_CONFIG=$PWD/apt.conf KERNEL_MIRROR=file://$PWD/repo
  for package in linux-image-generic linux-image-generic-hwe-24.04; do
    folder=$(ARCH=x86_64 get-kernel "deb:$package@suite")
    assert_equal "$(csv_value "$folder/kernel.csv" value '$name == "kernel_package"')" linux-image-6.8.0-49-generic
  done
  folder=$(ARCH=x86_64 get-kernel deb:linux-image-amd64@suite)
  assert_equal "$(csv_value "$folder/kernel.csv" value '$name == "kernel_package"')" linux-binary-6.12.95+deb13-amd64
  run -2 --separate-stderr env ARCH=x86_64 get-kernel deb:linux-image-6.9.0-nowhere@suite
  assert_equal "$(tail -n 1 <<<"$stderr")" "get-kernel: package holds no kernel: 'linux-image-6.9.0-nowhere'"
}

@test "on Ubuntu, kernels and libraries of another architecture come from that one's archive" {
  requires root
  printf 'ID=ubuntu\nVERSION_CODENAME=noble\n' >os-release
  case $(dpkg --print-architecture) in
  amd64) other=aarch64 sources='http://azure.archive.ubuntu.com/ubuntu/' mirror=http://azure.ports.ubuntu.com/ubuntu-ports ;;
  *) other=x86_64 sources='http://ports.ubuntu.com/ubuntu-ports' mirror=http://archive.ubuntu.com/ubuntu ;;
  esac
  # No archive is asked: what there is, is what counts.
  printf '#!/bin/sh\nexit 1\n' >apt-get
  chmod +x apt-get
  export KERNEL_MIRROR=$sources KERNEL_SECURITY_MIRROR=$sources PATH=$PWD:$PATH
  for ARCH in "$(uname -m)" $other; do
    unshare -m sh -c "mount --bind os-release /etc/os-release && exec env ARCH=$ARCH get-kernel deb:linux-image-generic" || :
    cat "kernels/apt/$(case $ARCH in x86_64) echo amd64 ;; *) echo arm64 ;; esac)/sources.list"
  done >lists 2>/dev/null
  for suite in noble noble-security noble-updates; do
    echo "deb $sources $suite main universe"
  done >expected
  for suite in noble noble-security noble-updates; do
    echo "deb $mirror $suite main universe"
  done >>expected
  diff expected lists
}

@test "kernels that can be fetched are listed newest first, as CSV" {
  export KERNELS=$TOP/build/kernels
  list-kernels >list.csv || skip "no kernel packages can be had here"
  assert_equal "$(sed q list.csv)" kernel,version,suite,architecture,size_bytes,cached
  newest=$(csv_value list.csv version | sed q)
  csv_value list.csv version | while read -r version; do
    dpkg --compare-versions "$newest" ge "$version"
  done
}

# A VM

# Two boots of one seed, 1.csv and 2.csv, with the plans as the kernel filled them: the same bytes.
boot_twice() {
  local i
  for i in 1 2; do
    run-in-vm -k "$KERNEL" --run-id same --plan plan-$i.csv plan.csv | mlr --csv cut -x -f timestamp >$i.csv
  done
  cmp 1.csv 2.csv
  cmp plan-1.csv plan-2.csv
}

# bats test_tags=slow
@test "one seed gives the same bytes every time, and another seed the same counts of a fixed path" {
  needs_kernel
  make_plan
  boot_twice
  run-in-vm -k "$KERNEL" --first-boot 7 plan.csv >7.csv
  for file in 1.csv 7.csv; do
    assert_equal "$(csv_value $file status | sort -u)" ok
    assert_equal "$(csv_value $file duration_ns | sort -u)" ""
    mlr --icsv --onidx cut -f test,instructions then sort -f test then uniq -g test,instructions $file >$file.counts
  done
  diff 1.csv.counts 7.csv.counts
  assert_equal "$(wc -l <1.csv.counts)" 2
  assert_equal "$(csv_value 7.csv round | sort -u)" 7
  # The plan is filled by that kernel.
  assert_equal "$(csv_value plan-1.csv status | sort -u)" ok
  [ "$(csv_value plan-1.csv jited_bytes '$test == "baseline/xdp/empty"')" -gt 0 ]
  assert_contains "$(csv_value 1.csv host_class | sort -u)" icount
}

# bats test_tags=slow
@test "how a build is called changes no count, though the seed of a hash decides it" {
  needs_kernel
  make_plan
  sed 's/array: {MAP_TYPE: BPF_MAP_TYPE_ARRAY}/hash: {MAP_TYPE: BPF_MAP_TYPE_HASH}/' suite.yml >hash.yml
  bpf-compile-check --no-load --build host hash.yml >plan.csv
  for label in b a-label-of-more-characters; do
    run-in-vm -k "$KERNEL" --build "$label" --plan filled.csv --environment environment.csv plan.csv >"$label.csv"
    assert_equal "$(csv_value "$label.csv" build | sort -u)" "$label"
    assert_equal "$(csv_value filled.csv build | sort -u)" "$label"
    assert_equal "$(csv_value environment.csv value '$name == "build"')" "$label"
    csv_value "$label.csv" instructions >>"$label.counts"
  done
  cmp b.counts a-label-of-more-characters.counts
  [ "$(sort -u b.counts | wc -l)" -gt 2 ]
}

# bats test_tags=slow
@test "another architecture's tools are built, and measure on its kernel: the same bytes every time" {
  requires aarch64-linux-gnu-gcc
  needs_kernel aarch64
  # Debian's name for it serves too.
  make -s -C "$TOP" vm-tools ARCH=arm64 >/dev/null
  export ARCH=aarch64 VM_TOOLS=$TOP/build/static/aarch64 BIN=$TOP/build/bin
  make_plan
  boot_twice
  assert_equal "$(csv_value 1.csv status | sort -u)" ok
  [[ $(csv_value 1.csv host_class | sort -u) == icount-aarch64-qemu-*-cortex-a72 ]]
  assert_equal "$(mlr --icsv --onidx filter '$instructions > 0' then uniq -g test then count 1.csv)" 2
  # arm64's instructions have four bytes each.
  [ "$(csv_value plan-1.csv jited_bytes '$test == "baseline/xdp/empty"')" -gt 0 ]
  assert_equal "$(mlr --icsv --onidx filter '$jited_bytes % 4 != 0' then count plan-1.csv)" 0
}

@test "ARCH=all runs each architecture with the kernels of the same names, though one fails" {
  cat >make-one <<SH
#!/bin/sh
shift # --no-print-directory
echo "\$*" >>'$PWD/log'
case \$* in *ARCH=x86_64*) exit 1 ;; esac
SH
  chmod +x make-one
  run -2 make --no-print-directory -C "$TOP" compare ARCH=all MAKE="$PWD/make-one" RUNTIME=icount \
    BASE=deb:linux-image-6.1.0-53-amd64 HEAD=deb:linux-image-6.1.0-56-cloud-arm64
  assert_equal "$(cat log)" "compare ARCH=x86_64 KERNEL= BASE=deb:linux-image-6.1.0-53-amd64 HEAD=deb:linux-image-6.1.0-56-cloud-amd64
compare ARCH=aarch64 KERNEL= BASE=deb:linux-image-6.1.0-53-arm64 HEAD=deb:linux-image-6.1.0-56-cloud-arm64"
  : >log
  sed -i '/^case/d' make-one
  make -s -C "$TOP" bench ARCH=all MAKE="$PWD/make-one" RUNTIME=icount KERNEL=deb:linux-image-6.1.0-56-amd64
  assert_equal "$(cut -d ' ' -f 1-3 log)" "bench ARCH=x86_64 KERNEL=deb:linux-image-6.1.0-56-amd64
bench ARCH=aarch64 KERNEL=deb:linux-image-6.1.0-56-arm64"
}

# bats test_tags=slow
@test "a test that is kept over rounds costs no other an instruction" {
  needs_kernel
  make_plan
  sed 's/variants: {array: {/&keep: 4, /' suite.yml >kept.yml
  bpf-compile-check --no-load kept.yml >kept.csv
  assert_equal "$(csv_value kept.csv keep | xargs)" 4
  # In the second round it is there whatever comes first.
  for plan in plan kept; do
    run-in-vm -k "$KERNEL" $plan.csv -- --rounds 2 >samples-$plan.csv
    mlr --icsv --onidx filter '$round == 2' then cut -o -f test,sample,status,instructions then sort -f test samples-$plan.csv >$plan.counts
  done
  assert_equal "$(cut -d ' ' -f 3 plan.counts | sort -u)" ok
  diff plan.counts kept.counts
}

# Two trees of sources: a program with that many additions in each.
make_trees() { # ADDITIONS...
  local n i=0
  for n; do
    i=$((i + 1))
    mkdir tree-$i
    {
      printf '#include "kernel.h"\nSEC("xdp") int add(void *ctx) { __u64 x = (__u64)ctx;\n'
      for _ in $(seq "$n"); do echo 'asm volatile("%0 += 1" : "+r"(x));'; done
      printf 'asm volatile("" :: "r"(x)); return 2; }\nLICENSE;\n'
    } >tree-$i/add.bpf.c
    cp "$TOP/bpf/include/kernel.h" tree-$i
  done
}

@test "one instruction more in a program is a regression of one instruction, and the same program is none" {
  needs_kernel
  make_trees 1 2 2
  compare --runtime icount --kernel "$KERNEL" --rounds 1 dir:tree-1 dir:tree-2 add.bpf.c one
  assert_equal "$(csv_value one/verdict.csv baseline_build,current_build,verdict '$metric == "instructions"')" "tree-1 tree-2 regression"
  assert_equal "$(mlr --icsv --onidx filter '$metric == "instructions"' then put -q 'print $current - $baseline' one/verdict.csv)" 1
  assert_equal "$(csv_value one/environment.csv value '$name == "build"')" "tree-1..tree-2"
  assert_equal "bpf-run (eBPF performance benchmark suite) $(csv_value one/environment.csv value '$name == "tools_version"')" \
    "$(bpf-run --version)"
  compare --runtime icount --kernel "$KERNEL" --rounds 1 dir:tree-2 dir:tree-3 add.bpf.c same
  assert_equal "$(csv_value same/verdict.csv metric,verdict)" "instructions unchanged"
  assert_equal "$(csv_value same/static.csv verdict | sort -u)" unchanged
}

# bats test_tags=slow
@test "a kernel against itself reports nothing" {
  needs_kernel
  make_plan
  compare --runtime icount --rounds 1 "$KERNEL" "$KERNEL" plan.csv out
  assert_equal "$(csv_value out/verdict.csv verdict)" $'unchanged\nunchanged'
  [ "$(csv_value out/verdict.csv baseline_build | sort -u)-again" = "$(csv_value out/verdict.csv current_build | sort -u)" ]
}

# bats test_tags=slow
@test "a profile names the functions and how far they grew, adds up to the count, and changes no count" {
  needs_kernel
  requires jq
  make_trees 1 2
  BIN=$TOP/build/bin count-functions --folder out --test . --kernel "$KERNEL" add.bpf.c dir:tree-1 dir:tree-2 >table
  # Nothing else grew, by not even a fraction of an instruction.
  assert_equal "$(csv_value out/difference.csv function,change 'abs($change) > 0.01')" "bpf_prog_add 1.000000"
  assert_contains "$(cat table)" "bpf_prog_add"
  assert_equal "$(csv_value out/functions.csv build | sort -u | xargs)" "base head"
  "$TOP/pipelines/compare/build-programs" dir:tree-1 add.bpf.c base | run-in-vm -k "$KERNEL" --keep-build >samples.csv
  measured=$(mlr --icsv --onidx stats1 -a mean -f instructions samples.csv)
  M=$measured mlr --icsv --onidx filter '$build == "base"' then stats1 -a sum -f instructions then \
    put -q 'print abs($instructions_sum - float(ENV["M"])) < 0.02 * float(ENV["M"])' out/functions.csv >adds-up
  assert_equal "$(cat adds-up)" true
  # What the function of the test run has is no part of the program.
  [ "$(csv_value out/functions.csv instructions '$build == "base" && $function == "bpf_test_run"')" != "" ]
}

@test "what cannot be profiled is one clear line, and no files" {
  needs_kernel
  make_trees 1
  export BIN=$TOP/build/bin
  # arguments | message
  while IFS='|' read -r arguments message; do
    # shellcheck disable=SC2086
    assert_trouble "count-functions: $message" count-functions --folder out $arguments
    assert_equal "$(find out -name '*.csv' 2>/dev/null)" ""
  done <<-TABLE
	add.bpf.c|which test? (option --test)
	--test . tree-1/add.bpf.c|no kernel named
	--test none --kernel $KERNEL tree-1/add.bpf.c|no test that compiles matches 'none'
	--test . --kernel $KERNEL tree-1/add.bpf.c $KERNEL|two builds are wanted
	--test . --frob|unknown option: '--frob'
	TABLE
}

# bats test_tags=slow
@test "a kernel that panics leaves rows that say so" {
  needs_kernel
  make_plan
  VM_APPEND=rdinit=/none run -0 --separate-stderr run-in-vm -k "$KERNEL" --build b --boots 2 --environment environment.csv plan.csv
  printf '%s\n' "$output" >samples.csv
  assert_equal "$(csv_value samples.csv status | xargs)" "not_run not_run not_run not_run"
  assert_equal "$(csv_value samples.csv instructions | xargs)" ""
  assert_contains "$(csv_value samples.csv reason | sed q)" "Kernel panic"
  assert_contains "$stderr" "2 of 2 did not run"
  assert_equal "$(sed q samples.csv)" "$(csv_value "$TOP/results-schema/samples.csv" name '$required == "true"' | paste -sd,)" ||
    assert_equal "$(sed q samples.csv)" "$(header_of samples)"
  # It is filed beside those that ran.
  assert_equal "$(mlr --icsv --onidx filter '$name =~ "^(host_class|runtime|track|suite|build)$"' then cut -f value environment.csv | xargs)" \
    "$(csv_value samples.csv host_class | sed q) icount local $(csv_value plan.csv suite | sed q) b"
  no_machine
}

# bats test_tags=slow
@test "a boot that does not end is ended, and what it did not come to is not run" {
  needs_kernel
  make_plan
  VM_TIMEOUT=60 run-in-vm -k "$KERNEL" --log console.log plan.csv -- --iterations 2000000000 >samples.csv 2>messages
  assert_equal "$(csv_value samples.csv status | xargs)" "not_run not_run"
  assert_contains "$(csv_value samples.csv reason | sed q)" "time-out after 60 s in bpf-run"
  assert_contains "$(cat messages)" "2 of 2 did not run"
  [ -e console.log ]
  no_machine
}

@test "a machine that somebody killed is no time-out" {
  needs_kernel
  make_plan
  run-in-vm -k "$KERNEL" plan.csv -- --iterations 2000000000 >samples.csv 3>&- &
  pid=$!
  for _ in $(seq 100); do
    pkill -KILL -f "^qemu-system.*$BATS_TEST_TMPDIR" && break
    sleep 0.2
  done
  wait $pid
  assert_equal "$(csv_value samples.csv status | xargs)" "not_run not_run"
  assert_contains "$(csv_value samples.csv reason | sed q)" "the machine was killed in "
  no_machine
}

# bats test_tags=slow
@test "a damaged kernel does not start, and rows say so" {
  needs_kernel
  make_plan
  cp "$(get-kernel "$KERNEL")/vmlinuz" damaged
  dd if=/dev/zero of=damaged bs=1M seek=4 count=1 conv=notrunc status=none
  export KERNELS=$BATS_TEST_TMPDIR/kernels
  VM_TIMEOUT=20 run-in-vm -k file:damaged plan.csv >samples.csv
  assert_equal "$(csv_value samples.csv status | xargs)" "not_run not_run"
  assert_contains "$(csv_value samples.csv reason | sed q)" "in boot"
  no_machine
}

# bats test_tags=slow
@test "a kernel without BPF says so in each row" {
  requires qemu-system-x86_64 cpio flex bison bc apt-get
  [ "$(uname -m)" = x86_64 ] || skip "the kernel is for x86_64"
  "$TOP/tests/build-kernel-without-bpf" "$TOP/build/kernel-without-bpf"
  make_plan
  run -0 --separate-stderr run-in-vm -k "file:$TOP/build/kernel-without-bpf/bzImage" plan.csv
  printf '%s\n' "$output" >samples.csv
  assert_equal "$(csv_value samples.csv status | xargs)" "not_run not_run"
  assert_contains "$(csv_value samples.csv reason | sed q)" "this kernel has no bpf()"
  assert_contains "$stderr" "2 of 2 did not run"
  no_machine
}

@test "whatever ends run-in-vm ends its machine too" {
  needs_kernel
  make_plan
  for signal in TERM INT KILL; do
    # A shell ignores INT in what it starts in the background; env does not mind.
    env --default-signal=INT run-in-vm -k "$KERNEL" plan.csv -- --iterations 2000000000 >samples.csv 3>&- &
    pid=$!
    for _ in $(seq 100); do
      pgrep -f "qemu-system.*$BATS_TEST_TMPDIR" >/dev/null && break
      sleep 0.2
    done
    pgrep -f "qemu-system.*$BATS_TEST_TMPDIR" >/dev/null
    kill -s $signal $pid
    wait $pid && return 1
    no_machine
    [ ! -s samples.csv ]
    [ $signal = KILL ] || assert_equal "$(find . -maxdepth 1 -name 'ebpf-performance.*')" ""
  done
}

@test "what cannot be measured is one clear line" {
  needs_kernel
  make_plan
  mlr --csv put '$object = "../" . $object' plan.csv >outside.csv
  mlr --csv put '$object = "none.o"' plan.csv >missing.csv
  : >empty.csv
  # arguments | message
  while IFS='|' read -r arguments message; do
    # shellcheck disable=SC2086
    run -2 --separate-stderr run-in-vm $arguments
    assert_equal "$output" ""
    assert_contains "$stderr" "$message"
  done <<-TABLE
	plan.csv|run-in-vm: no kernel named
	-k $KERNEL none.csv|run-in-vm: no such plan: 'none.csv'
	-k $KERNEL empty.csv|run-in-vm: plan is empty: 'empty.csv'
	-k $KERNEL outside.csv|run-in-vm: file lies outside the working directory
	-k $KERNEL missing.csv|run-in-vm: no such file: 'none.o'
	-k $KERNEL --boots x plan.csv|run-in-vm: not a number: 'x' (option --boots)
	-k $KERNEL --boots 0 plan.csv|run-in-vm: nothing to do
	-k $KERNEL --runtime host plan.csv|run-in-vm: not a runtime of a VM: 'host'
	-k $KERNEL --frob plan.csv|run-in-vm: unknown option: '--frob'
	-k $KERNEL plan.csv -- --frob|unrecognized option '--frob'
	-k|run-in-vm: option '-k' needs an argument
	TABLE
}

@test "what would be measured elsewhere than it was asked for is refused" {
  # arguments | message
  while IFS='|' read -r arguments message; do
    # shellcheck disable=SC2086
    run -2 --separate-stderr make -s -C "$TOP" RESULTS="$BATS_TEST_TMPDIR/results" SUITE=smoke $arguments
    assert_contains "$stderr" "$message"
    [ ! -e results ]
  done <<-TABLE
	bench RUNTIME=host KERNEL=deb:k|KERNEL is measured in a VM, and RUNTIME=host is this machine
	compare RUNTIME=icount BASE=rev:HEAD|no kernel named to measure on
	compare RUNTIME=host BASE=dir:/nonexistent|no such folder: '/nonexistent'
	bisect RUNTIME=kvm TEST=t GOOD=deb:a BAD=deb:b|bisect goes by counted instructions
	TABLE
}

@test "the benchmark of counted instructions says which kernels it wants" {
  assert_trouble "counted: two kernels are wanted: BASE= and HEAD=" "$TOP/pipelines/evaluate/counted" deb:one '' '' bpf/suites/smoke.yml
}

@test "without KVM its runtime says so" {
  needs_kernel
  has kvm && skip "there is KVM here"
  make_plan
  assert_trouble "no KVM here: " run-in-vm -k "$KERNEL" --runtime kvm plan.csv
  assert_contains "$stderr" "RUNTIME=icount"
}

@test "under kvm a boot is a round, and its samples are times" {
  requires kvm
  needs_kernel
  make_plan
  run-in-vm -k "$KERNEL" --runtime kvm --boots 2 plan.csv >samples.csv
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
  assert_equal "$(csv_value samples.csv boot,round | sort -u)" $'1 1\n2 2'
  assert_equal "$(mlr --icsv --onidx filter '$duration_ns > 0' then uniq -g test,round then count samples.csv)" 4
}

@test "two kernels under kvm are measured and judged" {
  requires kvm
  needs_kernel
  make_plan
  compare --runtime kvm --rounds 3 "$KERNEL" "$KERNEL" plan.csv out
  assert_equal "$(csv_value out/verdict.csv metric | sort -u)" duration_ns
  assert_equal "$(csv_value out/samples.csv status '$control != "1"' | sort -u)" ok
  assert_equal "$(csv_value out/verdict.csv test '!($test =~ "^control/")' | sort | xargs)" "baseline/xdp/empty map/array/read"
  assert_equal "$(csv_value out/verdict.csv test '$test =~ "^control/user/"' | wc -l)" 6
}

@test "a machine in which init sends nothing is ended in time" {
  needs_kernel
  cp -R "$(get-kernel "$KERNEL")" silent
  rm -f silent/vmlinux
  dd if=/dev/zero of=silent/vmlinuz bs=1M seek=4 count=1 conv=notrunc status=none
  : >initramfs
  run -3 timeout 60 boot-vm -k silent -i initramfs -c channel -l log -b 2
  [ ! -s channel ]
  no_machine
}

@test "what bpf-run says in each boot is said once, with a count" {
  requires setpriv
  # Boots that are made up: what they say is what is looked at.
  mkdir -p pipelines/vm kernel
  cp "$TOP/pipelines/lib.sh" pipelines
  cp "$TOP/pipelines/vm/run-in-vm" pipelines/vm
  cp -r "$TOP/results-schema" .
  printf 'name,value\nkernel_version,6.1\n' >kernel/kernel.csv
  printf '#!/bin/sh\necho kernel\n' >pipelines/vm/get-kernel
  printf '#!/bin/sh\n' >pipelines/vm/make-initramfs
  cat >pipelines/vm/boot-vm <<'SH'
#!/bin/sh
[ "$1" != --host-class ] || exec echo icount-qemu-0
while [ "$1" != -c ]; do shift; done
printf '%s\n' 'plan.end 0' "samples.err bpf-run: unsupported: 'a': no CPU remains" 'samples.end 0' 'end ' >"$2"
SH
  chmod +x pipelines/vm/*
  make_plan
  BIN=$TOP/build/bin run -0 --separate-stderr pipelines/vm/run-in-vm -k any --boots 3 plan.csv
  assert_equal "$(grep '^bpf-run' <<<"$stderr")" "bpf-run: unsupported: 'a': no CPU remains (3 times)"
}

@test "two kernels in turn under kvm: what is undecided gets as many boots again, by itself" {
  # Boots that are made up: the order, the plans and the rounds are what is looked at.
  mkdir -p pipelines/vm pipelines/compare
  cp "$TOP"/pipelines/lib.sh pipelines
  cp "$TOP"/pipelines/compare/{compare,undecided} pipelines/compare
  cp -r "$TOP/results-schema" .
  cat >pipelines/vm/get-kernel <<'SH'
#!/bin/sh
mkdir -p "$1" && printf 'name,value\nkernel_sha256,%s\nkernel_version,%s\n' "$1" "$1" >"$1/kernel.csv" && echo "$1"
SH
  cat >pipelines/vm/run-in-vm <<'SH'
#!/bin/sh
while [ "$1" != -- ]; do
	case $1 in
	--build) build=$2 ;; --first-boot) boot=$2 ;; --run-id) run=$2 ;; --plan) plan=$2 ;; --environment) environment=$2 ;; -o) out=$2 ;;
	-*) ;;
	*)
		input=$1
		shift
		continue
		;;
	esac
	shift 2
done
echo "$boot $build $(mlr --icsv --onidx cut -f test then nest --evar , -f test "$input" | xargs | tr ' ' ,)" >>log
mlr --csv put '$build = "'"$build"'"; $status = "ok"; $reason = ""; $verified_insns = strlen($build); $jited_bytes = 9;
	$stack_bytes = ""; $map_bytes = 8' "$input" >"$plan"
printf 'name,value\nkernel,%s\n' "$build" >"$environment"
mlr --csv --seed "$boot${#build}" put '$run_id = "'"$run"'"; $host_class = "h"; $track = "t"; $build = "'"$build"'"; $round = '"$boot"';
	$runtime = "kvm"; $sample = 1; $cpu = 0; $status = "ok"; $reason = "";
	$duration_ns = ($test =~ "^baseline/" ? 5 : 100) * (1 + urand() / 1000) + ($test == "noisy" ? 12 * urand() : 0)' then template -f "$("$TOP/results-schema/columns" --header samples)" "$input" >"$out"
SH
  chmod +x pipelines/vm/*
  printf 'suite,test,entry_point,program_type,control\ns,baseline/xdp/empty,e,xdp,0\ns,control/user/loop,l,user,1\ns,noisy,n,xdp,0\ns,quiet,q,xdp,0\n' >plan.csv
  printf 'test,metric,margin_pct\nquiet,duration_ns,7\n' >settings.csv
  SETTINGS=settings.csv BIN=$TOP/build/bin pipelines/compare/compare --runtime kvm --rounds 10 one second plan.csv out
  # A B B A …, then the undecided, what it is net of and the control.
  assert_equal "$(cut -d ' ' -f 1,2 log | head -n 8 | xargs)" "1 one 1 second 2 second 2 one 3 one 3 second 4 second 4 one"
  assert_equal "$(sed -n 21p log)" "11 one baseline/xdp/empty,control/user/loop,noisy"
  assert_equal "$(wc -l <log)" 40
  assert_equal "$(csv_value out/verdict.csv test,rounds | sort | xargs)" "baseline/xdp/empty 20 control/user/loop 20 noisy 20 quiet 10"
  assert_equal "$(mlr --icsv --onidx count out/plan.csv)" 8
  # What the kernels said of the programs informs: it is no verdict on their speed.
  assert_equal "$(csv_value out/static.csv metric,baseline,current,verdict '$test == "quiet"' | sort | xargs)" \
    "jited_bytes 9 9 unchanged map_bytes 8 8 unchanged verified_insns 3 6 regression"
  assert_equal "$(csv_value out/verdict.csv metric | sort -u)" duration_ns
  # Settings rule: all that judges has them.
  assert_equal "$(mlr --icsv --onidx put -q 'print $test . " " . roundm($margin_pct, 0.01)' out/verdict.csv | grep -E "quiet|noisy" | sort | xargs)" \
    "noisy 1 quiet 7"
  [ ! -e out/again.csv ]
}

# bats test_tags=slow
@test "a comparison of kernels has the empty programs that its tests are net of, and no other" {
  needs_kernel
  printf '#include <linux/bpf.h>\n__attribute__((section("xdp"))) int mine(void *c) { return XDP_TX; }\n' >mine.bpf.c
  echo 'tests: [{name: "{}", source: mine.bpf.c, entry_point: mine, expected_result: XDP_TX, variants: [mine, other]}]' >own.yml
  make --no-print-directory -s -C "$TOP" compare RUNTIME=icount SUITE="$PWD/own.yml" TEST=mine SEEDS=1 BASE="$KERNEL" HEAD="$KERNEL" \
    RESULTS="$PWD/results" >said
  assert_equal "$(csv_value "$(find results -name verdict.csv)" test,verdict | sort)" 'baseline/xdp/empty unchanged
mine unchanged'
  # One of the suite's own stays the only one, though its type is known only when it is loaded.
  sed -i 's|\[mine, other\]|[mine, baseline/xdp/nothing]|' own.yml
  make --no-print-directory -s -C "$TOP" compare RUNTIME=icount SUITE="$PWD/own.yml" SEEDS=1 BASE="$KERNEL" HEAD="$KERNEL" \
    RESULTS="$PWD/again" >said
  assert_equal "$(csv_value "$(find again -name verdict.csv)" test,verdict | sort)" 'baseline/xdp/nothing unchanged
mine unchanged'
}
