# SPDX-License-Identifier: MIT
# Rows of the state, sorted by run -> r/<run>.js: the values of a run, for its page and that of comparisons. Of each: page of the
# test, test, entry point, metric by number, value, low, high, and the value as it is shown. A test that failed has no metric.
$1 != run { begin_run($1) }
{
	if (!(($2, $3) in page)) page[$2, $3] = slug($2 " " $3, $3)
	head = "[" js(page[$2, $3]) "," js($3) "," js(entry_name($3, $4)) ","
	any = 0
	for (i = 1; i <= nm; i++) {
		if ($(4 + 3 * i) == "") continue
		any = 1
		print head i "," $(4 + 3 * i) + 0 "," bound($(5 + 3 * i)) "," bound($(6 + 3 * i)) "," js(with_unit($(4 + 3 * i), metric[i])) "]," > file
	}
	if (!any && $5 != "unsupported") print head "0]," > file
}
END { end_run() }
function bound(v) { return v == "" ? "null" : v + 0 }
function begin_run(number) {
	end_run()
	run = number
	file = out "/r/" run_page[run_of[run]] ".js"
	print "site.run(" js(run_page[run_of[run]]) ", [" > file
}
function end_run() {
	if (run == "") return
	print "]);" > file
	close(file)
}
