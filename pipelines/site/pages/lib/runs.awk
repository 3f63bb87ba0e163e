# SPDX-License-Identifier: MIT
# The table of runs and their environments -> a page a run (what it ran on, and what differs from the run
# before), and for each line a script with its builds, for site.js.
#
#   awk -v out=SITE -v runs=FILE -v compared_lines=FILE -f text.awk -f model.awk -f runs.awk environments.tsv
#
# Input: folder of the run, name, value. In a template %s is the folder, or the commit.
BEGIN {
	config()
	FS = "\t"
	load_runs(runs)
	load_compared(compared_lines)
}
{
	again = ($1, $2) in env # a name may come twice
	if (!again) names[$1] = names[$1] "\t" $2
	env[$1, $2] = again ? env[$1, $2] "; " $3 : $3
}
END {
	for (line = 1; line <= nlines; line++) {
		for (i = 0; i <= line_last[line]; i++) write_run(line, i)
		write_line(line)
	}
	write_index()
}
function fill(template, text) { return replace(template, "%s", url(text)) }
# The commit's page: by the template, or on the host of a repository whose address is plain.
function commit_link(path,   c, r) {
	c = env[path, "commit"]
	if (c !~ /^[0-9a-fA-F]+$/ || length(c) < 7) return ""
	if (commit_url != "") return fill(commit_url, c)
	r = env[path, "repository"]
	sub(/\.git$/, "", r)
	return r ~ /^https:\/\/[A-Za-z0-9.-]+\/[A-Za-z0-9._\/-]+$/ ? r "/commit/" c : ""
}
function link(href, text) { return safe_link(href) ? "<a rel=\"nofollow\" href=\"" h(href) "\">" text "</a>" : text }

function write_run(line, i,   k, file, path, before, heading, nav, c, p, n, a) {
	k = line SUBSEP i
	path = run_path[k]
	before = i > 0 ? run_path[line, i - 1] : ""
	file = out "/r/" run_page[k] ".html"
	nav = (i > 0 ? " <a rel=\"prev\" href=\"" run_page[line, i - 1] ".html\">Build before</a>" : "") \
		(i < line_last[line] ? " <a rel=\"next\" href=\"" run_page[line, i + 1] ".html\">Build after</a>" : "")
	heading = "<h1>Build " h(run_build[k]) "</h1>\n<p class=\"sub\">" h(where_text(line)) (where_text(line) == "" ? "" : ", ") \
		(line_suite[line] == "" ? "" : "suite " h(line_suite[line]) ", ") h(when_text(run_time[k])) "\302\240UTC</p>\n"
	printf "%s", page_head("Build " run_build[k] " \342\200\224 " site_title, "../", heading, nav, "") > file
	print "<ul class=\"links\">" > file
	if (i > 0) print "<li><a href=\"../compare.html#base=" run_page[line, i - 1] "&amp;head=" run_page[k] "\">Compare with the build before</a></li>" > file
	c = commit_link(path)
	if (safe_link(c)) print "<li>" link(c, "Commit " h(substr(env[path, "commit"], 1, 12))) "</li>" > file
	if (run_url != "") print "<li>" link(fill(run_url, path), "Stored results (CSV)") "</li>" > file
	print "</ul>" > file
	if (run_old[k]) print "<p>The results of this run have no value columns (schema version 1). Its values are the medians over rounds of what its rounds.csv calls medians.</p>" > file
	print "<h2>Environment</h2>" > file
	n = split(names[path], p, "\t")
	if (n < 2) print "<p>None was stored with this run.</p>" > file
	else {
		print "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Environment\"><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Value</th><th scope=\"col\">In the build before, where it differs</th></tr></thead><tbody>" > file
		for (a = 2; a <= n; a++)
			printf "<tr%s><th scope=\"row\">%s</th><td>%s</td><td>%s</td></tr>\n", differs(before, path, p[a]) ? " class=\"differs\"" : "", \
				h(p[a]), h(env[path, p[a]]), differs(before, path, p[a]) ? h(env[before, p[a]]) : "" > file
		print "</tbody></table></div>" > file
	}
	printf "%s", page_foot("") > file
	close(file)
}
function differs(before, path, name) {
	if (name ~ /^(run_id|timestamp|build)$/) return 0 # of course
	return before != "" && names[before] != "" && env[before, name] != env[path, name]
}
function write_line(line,   i, k, file) {
	file = out "/l/" line ".js"
	print "site.line(" line ", {track: " js(line_track[line]) ", host: " js(line_host[line]) ", suite: " js(line_suite[line]) ", builds: [" > file
	for (i = 0; i <= line_last[line]; i++) {
		k = line SUBSEP i
		print "[" js(run_build[k]) "," js(when_text(run_time[k])) "," js(run_page[k]) "," js(safe_commit(run_path[k])) "]," > file
	}
	print "]});" > file
	close(file)
}
function safe_commit(path,   c) {
	c = commit_link(path)
	return safe_link(c) ? c : ""
}
# For the page of comparisons: all lines.
function write_index(   line, file) {
	file = out "/compare.html"
	printf "%s", page_head("Compare builds \342\200\224 " site_title, "", "<h1>Compare two builds</h1>\n", "", compare_scripts()) > file
	print "<noscript><p>Choosing builds needs JavaScript. Without it, there is one comparison a track:</p></noscript>\n<ul class=\"links\">" > file
	for (line = 1; line <= nlines; line++)
		if (line in compared)
			print "<li><a href=\"c/" line ".html\">" h(where_text(line)) (line_suite[line] == "" ? "" : ", " h(line_suite[line])) "</a>: the newest build</li>" > file
	print "</ul>\n<div id=\"compare\" data-margin=\"" margin + 0 "\" data-higher=\"" h(higher) "\"></div>" > file
	printf "%s", page_foot("") > file
	close(file)
}
function compare_scripts(   line, s) {
	for (line = 1; line <= nlines; line++) s = s " l/" line ".js"
	return s
}
