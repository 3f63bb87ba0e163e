# A kernel of the distribution to boot. Beside helpers.bash, for the files that need one.
# shellcheck disable=SC2034 # used by the files that load this

VM_TOOLS=$TOP/build/static/$(uname -m)
export VM_TOOLS

# A real kernel, fetched once for all tests: KERNEL is its spec.
needs_kernel() {
  requires qemu-system-x86_64 cpio
  [ "$(uname -m)" = x86_64 ] || skip "the tests' kernels are for x86_64"
  export KERNELS=$TOP/build/kernels
  if [ ! -e "$BATS_FILE_TMPDIR/kernel" ]; then
    # The smallest package; one that is there already rather than another.
    (cd "$TOP" && pipelines/runtime/list-kernels) >"$BATS_FILE_TMPDIR/list.csv" || skip "no kernel packages can be had here"
    mlr --icsv --onidx filter '$kernel !=~ "-rt-"' then sort -r cached -n size_bytes then head -n 1 \
      then cut -f kernel "$BATS_FILE_TMPDIR/list.csv" >"$BATS_FILE_TMPDIR/kernel"
  fi
  KERNEL=$(cat "$BATS_FILE_TMPDIR/kernel")
  [ -n "$KERNEL" ]
}
