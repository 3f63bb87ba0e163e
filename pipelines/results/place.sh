# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034
# Where a run lies below RESULTS (results-schema/README.md); sourced, never run.

slug() { # TEXT: as one safe component of a path
	case $1 in
	'' | [.-]* | *- | *--* | *[!a-z0-9._-]* | ?????????????????????????????????????????????????*) printf '%s\n' "$1" | tr '\n' - | slugs ;;
	*) printf '%s\n' "$1" ;; # most are one
	esac
}

slugs() { # of a text a line
	LC_ALL=C sed 's/[^A-Za-z0-9._-]/-/g; s/--*/-/g; s/^[.-]*//; s/-*$//; s/^$/_/' | LC_ALL=C tr '[:upper:]' '[:lower:]' | cut -c 1-100
}

# Does a place below RESULTS stay out of history? Sets `why`.
stays_out() { # PLACE
	case $1 in
	incomplete/*) why='the run is incomplete' ;;
	*..*) why='a comparison is no part of history' ;;
	*/pull-request/*) why='a pull request is no part of history' ;;
	*) return 1 ;;
	esac
}

# The places of the runs below RESULTS that are part of history and have that file.
history_places() { # RESULTS FILE
	(cd "$1" && find . -mindepth 7 -maxdepth 7 -name "$2" -type f) | sed 's|^\./||; s|/[^/]*$||' | while IFS= read -r place; do
		stays_out "$place" || printf '%s\n' "$place"
	done
}

# The files of a place that the results branch has, those that must be there and those that may: check-run checks
# them all, and store stores no other.
stored_files() { # RESULTS PLACE
	case $2 in
	self-test/*) echo self-test.csv ;;
	*)
		printf '%s\n' environment.csv plan.csv rounds.csv summary.csv
		for file in cpus.csv verdict.csv; do
			[ ! -e "$1/$2/$file" ] || echo "$file"
		done
		;;
	esac
}

# The places of the counts of self-tests below RESULTS. They are no runs: nothing else reads what lies there.
self_test_places() { # RESULTS
	(cd "$1" && find self-test -mindepth 4 -maxdepth 4 -name self-test.csv -type f 2>/dev/null) | sed 's|/[^/]*$||'
}

# The place that a self-test.csv tells; status 1 where it has no row.
place_of_self_test() { # SELF-TEST.csv
	# shellcheck disable=SC2046 # one word each
	set -- $(mlr -S --icsv --onidx head -n 1 then put -q '
		print $host_class . "\n" . gsub($timestamp, "[:-]", "") . "\n" . $runtime' "$1" | slugs)
	[ $# -eq 3 ] && printf 'self-test/%s/%.4s/%s-%s\n' "$1" "$2" "$2" "$3"
}

# The place that environment.csv of a run's folder tells; status 1 where it has no timestamp.
place_of() { # RUN
	# shellcheck disable=SC2046 # one word each
	set -- $(mlr -S --icsv --onidx --allow-ragged-csv-input put -q '
		if (is_absent(@of[$name])) { @of[$name] = gsub($value, "\n", "-") }
		end {
			if (@of["timestamp"] =~ "^([0-9]{4})-([0-9]{2})-[0-9]{2}T.*Z$") {
				print "\1\n\2\n" . gsub(@of["timestamp"], "[:-]", "");
				for (name in ["host_class", "track", "suite", "build", "run_id"]) { print is_absent(@of[name]) ? "" : @of[name] }
			}
		}' "$1/environment.csv" | slugs)
	[ $# -eq 8 ] && printf '%s/%s/%s/%s/%s/%s-%s-%s\n' "$4" "$5" "$6" "$1" "$2" "$3" "$7" "$8"
}
