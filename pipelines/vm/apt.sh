# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Kernel packages on the mirrors that apt uses here. An architecture has a root of apt's below $KERNELS/apt: it needs no
# root, the system's lists and cache stay as they are, and signatures are checked with the system's keys.
#
# Needs lib.sh. Variables: KERNEL_MIRROR and KERNEL_SECURITY_MIRROR, if apt's sources do not tell the mirror;
# KERNEL_SUITES, the suites to search.

INDEX_HOURS=12 # an index younger than this is not fetched again

distribution() { # ID or VERSION_CODENAME of this machine
	sed -n "s/^$1=//p" /etc/os-release | tr -d '"'
}

# Suites that may hold kernels, in words: this machine's, and on Debian all that live, so that a kernel which one machine
# has measured is found by another.
default_suites() {
	here=$(distribution VERSION_CODENAME)
	case $(distribution ID) in
	ubuntu) printf '%s\n' "$here" "$here-updates" "$here-security" ;;
	*) printf '%s\n' "$here" "$here-security" "$here-backports" bookworm bookworm-security bookworm-backports \
		trixie trixie-security trixie-backports sid ;;
	esac | awk 'NF && !seen[$0]++' | paste -sd ' '
}

check_suites() { # SUITE…
	for suite; do
		case $suite in
		*[!A-Za-z0-9._-]* | .* | '') die "not the name of a suite: '$suite'" ;;
		esac
	done
}

# Ubuntu has one archive of amd64, and one of the other architectures.
for_architecture() { # < MIRROR
	case $arch in
	amd64) sed -E 's|//([a-z.]*)ports\.ubuntu\.com/ubuntu-ports/*$|//\1archive.ubuntu.com/ubuntu|' ;;
	*) sed -E 's|//([a-z.]*)(archive\|security)\.ubuntu\.com/ubuntu/*$|//\1ports.ubuntu.com/ubuntu-ports|' ;;
	esac
}

# Ubuntu's libraries, such as GSL, are in universe.
components() {
	case $(distribution ID) in
	ubuntu) echo main universe ;;
	*) echo main ;;
	esac
}

# The mirror of a suite: of the variable, else of apt's sources for that suite, else for its sister on this machine.
mirror_of() { # SUITE
	sister=$(distribution VERSION_CODENAME) mirror=${KERNEL_MIRROR-}
	case $1 in
	*-security) sister=$sister-security mirror=${KERNEL_SECURITY_MIRROR-} ;;
	esac
	[ -n "$mirror" ] || mirror=$(printf '%s\n' "$system" | awk -v suite="$1" -v sister="$sister" '
		$2 != "main" { next }
		$1 == suite && exact == "" { exact = $3 }
		$1 == sister && near == "" { near = $3 }
		END { print exact != "" ? exact : near }')
	[ "$(distribution ID)" != ubuntu ] || mirror=$(printf '%s\n' "$mirror" | for_architecture)
	[ -n "$mirror" ] || say "no mirror known for suite '$1' (set KERNEL_MIRROR or KERNEL_SECURITY_MIRROR)"
	printf '%s\n' "$mirror"
}

private_apt() { # OPTION... of apt-get
	# What fetches is never root.
	fetcher=$(id -un)
	[ "$fetcher" != root ] || fetcher=_apt
	apt-get -q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State::Lists="$apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$apt/cache" \
		-o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User="$fetcher" \
		-o APT::Update::Error-Mode=any -o Acquire::Languages=none \
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

# Have the packages of the suites in $apt/packages.csv, as their index had them INDEX_HOURS ago at most, or when the
# mirror last answered. Sets `arch` and `apt`. Status 1: there are none.
update_index() { # SUITE…
	check_suites "$@"
	arch=$(debian_arch)
	mkdir -p "$KERNELS/apt/$arch/lists/partial" "$KERNELS/apt/$arch/cache/archives/partial"
	apt=$(cd "$KERNELS/apt/$arch" && pwd)
	system=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null)
	: >>"$apt/sources.list"
	{
		for suite; do
			mirror=$(mirror_of "$suite")
			[ -z "$mirror" ] || printf 'deb %s %s %s\n' "$mirror" "$suite" "$(components)"
		done
		cat "$apt/sources.list"
	} | awk '!seen[$3]++' | sort >"$apt/sources.new"
	if ! cmp -s "$apt/sources.new" "$apt/sources.list" || [ -z "$(find "$apt/updated" -mmin "-$((INDEX_HOURS * 60))" 2>/dev/null)" ]; then
		rm -f "$apt/updated"
		mv "$apt/sources.new" "$apt/sources.list"
		read_index "$@"
	fi
	[ -s "$apt/packages.csv" ]
}

# What concerns kernels of all suites: CSV, package,version,suite,architecture,size_bytes,sha256,depends,uri.
read_index() { # SUITE…
	# Some suites may not be there.
	private_apt update -o pkgCacheFile::Generate=false >"$apt/update.log" 2>&1 || :
	private_apt indextargets --format '$(RELEASE) $(REPO_URI) $(FILENAME)' 'Created-By: Packages' >"$apt/targets"
	stale=
	for suite; do
		trouble=$(sed -n "\|^[EW]: .*[ /]${suite}[ /]|{p;q;}" "$apt/update.log")
		if [ -n "$trouble" ] && grep -q "^$suite " "$apt/targets"; then
			stale=yes
			warn "suite '$suite' could not be updated, its last index is used: $trouble"
		elif [ -n "$trouble" ]; then
			say "cannot read suite '$suite': $trouble"
		fi
	done
	while read -r suite uri file; do
		/usr/lib/apt/apt-helper cat-file "$file" | awk -v RS= -v ORS='\n\n' '/^Package: linux-/' |
			sed -nE '/^(Package|Version|Architecture|Size|SHA256|Depends|Filename): ./p; /^$/p' |
			SUITE=$suite URI=$uri mlr -S --ixtab --ips ': ' --ojsonl put -q 'emit1 {"package": $Package, "version": $Version,
				"suite": ENV["SUITE"], "architecture": $Architecture, "size_bytes": $Size, "sha256": $SHA256,
				"depends": is_present($Depends) ? $Depends : "", "uri": ENV["URI"] . $Filename}'
	done <"$apt/targets" | mlr -S --ijsonl --ocsv cat >"$apt/packages.new"
	mv "$apt/packages.new" "$apt/packages.csv"
	[ -n "$stale" ] || : >"$apt/updated"
}
