# SPDX-License-Identifier: MIT
# The table of runs and their environments -> a page a run (what it ran on, and what differs from the run
# before; site.js shows its results), and for each line a script with its builds.
#
# Input: folder of the run, name, value.
BEGIN { load_compared() }
{
	again = ($1, $2) in env # a name may come twice
	if (!again) names[$1] = names[$1] "\t" $2
	env[$1, $2] = again ? env[$1, $2] "; " $3 : $3
}
END {
	while ((getline row < (work "/steps")) > 0) {
		split(row, f, "\t")
		steps[f[1]] = steps[f[1]] "[" f[2] "," js(f[3]) "," js(f[4]) "," js(f[5]) "," js(entry_name(f[5], f[6])) "," f[7] "],"
	}
	for (line = 1; line <= nlines; line++) {
		for (i = 0; i <= line_last[line]; i++) write_run(line, i)
		write_line(line)
	}
	write_index()
}
# The commit's page, on the host of a repository whose address is plain.
function commit_link(path,   c, r) {
	c = env[path, "commit"]
	if (c !~ /^[0-9a-fA-F]+$/ || length(c) < 7) return ""
	r = env[path, "repository"]
	sub(/\.git$/, "", r)
	return r ~ /^https:\/\/[A-Za-z0-9.-]+\/[A-Za-z0-9._\/-]+$/ ? r "/commit/" c : ""
}
# Where the folder of a run is to be seen. Its path begins with the number of an operand (import.sh).
function files_link(path,   link) {
	sub(/^[0-9]+\//, "", path)
	link = ENVIRON["tree_url"] "/" path
	return ENVIRON["tree_url"] != "" && path !~ /\.csv$/ && safe_link(link) ? link : ""
}
function write_run(line, i,   path, v) {
	path = run_path[line, i]
	build_fields(line, i, v)
	v["href"] = commit_link(path)
	v["files"] = files_link(path)
	v["commit"] = substr(env[path, "commit"], 1, 12)
	v["compared"] = i == line_last[line] && line in compared ? 1 : ""
	v["scripts"] = line_script(line, "../")
	metric_fields(v)
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
			js(commit_link(run_path[line, i])) "]," > file
	print "], changes: [" steps[line] "]});" > file
	close(file)
}
# For the page of comparisons: all lines, and what their metrics are called.
function write_index(   line, item, c, v) {
	for (line = 1; line <= nlines; line++) {
		v["scripts"] = v["scripts"] line_script(line, "")
		if (!(line in compared)) continue
		build_fields(line, line_last[line], v)
		item[++c] = fill("comparison-item", v)
	}
	v["comparisons"] = joined(item, 1, c)
	metric_fields(v)
	write_page(out "/compare.html", "compare", v, "Compare builds", "")
}
# What metrics are called, and of which more is better.
function metric_fields(v,   i) {
	for (i = 1; i <= nm; i++) {
		v["metrics"] = v["metrics"] (i > 1 ? "," : "") metric_name(metric[i])
		if (higher_better(metric[i])) v["higher"] = v["higher"] " " i
	}
}
