# SPDX-License-Identifier: MIT
# Whose rounds are to be drawn: folders of the newest run of each line, of the run before it, and of the last
# run before each change that a verdict names.
BEGIN {
	config()
	FS = "\t"
	load_runs(runs)
	for (line = 1; line <= nlines; line++) {
		want(line, line_last[line])
		want(line, line_last[line] - 1)
	}
	while ((getline row < verdicts) > 0) {
		split(row, f, "\t")
		line = line_key[f[1], f[2], f[3]]
		if (line && f[16] != "") want(line, first_place(line, f[16]) - 1)
	}
}
function want(line, place,   dir) {
	if (place < 0) return
	dir = run_path[line, place]
	if (dir != "" && !(dir in wanted)) { wanted[dir]; print dir }
}
