# SPDX-License-Identifier: MIT
# Whose rounds are to be drawn: folders of the newest run of each line, of the run before it, and of the last
# run before each change that a verdict names.
BEGIN {
	for (line = 1; line <= nlines; line++) {
		want(line, line_last[line])
		want(line, line_last[line] - 1)
	}
	while ((getline row < (work "/verdicts")) > 0) {
		verdict_fields(row, v)
		line = line_key[v["host_class"], v["track"], v["suite"]]
		if (line && v["first_bad_build"] != "") want(line, first_place(line, v["first_bad_build"]) - 1)
	}
}
function want(line, place,   dir) {
	if (place < 0) return
	dir = run_path[line, place]
	if (dir != "" && !(dir in wanted)) { wanted[dir]; print dir }
}
