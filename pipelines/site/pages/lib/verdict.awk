# SPDX-License-Identifier: MIT
# A file of verdicts -> what picture.awk reads of those that have a ratio, worst first once sorted.
{ verdict_fields($0, v) }
v["ratio"] > 0 {
	base = v["baseline_build"] == "" ? "baseline" : v["baseline_build"]
	print 1, rank(v["severity"], v["verdict"]), badness(v["ratio"], v["metric"]), v["suite"], v["test"], v["entry_point"], \
		v["metric"], "", v["baseline"], v["current"], v["ratio"], v["ratio_low"], v["ratio_high"], v["verdict"], base, \
		v["current_build"], v["reason"], v["margin_pct"], v["severity"]
}
