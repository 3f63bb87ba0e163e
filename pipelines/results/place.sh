# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034
# Where a run lies below RESULTS (results-schema/README.md); sourced, never run.

slug() { # TEXT: as one safe component of a path
	printf '%s\n' "$1" | tr 'A-Z\n' 'a-z-' | sed 's/[^a-z0-9._-]/-/g; s/--*/-/g; s/^[.-]*//; s/-*$//; s/^$/_/' | cut -c 1-100
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

# The place that environment.csv of a run's folder tells; status 1 where it has no timestamp.
place_of() { # RUN
	place_timestamp=$(place_value "$1" timestamp)
	case $place_timestamp in
	[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z) ;;
	*) return 1 ;;
	esac
	place_month=${place_timestamp#*-}
	printf '%s/%s/%s/%s/%s/%s-%s-%s\n' "$(slug "$(place_value "$1" host_class)")" "$(slug "$(place_value "$1" track)")" \
		"$(slug "$(place_value "$1" suite)")" "${place_timestamp%%-*}" "${place_month%%-*}" \
		"$(printf %s "$place_timestamp" | tr -d ':-' | tr TZ tz)" "$(slug "$(place_value "$1" build)")" "$(slug "$(place_value "$1" run_id)")"
}

place_value() { # RUN NAME: of its environment.csv, the first of that name
	mlr -S --icsv --onidx --allow-ragged-csv-input filter '$name == "'"$2"'"' then head -n 1 then cut -f value "$1/environment.csv"
}
