# SPDX-License-Identifier: MIT
# Pages from ../templates: HTML with named holes, in which every text is escaped unless the hole says otherwise.
#
#   {{name}}                 v["name"] as text, escaped
#   {{&name}}                v["name"] as HTML, which has been escaped before
#   {{#name}}...{{/name}}    only where v["name"] is not empty; {{^name}}...{{/name}} only where it is
#   {{>other}}               the template of that name, with the same v
#
# A file holds several templates, each below a line <!-- template NAME -->. A line that begins with tabs continues
# the one before it: neither the tabs nor the line feed are part of the template.

function load_templates(   file, line, word, name, begun, text) {
	file = ENVIRON["templates"]
	while ((getline line < file) > 0) {
		if (split(line, word, " ") == 4 && word[2] == "template") {
			name = word[3]
			begun = 0
		} else
			text[name] = text[name] (sub(/^\t+/, "", line) || !begun++ ? "" : "\n") line
	}
	close(file)
	for (name in text) compile(name, text[name])
}

# Cuts a template into parts: a literal, then a hole.
function compile(name, text,   n, hole, opened) {
	while (split_at(text, "{{")) {
		leading[name, ++n] = BEFORE
		split_at(AFTER, "}}")
		text = AFTER
		hole = BEFORE
		hole_kind[name, n] = hole ~ /^[&#^\/>]/ ? substr(hole, 1, 1) : ""
		if (hole_kind[name, n] != "") hole = substr(hole, 2)
		hole_name[name, n] = hole
		if (hole_kind[name, n] ~ /[#^]/) opened[hole] = n
		if (hole_kind[name, n] == "/") condition_end[name, opened[hole]] = n
	}
	leading[name, ++n] = text
	parts[name] = n
}
function split_at(text, mark,   i) {
	i = index(text, mark)
	BEFORE = substr(text, 1, i - 1)
	AFTER = substr(text, i + length(mark))
	return i
}

function fill(name, v,   i, k, hole, out) {
	for (i = 1; i < parts[name]; i++) {
		out = out leading[name, i]
		k = hole_kind[name, i]
		hole = hole_name[name, i]
		if (k == "") out = out h(v[hole])
		else if (k == "&") out = out v[hole]
		else if (k == ">") out = out fill(hole, v)
		else if ((k == "#" && v[hole] == "") || (k == "^" && v[hole] != "")) i = condition_end[name, i]
	}
	return out leading[name, parts[name]]
}

# Writes a page. top: the way from it to the top of the site, "" or "../".
function write_page(file, name, v, title, top) {
	v["title"] = title (title == "" ? "" : " — ") ENVIRON["title"]
	v["top"] = top
	v["site"] = ENVIRON["title"]
	v["made"] = when_text(ENVIRON["now"])
	print fill(name, v) > file
	close(file)
}

# Items from..to of a list, a line each or with something else in between. Halves are joined, because adding to a long
# string copies it.
function joined(list, from, to, between,   middle) {
	if (from >= to) return from == to ? list[from] : ""
	middle = int((from + to) / 2)
	return joined(list, from, middle, between) (between == "" ? "\n" : between) joined(list, middle + 1, to, between)
}
