# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What a file is, by its first bytes, and what a kernel image says about itself.

# Bytes of a file in hexadecimal, fewer where it ends: bytes FILE OFFSET COUNT
bytes() {
	od -An -v -tx1 -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' \n'
}

# A little-endian number in a file: number FILE OFFSET BYTES
number() {
	od -An -v --endian=little -tu"$3" -j "$2" -N "$3" "$1" | tr -d ' \n'
}

# deb, bzimage (x86), image (arm64), zboot (a compressed EFI image, arm64 and riscv) or unknown.
file_type() {                                        # FILE
	if [ "$(bytes "$1" 0 8)" = 213c617263683e0a ]; then # "!<arch>\n"
		echo deb
	elif [ "$(bytes "$1" 514 4)" = 48647253 ]; then # "HdrS", Documentation/arch/x86/boot.rst
		echo bzimage
	elif [ "$(bytes "$1" 0 2)" = 4d5a ] && [ "$(bytes "$1" 4 4)" = 7a696d67 ]; then # "MZ", "zimg"
		echo zboot
	elif [ "$(bytes "$1" 56 4)" = 41524d64 ]; then # "ARM\x64", Documentation/arch/arm64/booting.rst
		echo image
	else
		echo unknown
	fi
}

# The kernel's machine, as uname -m says it.
image_machine() { # FILE
	case $(file_type "$1") in
	bzimage) echo x86_64 ;;
	image | zboot) echo aarch64 ;;
	esac
}

# The kernel's release, as uname -r says it, where the image tells: the first word of its version, as far as it has
# characters of releases, at most 64. A file may say anything there, and it becomes a cell of a CSV and the name of a build.
image_release() { # FILE
	image_version "$1" | LC_ALL=C sed -n 's/^\([0-9A-Za-z][0-9A-Za-z._+~-]\{0,63\}\).*/\1/p;q'
}
image_version() { # FILE
	if [ "$(file_type "$1")" = bzimage ]; then
		offset=$(($(number "$1" 526 2) + 512))
		tail -c +$((offset + 1)) "$1" | head -c 256 | tr '\0' '\n'
	else
		LC_ALL=C grep -a -o -m 1 'Linux version [0-9][^ ]*' "$1" | sed 's/.* //'
	fi
}

# The command that unpacks data with such first bytes, as in the kernel's scripts/extract-vmlinux.
unpacker() { # FIRST BYTES IN HEXADECIMAL
	case $1 in
	1f8b08*) echo gzip ;;
	fd377a585a00*) echo xz ;;
	28b52ffd*) echo zstd ;;
	02214c18*) echo lz4 ;;
	5d0000*) echo lzma ;;
	425a68*) echo bzip2 ;;
	esac
}

# A small file may unpack to terabytes. Debian's kernels unpack to a tenth of a gigabyte, their packages to half of one.
: "${KERNEL_MOST_MB:=4096}"
too_large=''

# Copy standard input as far as that. Status 1: there was more.
limited() {
	head -c "${KERNEL_MOST_MB}M"
	[ "$(head -c 1 | wc -c)" -eq 0 ]
}

# Unpack COUNT bytes of FILE from OFFSET on to TO. Status 1: not known, not installed, damaged or too large; too_large
# then says so.
unpack_part() { # FILE OFFSET COUNT TO
	unpack=$(unpacker "$(bytes "$1" "$2" 6)")
	[ -n "$unpack" ] && command -v "$unpack" >/dev/null || return 1
	{
		tail -c "+$(($2 + 1))" "$1" | head -c "$3" | "$unpack" -dc 2>/dev/null || : >"$4.damaged"
	} | limited >"$4" || too_large=yes
	! rm "$4.damaged" 2>/dev/null && [ -z "$too_large" ]
}

# Unpack the EFI image of arm64, which QEMU before 8.0 cannot start. drivers/firmware/efi/libstub/zboot-header.S
unpack_zboot() { # FILE TO
	unpack_part "$1" "$(number "$1" 8 4)" "$(number "$1" 12 4)" "$2"
}

# Unpack the kernel in a bzImage, so that a VM starts it at once: under emulation firmware and unpacking take longer
# than the rest of the boot. Status 1 also when it has no entry point for that, which a Xen note of type 18 names
# (CONFIG_PVH). Documentation/arch/x86/boot.rst
unpack_bzimage() { # FILE TO
	payload=$((($(number "$1" 497 1) + 1) * 512 + $(number "$1" 584 4)))
	length=$(number "$1" 588 4)
	# Four bytes of length follow the data; gzip's own end is such a length.
	[ "$(unpacker "$(bytes "$1" "$payload" 6)")" = gzip ] || length=$((length - 4))
	unpack_part "$1" "$payload" "$length" "$2" &&
		LC_ALL=C grep -aqP '\x04\0\0\0[\x04\x08]\0\0\0\x12\0\0\0Xen\0' "$2"
}
