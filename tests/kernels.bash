# SPDX-License-Identifier: MIT
# A kernel of the distribution to boot. Beside helpers.bash, for the files that need one.
# shellcheck disable=SC2034 # used by the files that load this

VM_TOOLS=$TOP/build/static/$(uname -m)
export VM_TOOLS

# A real kernel of a machine, fetched once for all tests: KERNEL is its spec.
needs_kernel() { # [ARCH]
  local arch=${1-x86_64} list=$BATS_FILE_TMPDIR/kernel-${1-x86_64}
  requires "qemu-system-$arch" cpio
  [ "$(uname -m)" = x86_64 ] || skip "the tests' kernels are for x86_64, or made from there"
  export KERNELS=$TOP/build/kernels
  if [ ! -e "$list" ]; then
    # The smallest package; one that is there already rather than another.
    (cd "$TOP" && ARCH=$arch pipelines/vm/list-kernels) >"$list.csv" || skip "no kernel packages can be had here"
    mlr --icsv --onidx filter '$kernel !=~ "-rt-"' then sort -r cached -n size_bytes then head -n 1 \
      then cut -f kernel "$list.csv" >"$list"
  fi
  KERNEL=$(cat "$list")
  [ -n "$KERNEL" ]
}
