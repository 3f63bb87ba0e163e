# SPDX-License-Identifier: MIT
# What check-run.jq judges of the files of a run: a line {"file": NAME, "row": {COLUMN: TEXT, ...}} a row, but one for all
# rows of a kind. Rows differ in kind by an empty cell, a word, or what is no plain number, not by their numbers or texts.
# What must be looked at across rows is in "tests of NAME". After cells.awk.
# -v text=NAMES: columns of any text, between blanks.

function json(text) {
	if (text ~ /^"/) {
		text = substr(text, 2, length(text) - 2)
		gsub(/""/, "\"", text)
	}
	if (text !~ /[\\"\t\r\n]/) return "\"" text "\""
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	gsub(/\t/, "\\t", text)
	gsub(/\r/, "\\r", text)
	gsub(/\n/, "\\n", text)
	return "\"" text "\""
}
function print_row(file, only,   i, row) {
	for (i = 1; i <= columns; i++)
		if (!only || index(only, " " name[i] " ")) row = row (row == "" ? "" : ", ") "\"" name[i] "\": " json(cell[i])
	print "{\"file\": \"" file "\", \"row\": {" row "}}"
}
function kind_of_row(   i, kind) {
	for (i = 1; i <= columns; i++)
		kind = kind "," (cell[i] == "" ? "" : is_text[i] ? "x" : is_plain_number(cell[i]) ? 1 : cell[i])
	return kind
}
FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	columns = read_cells()
	for (i = 1; i <= columns; i++) {
		name[i] = name_of(cell[i])
		is_text[i] = index(text, " " name[i] " ")
	}
	split("", seen)
	next
}
{
	first = FNR
	n = read_cells()
	if (n != columns) {
		print file "\tnot CSV (the row of line " first " has " n " cells, the header " columns ")" > "/dev/stderr"
		exit 1
	}
	sub(/\r$/, "", cell[n])
	if (file ~ /^(plan|summary)\.csv$/) print_row("tests of " file, " test entry_point program_type ")
	kind = file == "environment.csv" ? FNR : kind_of_row()
	if (kind in seen) next
	seen[kind]
	print_row(file)
}
