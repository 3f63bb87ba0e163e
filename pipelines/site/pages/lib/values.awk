# SPDX-License-Identifier: MIT
# Rows of the state, sorted by run -> r/<run>.js: the values of a run, for the page of comparisons.
BEGIN { config(); FS = "\t"; load_runs(runs); nm = split(metrics, metric, " ") }
$1 != run { close_file(); run = $1; file = out "/r/" run_page[run_of[run]] ".js"; print "site.run(" js(run_page[run_of[run]]) ", [" > file }
{
	if (!(($2, $3) in page)) page[$2, $3] = slug($2 " " $3, $3)
	any = 0
	for (i = 1; i <= nm; i++)
		if ($(4 + 3 * i) != "")
			print "[" js(page[$2, $3]) "," js($3) "," js($4) "," js(metric[i]) "," $(4 + 3 * i) + 0 "," number($(5 + 3 * i)) "," number($(6 + 3 * i)) "]," > file
	for (i = 1; i <= nm; i++) any = any || $(4 + 3 * i) != ""
	if (!any && $5 != "unsupported") print "[" js(page[$2, $3]) "," js($3) "," js($4) ",\"\",null,null,null]," > file # failed
}
END { close_file() }
function number(v) { return v == "" ? "null" : v + 0 }
function close_file() {
	if (run == "") return
	print "]);" > file
	close(file)
}
