# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154,SC2086
# Options of ../site and ../plot; sourced with their arguments, of which it leaves the operands. Before: usage(), and
# $options, those with a value that only they have. After: the value of --higher-is-better is $higher_is_better, and so on; awk reads them too.

# What a person has set for Miller does not count here (and lib/draw.sh tells gnuplot so).
export LC_ALL=C MLRRC=__none__
trap 'exit 130' INT
trap 'exit 143' TERM
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 2
}
name_of_option() { printf %s "$1" | sed 's/^--*//; s/-/_/g'; }

options="-o --verdicts --changes --events --value --higher-is-better $options"
for option in $options; do export "$(name_of_option "$option")="; done
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)
		usage
		exit
		;;
	--)
		shift
		break
		;;
	-?*) ;;
	*) break ;;
	esac
	printf '%s\n' $options | grep -qxF -e "$1" || die "no such option: '$1' (--help lists them)"
	[ $# -ge 2 ] || die "option needs a value: '$1'"
	export "$(name_of_option "$1")=$2"
	shift 2
done
[ $# -gt 0 ] || set -- -
for file in "$verdicts" "$changes" "$events" "${rates-}"; do
	[ -z "$file" ] || [ -r "$file" ] || die "cannot read: '$file'"
done
for tool in mlr gnuplot flock; do command -v $tool >/dev/null || die "'$tool' is missing: install it"; done
