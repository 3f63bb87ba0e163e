# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034
#
# What scripts of several folders share; sourced, never run. make takes the defaults from here too.

: "${tool:=${0##*/}}" # its name in messages
verbose=''
export MLRRC=__none__ # Miller reads and writes what scripts say, whatever a person has set

#: ROUNDS         rounds over all tests  (20)
: "${ROUNDS:=20}"
#: SEEDS          boots under icount, each a round with its own seed  (3)
: "${SEEDS:=3}"
#: VM_TIMEOUT     seconds until a boot is ended  (600)
: "${VM_TIMEOUT:=600}"
: "${KERNELS:=build/kernels}" # the cache of fetched kernels
# Of a VM, as the kernel says it. Debian's names serve too.
case ${ARCH:=$(uname -m)} in
amd64) ARCH=x86_64 ;;
arm64) ARCH=aarch64 ;;
esac

debian_arch() {
	case $ARCH in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	*) die "architecture is not supported: '$ARCH' (x86_64 and aarch64 are)" ;;
	esac
}

# Names are text from outside: no control character reaches the terminal, nor what turns the direction of text. And no
# line is a command to GitHub's runner, which has :: at its begin or ##[ anywhere.
plain_lines() { # < TEXT
	LC_ALL=C tr '\001-\011\013-\037\177' '?' | LC_ALL=C sed 's/\xc2[\x80-\x9f]/?/g; s/##\[/?#[/g; s/^\([ \x80-\xff]*\)::/\1?:/
		s/\xd8\x9c\|\xe2\x80[\x8e\x8f\xaa-\xae]\|\xe2\x81[\xa6-\xa9]/?/g'
}

# The same for Miller's tables, a cell at a time: text(v).
# shellcheck disable=SC2016
miller_text='
	func text(v) {
		return sub(gsub(gsub(string(v), "[\x01-\x1f\x7f-\x9f\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]", "?"),
			"##\[", "?#["), "^[\s\p{Z}]*::", "?:")
	}'

warn() {
	printf '%s: %s\n' "$tool" "$(printf %s "$*" | tr '\n' '?' | plain_lines)" >&2
}

die() {
	warn "$@"
	exit 2
}

# A folder of the script's own, $scratch, which goes when it ends. It is locked as long as the script runs, or a child of
# it: what is not is left of one that was killed, and goes now. (systemd-tmpfiles leaves locked folders alone, too.)
make_scratch() {
	make_scratch_in "${TMPDIR:-/tmp}"
}
make_scratch_in() { # FOLDER
	for scratch in "$1"/ebpf-performance.*; do
		# Others may put any name there.
		if [ -d "$scratch" ] && [ ! -L "$scratch" ] && [ -O "$scratch" ]; then
			flock -n "$scratch" rm -rf "$scratch" 2>/dev/null || :
		fi
	done
	scratch=''
	# Before it is locked, another script may take it for one that was left.
	until [ -d "$scratch" ]; do
		scratch=$(mktemp -d "$1/ebpf-performance.XXXXXX") || exit 2
		{ command exec 9<"$scratch"; } 2>/dev/null && flock 9
	done
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 143' HUP INT TERM
}

say() {
	[ -z "${verbose-}" ] || warn "$@"
}

# Take the option that the command line begins with: --first-boot N sets $first_boot to N, --verbose sets
# $verbose to yes. Sets `taken`, how many words that were. Status 1: there is none, operands follow.
# The usage has a line for each: "  -k, --kernel KERNEL   what it is for".
option() { # USAGE "$@"
	usage=$1
	shift
	case ${1-} in
	-h | --help)
		printf '%s\n' "$usage"
		exit 0
		;;
	-- | - | [!-]* | '') return 1 ;;
	esac
	# All of it in the shell: scripts call each other with many options, and starting awk takes longer.
	known='' given=${1%%=*} taken=1
	while read -r short long argument _; do
		case $short in
		--*) argument=$long long=$short short='' ;;
		-?,) ;;
		*) continue ;;
		esac
		case $given in
		"$long" | "${short%,}")
			known=${long#--}
			break
			;;
		esac
	done <<-END
		$usage
	END
	case $known:$argument in
	:*) die "unknown option: '$1' (see $tool --help)" ;;
	*:[A-Z]*)
		value=${1#*=}
		if [ "$value" = "$1" ]; then
			[ $# -ge 2 ] || die "option '$1' needs an argument"
			value=$2 taken=2
		fi
		;;
	*) value=yes ;;
	esac
	while :; do
		case $known in
		*-*) known=${known%%-*}_${known#*-} ;;
		*) break ;;
		esac
	done
	eval "$known=\$value"
}

natural() { # OPTION VALUE
	case $2 in
	'' | *[!0-9]* | ??????????*) die "not a number: '$2' (option $1)" ;;
	esac
}

# Whether a text is only a name. make and a shell run what other text has in it, such as $(...).
is_name() { # TEXT
	case $1 in
	*[!A-Za-z0-9._/:=@+~#-]*) return 1 ;;
	esac
}

# A command that is needed, and the package that has it.
need() {
	command -v "$1" >/dev/null || die "command not found: '$1' (install the package $2, or run \`make deps RUNTIME=icount\`)"
}

# A CSV that a tool wrote ends in a line feed. One that does not, or is empty, was cut off.
whole() { # FILE...
	for file; do
		[ -f "$file" ] || die "no such file: '$file'"
		[ -s "$file" ] || die "the file is empty, and has not even a header: '$file' (make it again)"
	done
	[ -n "$(tail -qc 1 -- "$@" | tr '\000' x)" ] || return 0
	for file; do
		[ -z "$(tail -qc 1 -- "$file" | tr '\000' x)" ] || die "the last line is cut off: '$file' (make it again)"
	done
}

# The value of a name in a name,value CSV.
value_of() { # FILE NAME
	NAME=$2 mlr -S --icsv --onidx filter '$name == ENV["NAME"]' then cut -f value "$1"
}

# Rows of CSV from standard input, or the header alone: Miller writes none for no rows.
rows_or_header() { # HEADER
	HEADER=$1 awk '{ print } END { if (!NR) print ENVIRON["HEADER"] }'
}

# The lines of a file, each once, with the number of times that it is there.
count_lines() { # FILE
	awk '{
			times = 1
			if (match($0, / \([0-9]+ times\)$/)) {
				times = substr($0, RSTART + 2) + 0
				$0 = substr($0, 1, RSTART - 1)
			}
			if (!($0 in count))
				line[++lines] = $0
			count[$0] += times
		}
		END {
			for (i = 1; i <= lines; i++)
				print line[i] (count[line[i]] > 1 ? " (" count[line[i]] " times)" : "")
		}' "$1"
}

# Why RUNTIME=kvm cannot work here; nothing when it can. KVM without hardware support (the module kvm_pvm) has a
# /dev/kvm too, but emulates most of the boot of a kernel that is not built for it.
kvm_trouble() {
	if [ ! -w /dev/kvm ]; then
		echo "'/dev/kvm' cannot be opened"
	elif [ "$(uname -m)" = x86_64 ] && ! grep -qwE 'vmx|svm' /proc/cpuinfo; then
		echo "the CPU has neither vmx nor svm in '/proc/cpuinfo', which kernels need under '/dev/kvm'"
	fi
}
