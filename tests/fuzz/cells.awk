# SPDX-License-Identifier: MIT
# Answers tests/fuzz/cells.c: a cell as Miller's TSV has it on each line of standard input, and what the site makes of it,
# each as a line with its length, and its bytes.

function answer(s) { printf "%d\n%s", length(s), s }

BEGIN {
	load_templates()
	split("x row label kind page build href text time value interval change status reason heaps old verdict severity " \
		"series metric entry_point track host", name, " ")
	while ((getline cell) > 0) {
		for (i in name) v[name[i]] = cell
		answer("<ul>" fill("event", v) fill("build-row", v) fill("test-row", v) "</ul>")
		answer(h(cell))
		answer(js(cell))
		answer(csv(cell))
		answer(url(cell))
		answer(slug(cell, cell))
		gp_text(cell)
		answer(GP_TEXT[gp_texts])
		gp_texts = 0
		answer(safe_link(cell) ? "1" : "")
		fflush()
	}
}
