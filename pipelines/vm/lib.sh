# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC1010,SC2016,SC2034,SC2153,SC2154
#
# What the scripts of this folder share; sourced, never run. The caller sets `tool`, its name in
# messages, before it sources this file.

: "${KERNELS:=build/kernels}" # the cache of fetched kernels
: "${ARCH:=$(uname -m)}"      # as the kernel says it: x86_64, aarch64

die() {
	printf '%s: %s\n' "$tool" "$*" >&2
	exit 2
}

warn() {
	printf '%s: %s\n' "$tool" "$*" >&2
}

say() {
	[ -z "${verbose-}" ] || printf '%s: %s\n' "$tool" "$*" >&2
}

# A command that is needed and the package that has it.
need() {
	command -v "$1" >/dev/null || die "command not found: '$1' (install the package $2, or run \`make deps RUNTIME=icount\`)"
}

# The value of an option that was given last on the command line has to be there.
operand() {
	[ "$1" -ge 2 ] || die "option '$2' needs an argument"
}

# Debian's name for the architecture; `all` and the like are refused here.
debian_arch() {
	case $1 in
	x86_64 | amd64) echo amd64 ;;
	aarch64 | arm64) echo arm64 ;;
	*) die "architecture is not supported: '$1' (x86_64 and aarch64 are)" ;;
	esac
}

# Why RUNTIME=kvm cannot work here; nothing when it can. A KVM that runs without the CPU's help (pvm) has
# a /dev/kvm too, but is made for kernels that are built for it: of others it emulates most of the boot,
# which takes minutes, and what is timed then is not the CPU.
kvm_trouble() {
	if [ ! -w /dev/kvm ]; then
		echo "'/dev/kvm' cannot be opened"
	elif [ "$(uname -m)" = x86_64 ] && ! grep -qwE 'vmx|svm' /proc/cpuinfo; then
		echo "the CPU has neither vmx nor svm in '/proc/cpuinfo', which kernels need under '/dev/kvm'"
	fi
}

# The value of a name in a name,value CSV.
value_of() { # FILE NAME
	mlr --icsv --onidx filter '$name == "'"$2"'"' then cut -f value "$1"
}
