# SPDX-License-Identifier: MIT
# Two builds, series by series, worst verdict first -> the page around picture.awk's picture. Input as there.
$1 != line { finish(); begin_page() }
$7 != first_metric { page_fields["metrics"] = 1 }
$11 != "" { npictured++ }
{ row[++nrows] = $0 }
END { finish() }

function begin_page() {
	line = $1
	first_metric = $7
	nrows = npictured = 0
	split("", page_fields)
	build_fields(line, line_last[line], page_fields)
	page_fields["base"] = $15
}
function finish(   i) {
	if (!nrows) return
	for (i = 1; i <= nrows; i++) row[i] = table_row(row[i])
	page_fields["rows"] = joined(row, 1, nrows)
	if (npictured) {
		page_fields["height"] = 90 + 24 * shown_of(npictured)
		page_fields["narrow_height"] = 102 + 44 * shown_of(npictured)
	}
	write_page(out "/c/" line ".html", "comparison", page_fields, page_fields["base"] " to " page_fields["build"], "../")
}
function table_row(text,   f, v) {
	split(text, f, "\t")
	v["verdict"] = f[14]
	v["severity"] = f[19]
	v["badge"] = f[14] == "unjudged" ? "" : show_verdict("badge", f[14], f[19])
	v["page"] = f[8]
	v["test"] = replace(h(f[5]), "/", "/<wbr>")
	v["entry"] = entry_name(f[5], f[6])
	v["metric"] = metric_name(f[7])
	v["metrics"] = page_fields["metrics"]
	v["reason"] = f[17]
	v["before"] = with_unit(f[9], f[7])
	v["after"] = with_unit(f[10], f[7])
	v["change"] = change(f[11])
	v["interval"] = change_range(f[12], f[13])
	return fill("comparison-row", v)
}
