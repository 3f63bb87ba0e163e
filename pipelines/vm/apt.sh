# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC1010,SC2016,SC2034,SC2153,SC2154
#
# Kernel packages of any suite on the mirror that apt uses here. Each suite has an index of its own below $KERNELS/apt:
# it needs no root, the system's lists and cache stay as they are, and signatures are checked with the system's keys.
#
# Needs lib.sh. Variables: KERNEL_MIRROR and KERNEL_SECURITY_MIRROR, if apt's sources do not tell the mirror;
# KERNEL_SUITES, the suites to search.

INDEX_HOURS=12 # an index younger than this is not fetched again

distribution() { # ID or VERSION_CODENAME of this machine
	sed -n "s/^$1=//p" /etc/os-release | tr -d '"'
}

# Suites that may hold kernels: this machine's, and on Debian its relatives.
default_suites() {
	here=$(distribution VERSION_CODENAME)
	case $(distribution ID) in
	ubuntu) printf '%s\n' "$here" "$here-updates" "$here-security" ;;
	*) printf '%s\n' "$here" "$here-security" "$here-backports" trixie trixie-security trixie-backports sid ;;
	esac | awk 'NF && !seen[$0]++'
}

# The variable that overrides the mirror of a suite.
mirror_variable() { # SUITE
	case $1 in
	*-security) printf '%s\n' "${KERNEL_SECURITY_MIRROR-}" ;;
	*) printf '%s\n' "${KERNEL_MIRROR-}" ;;
	esac
}

# The mirror of a suite: of the variable, else of apt's sources for that suite, else for its sister on this machine.
mirror_of() { # SUITE
	sister=$(distribution VERSION_CODENAME)
	case $1 in
	*-security) sister=$sister-security ;;
	esac
	mirror=$(mirror_variable "$1")
	[ -n "$mirror" ] || mirror=$(
		apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
			awk -v suite="$1" -v sister="$sister" '
				$2 != "main" { next }
				$1 == suite && exact == "" { exact = $3 }
				$1 == sister && near == "" { near = $3 }
				END { print exact != "" ? exact : near }'
	)
	printf '%s\n' "$mirror"
}

check_suites() { # SUITE…
	for suite in "$@"; do
		case $suite in
		*[!A-Za-z0-9._-]* | .* | '') die "not the name of a suite: '$suite'" ;;
		esac
	done
}

apt_folder() { # SUITE ARCH
	printf '%s/apt/%s-%s\n' "$KERNELS" "$2" "$1"
}

# Run an apt command on one suite's index: apt_on SUITE ARCH COMMAND…
apt_on() {
	folder=$(cd "$(apt_folder "$1" "$2")" && pwd)
	arch=$2
	command=$3
	shift 3
	"$command" -q -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State::Lists="$folder/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$folder/cache" \
		-o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache= \
		-o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User="$(id -un)" \
		-o APT::Update::Error-Mode=any -o Acquire::Languages=none \
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

# Have an index of the suite, not older than INDEX_HOURS unless the mirror does not answer. Status 1: there is none.
apt_update() { # SUITE ARCH
	folder=$(apt_folder "$1" "$2")
	mirror=$(mirror_variable "$1")
	if [ -f "$folder/updated" ] && [ -n "$(find "$folder/updated" -mmin "-$((INDEX_HOURS * 60))")" ] &&
		{ [ -z "$mirror" ] || [ "$(cat "$folder/sources.list")" = "deb $mirror $1 main" ]; }; then
		return 0
	fi
	mirror=$(mirror_of "$1")
	if [ -z "$mirror" ]; then
		say "no mirror known for suite '$1' (set KERNEL_MIRROR or KERNEL_SECURITY_MIRROR)"
		return 1
	fi
	mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
	printf 'deb %s %s main\n' "$mirror" "$1" >"$folder/sources.list"
	if apt_on "$1" "$2" apt-get update >"$folder/update.log" 2>&1; then
		: >"$folder/updated"
	elif [ -f "$folder/updated" ]; then
		warn "suite '$1' could not be updated, its index of $(date -r "$folder/updated" +%F) is used ($folder/update.log)"
	else
		say "cannot read suite '$1': $(sed -n '/^[EW]:/{p;q;}' "$folder/update.log")"
		return 1
	fi
}

# CSV, package,version,suite,architecture,size_bytes,sha256,depends, of all versions of one package, or of every package
# that holds a kernel: no debugging symbols, no unsigned copies, none so small that it only names another.
apt_kernels() { # SUITE ARCH [PACKAGE]
	apt_update "$1" "$2" || return 0
	if [ $# -ge 3 ]; then
		apt_on "$1" "$2" apt-cache show -- "$3" 2>/dev/null || return 0
	else
		# Names of packages hold no blanks: splitting is meant.
		# shellcheck disable=SC2046
		apt_on "$1" "$2" apt-cache show -- $(apt_on "$1" "$2" apt-cache pkgnames linux- |
			grep -E '^linux-(image|binary)-[0-9]' | grep -vE -e '-(dbg|unsigned|signed-template)$')
	fi | sed -nE '/^(Package|Version|Architecture|Size|SHA256|Depends): ./p; /^$/p' |
		mlr --ixtab --ips ': ' --ocsv unsparsify -f Package,Version,Architecture,Size,SHA256,Depends \
			then filter -S '$Package != "" && ("'"${3-}"'" != "" || $Size > 1000000)' \
			then put -S '$suite = "'"$1"'"' \
			then rename Package,package,Version,version,Architecture,architecture,Size,size_bytes,SHA256,sha256,Depends,depends \
			then cut -o -f package,version,suite,architecture,size_bytes,sha256,depends
}
