# SPDX-License-Identifier: MIT
# Rows of RFC 4180 for other programs of this folder, which check-run has found to be that. Include with -f.

function quotes(text) {
	return gsub(/"/, "\"", text)
}
# The cells of the row that begins in $0, as they are written, to cell[1..n]; returns n. Later lines of it are read.
function read_cells(   row, more, part, parts, i, n, open) {
	if (!index($0, "\"")) return split($0, cell, ",")
	row = $0
	while (quotes(row) % 2 && (getline more) > 0) row = row "\n" more
	parts = split(row, part, ",")
	for (i = 1; i <= parts; i++) {
		if (open) cell[n] = cell[n] "," part[i]
		else cell[++n] = part[i]
		open = quotes(cell[n]) % 2
	}
	return n
}
# What a cell of the header calls its column.
function name_of(text) {
	gsub(/["\r]/, "", text)
	return text
}
# As tools write them. Others are numbers too.
function is_plain_number(text) {
	return length(text) <= 30 && text ~ /^-?(0|[1-9][0-9]*)([.][0-9]+)?$/
}
