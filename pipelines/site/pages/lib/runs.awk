# SPDX-License-Identifier: MIT
# The table of runs and their environments -> a page a run (what it ran on, and what differs from the run
# before), and for each line a script with its builds, for site.js.
#
# Input: folder of the run, name, value. In an address that was given, %s is the folder, or the commit.
BEGIN {
	config()
	FS = "\t"
	run_url = ENVIRON["run_url"]
	commit_url = ENVIRON["commit_url"]
	load_templates()
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
function stored_path(path) { sub(/^[0-9]+\/?/, "", path); return path } # without the operand's number (import.sh)
function address(template, text) { return replace(template, "%s", url(text)) }
# The commit's page: by the template, or on the host of a repository whose address is plain.
function commit_link(path,   c, r) {
	c = env[path, "commit"]
	if (c !~ /^[0-9a-fA-F]+$/ || length(c) < 7) return ""
	if (commit_url != "") return address(commit_url, c)
	r = env[path, "repository"]
	sub(/\.git$/, "", r)
	return r ~ /^https:\/\/[A-Za-z0-9.-]+\/[A-Za-z0-9._\/-]+$/ ? r "/commit/" c : ""
}
function write_run(line, i,   path, commit, v) {
	path = run_path[line, i]
	commit = commit_link(path)
	build_fields(line, i, v)
	v["commit"] = safe_link(commit) ? link(commit, "Commit " substr(env[path, "commit"], 1, 12)) : ""
	v["stored"] = run_url == "" ? "" : link(address(run_url, stored_path(path)), "Stored results (CSV)")
	v["rows"] = environment_rows(path, i > 0 ? run_path[line, i - 1] : "")
	write_page(out "/r/" v["page"] ".html", "run", v, "Build " v["build"], "../")
}
function environment_rows(path, before,   n, name, i, v, rows) {
	n = split(names[path], name, "\t") # the first is empty
	for (i = 2; i <= n; i++) {
		v["name"] = name[i]
		v["value"] = env[path, name[i]]
		v["differs"] = differs(before, path, name[i]) ? 1 : ""
		v["before"] = env[before, name[i]]
		rows[i] = fill("environment-row", v)
	}
	return joined(rows, 2, n)
}
function differs(before, path, name) {
	if (name ~ /^(run_id|timestamp|build)$/) return 0 # of course
	return before != "" && names[before] != "" && env[before, name] != env[path, name]
}
function write_line(line,   i, file) {
	file = out "/l/" line ".js"
	print "site.line(" line ", {track: " js(line_track[line]) ", host: " js(line_host[line]) ", suite: " js(line_suite[line]) \
		", builds: [" > file
	for (i = 0; i <= line_last[line]; i++)
		print "[" js(run_build[line, i]) "," js(when_text(run_time[line, i])) "," js(run_page[line, i]) "," \
			js(safe_commit(run_path[line, i])) "]," > file
	print "]});" > file
	close(file)
}
function safe_commit(path,   c) {
	c = commit_link(path)
	return safe_link(c) ? c : ""
}
# For the page of comparisons: all lines, and what their metrics are called.
function write_index(   line, i, n, name, item, c, v) {
	for (line = 1; line <= nlines; line++) {
		v["scripts"] = v["scripts"] line_script(line, "")
		if (!(line in compared)) continue
		build_fields(line, line_last[line], v)
		item[++c] = fill("comparison-item", v)
	}
	v["comparisons"] = joined(item, 1, c)
	n = split(metrics, name, " ")
	for (i = 1; i <= n; i++) {
		v["metrics"] = v["metrics"] (i > 1 ? "," : "") metric_name(name[i])
		if (higher_better(name[i])) v["higher"] = v["higher"] " " i
	}
	write_page(out "/compare.html", "compare", v, "Compare builds", "")
}
