# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Answers tests/fuzz/kernel.c: what pipelines/vm/image.sh says of each file whose path it reads. What it calls for that
# is in FOLDER/trace then.
# usage: sh kernel.sh FOLDER      where kernels are unpacked

KERNEL_MOST_MB=32
. pipelines/vm/image.sh
while read -r file; do
	rm -f "$1/kernel"
	exec 2>"$1/trace"
	set -x
	type=$(file_type "$file")
	machine=$(image_machine "$file")
	release=$(image_release "$file")
	unpacked=no too_large=''
	case $type in
	bzimage) unpack_bzimage "$file" "$1/kernel" && unpacked=yes ;;
	zboot) unpack_zboot "$file" "$1/kernel" && unpacked=yes ;;
	esac
	set +x
	printf '%s\n' "$type" "$machine" "$release" "$unpacked" end
done
