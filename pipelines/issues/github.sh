# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154
# What talks to GitHub; sourced after lib.sh. Before, the caller sets `issues`, this folder, and `scratch`, one of its own.
# Environment: GITHUB_REPOSITORY, GH_TOKEN.

# Every request goes through here: the answer on standard output, or one line that says what failed.
api() { # WHAT GH-API-ARGUMENT...
	what=$1
	shift
	gh api --header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28' "$@" \
		>"$scratch/answer" 2>"$scratch/error" </dev/null || refused "$what"
	cat "$scratch/answer"
}
refused() { # WHAT
	die "$1 failed: $(tr '\n' ' ' <"$scratch/error" | cut -c 1-300)"
}

# Our issues, open and closed; none without a repository. One whose state is broken is said, and left alone.
list_issues() {
	names=$(jq -nr -L "$issues" 'include "state"; labels[].name')
	for label in $names; do
		[ -z "${GITHUB_REPOSITORY-}" ] ||
			api 'listing issues' --method GET --paginate "repos/$GITHUB_REPOSITORY/issues" -f labels="$label" -f state=all -f per_page=100
	done >"$scratch/pages"
	jq -s -c -L "$issues" 'include "state"; listed | (.[] | select(.saved == null).number), map(select(.saved != null))' \
		"$scratch/pages" >"$scratch/ours"
	sed '$d' "$scratch/ours" | while read -r number; do
		warn "the hidden state of issue #$number cannot be read: it is left alone (close it, or take its label off)"
	done
	tail -n 1 "$scratch/ours"
}

# The comment of $scratch/request, which its first line tells from others: one that is there is edited, if it differs. A
# stranger's is not ours.
ensure_comment() { # NUMBER
	api "listing comments of #$1" --method GET --paginate "repos/$GITHUB_REPOSITORY/issues/$1/comments" -f per_page=100 >"$scratch/comments"
	found=$(jq -s -r -L "$issues" --slurpfile want "$scratch/request" '
		include "state";
		def text: (.body // "") | gsub("\r"; "");
		($want[0].body | split("\n")[0] + "\n") as $first
		| [add // [] | .[] | select(by_us and (text | startswith($first)))][0]
		| if . == null then "new" elif text == $want[0].body then "same" else .id end' "$scratch/comments")
	case $found in
	same) ;;
	new) api "commenting on #$1" --method POST "repos/$GITHUB_REPOSITORY/issues/$1/comments" --input "$scratch/request" ;;
	*) api "editing a comment of #$1" --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$found" --input "$scratch/request" ;;
	esac >/dev/null
}
