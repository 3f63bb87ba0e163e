# SPDX-License-Identifier: MIT
# C of what results-schema/ lists, to the folder `out`:
#	columns.h     an enum of each file's columns: PLAN_SUITE, …, PLAN_NCOLUMNS; PLAN_METRICS
#	statuses.h    enum status, enum outcome, status_meanings; verdicts.h and limits.h likewise
#	tables.inc    the tables, for schema.c
# Reads what results-schema/columns prints, on standard input, and then statuses.csv, verdicts.csv and limits.csv. No cell
# but the last of their rows is quoted.
BEGIN {
	FS = ","
	prefix["statuses"] = "STATUS_"
	made = "/* Made from results-schema/ by tools/lib/schema.awk. */"
	tables = out "/tables.inc"
	print made > tables
}

FNR == 1 {
	end_file()
	list = FILENAME
	sub(/.*\//, "", list)
	sub(/\.csv$/, "", list)
	if (list == "" || list == "-") list = "columns"
	header = out "/" list ".h"
	print made > header
	class = $2
	n = nclasses = 0
	next
}

list == "columns" {
	if ($1 != file) end_table()
	if (file == "") begin_table($1)
	printf "\t%s_%s,\n", toupper(file), toupper($2) > header
	if ($3 == "metric") metrics = metrics (metrics == "" ? "" : ", ") "\"" $2 "\""
	printf "    {\"%s\", %s},\n", $2, $5 > tables
	next
}

list == "limits" {
	printf "#define %s %s\n", toupper($1), $2 > header
	next
}

{
	name[++n] = $1
	class_of[n] = $2
	meaning[n] = substr($0, length($1 $2) + 3)
	gsub(/^"|"$/, "", meaning[n])
	if (!(list SUBSEP $2 in seen)) classes[++nclasses] = $2
	seen[list, $2]
}

END {
	end_file()
}

function begin_table(of) {
	file = of
	printf "enum %s_column {\n", file > header
	printf "static const struct schema_column %s_columns[] = {\n", file > tables
}

function end_table() {
	if (file == "") return
	printf "\t%s_NCOLUMNS,\n};\nextern const struct schema schema_%s;\n", toupper(file), file > header
	if (metrics != "") printf "#define %s_METRICS {%s}\n", toupper(file), metrics > header
	metrics = ""
	printf "};\nconst struct schema schema_%s = {\"%s\", %s_columns, %s_NCOLUMNS};\n", file, file, file, toupper(file) > tables
	file = ""
}

function end_file(   i, singular) {
	end_table()
	if (!n) return
	singular = list
	sub(/ses$/, "s", singular) || sub(/s$/, "", singular)
	print_enum(singular, prefix[list], name, n, toupper(singular) "_COUNT")
	print_enum(class, toupper(class) "_", classes, nclasses)
	print_texts(singular "_names", name, n)
	print_texts(singular "_meanings", meaning, n)
	print_texts(class "_names", classes, nclasses)
	printf "extern const enum %s %s_%s[%s_COUNT];\n", class, singular, class, toupper(singular) > header
	printf "const enum %s %s_%s[] = {\n", class, singular, class > tables
	for (i = 1; i <= n; i++) printf "    %s_%s,\n", toupper(class), toupper(class_of[i]) > tables
	printf "};\n" > tables
}

function print_texts(variable, texts, count,   i) {
	printf "extern const char *const %s[%d];\n", variable, count > header
	printf "const char *const %s[] = {\n", variable > tables
	for (i = 1; i <= count; i++) printf "    \"%s\",\n", texts[i] > tables
	printf "};\n" > tables
}

function print_enum(type, before, names, count, last,   i) {
	printf "enum %s {\n", type > header
	for (i = 1; i <= count; i++) printf "\t%s%s,\n", before, toupper(names[i]) > header
	printf "%s};\n", last == "" ? "" : "\t" last ",\n" > header
}
