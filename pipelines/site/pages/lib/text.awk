# SPDX-License-Identifier: MIT
# Text from outside on its way into HTML, JavaScript, gnuplot, CSV, URLs and file names; numbers as
# people read them. Every writer of the site includes this file, and nothing from data is printed
# but through one of these functions. Under LC_ALL=C: a character is a byte.

# Every `this` in s becomes `by`; neither is a pattern.
function replace(s, this, by,   out, i) {
	while ((i = index(s, this)) > 0) {
		out = out substr(s, 1, i - 1) by
		s = substr(s, i + length(this))
	}
	return out s
}

# Miller's TSV escapes: \t \n \r \\ -> the text itself.
function untsv(s,   out, i, c) {
	while ((i = index(s, "\\")) > 0) {
		c = substr(s, i + 1, 1)
		out = out substr(s, 1, i - 1) (c == "t" ? "\t" : c == "n" ? "\n" : c == "r" ? "\r" : c == "\\" ? "\\" : "\\" c)
		s = substr(s, i + 2)
	}
	return out s
}

# What turns the direction of text (Unicode's Bidi_Control), so that it reads as another: each as its name.
function without_bidi(s,   i) {
	if (s ~ /\330\234|\342\200[\216\217\252-\256]|\342\201[\246-\251]/) {
		s = replace(s, "\330\234", "[U+061C]")
		for (i = 14; i < 47; i++)
			if (i < 16 || i > 41) s = replace(s, sprintf("\342\200%c", 128 + i), sprintf("[U+%04X]", 8192 + i))
		for (i = 102; i < 106; i++) s = replace(s, sprintf("\342\201%c", 64 + i), sprintf("[U+%04X]", 8192 + i))
	}
	return s
}

# Control characters, each as a format shows its number.
function visible(s, format, offset,   i) {
	if (s ~ /[\001-\037]/)
		for (i = 1; i < 32; i++) s = replace(s, sprintf("%c", i), sprintf(format, i + offset))
	return without_bidi(s)
}

# HTML text or a quoted attribute. Control characters are not allowed there: each is shown as its
# picture (U+2400 and on), so that a name also stays on one line.
function h(s) {
	s = replace(visible(untsv(s), "\342\220%c", 128), "\177", "\342\220\241")
	if (s ~ /[&<>"']/) {
		s = replace(s, "&", "&amp;")
		s = replace(s, "<", "&lt;")
		s = replace(s, ">", "&gt;")
		s = replace(s, "\"", "&quot;")
		s = replace(s, "'", "&#39;")
	}
	return s
}

# A JavaScript string literal with its quotes. "<", ">" and "&" are escaped too, so that the text can
# end no element, whatever the file is taken for.
function js(s) {
	s = replace(untsv(s), "\\", "\\\\")
	s = replace(visible(s, "\\u%04x", 0), "\"", "\\\"")
	if (s ~ /[<>&]/) {
		s = replace(s, "<", "\\u003c")
		s = replace(s, ">", "\\u003e")
		s = replace(s, "&", "\\u0026")
	}
	return "\"" s "\""
}

# Text for gnuplot is data, not language: it goes into a data block, a line each, and commands say T(line).
# gp_text() takes a text and gives that expression; gp_block() writes the block, which must come before the
# commands that use it, and begins anew.
function gp_text(s) {
	s = untsv(s)
	gsub(/[\001-\037\177]/, " ", s)
	s = without_bidi(s)
	GP_TEXT[++gp_texts] = s
	return "T(" gp_texts ")"
}
# A label of a tic is taken for a number's format.
function gp_tic(s) { return gp_text(replace(s, "%", "%%")) }
function gp_block(file,   i) {
	print "$text << EOD" > file
	for (i = 1; i <= gp_texts; i++) print "." GP_TEXT[i] > file # the dot: so that no line is the block's end
	print "EOD\nT(i) = $text[i][2:*]" > file
	gp_texts = 0
}

# An RFC 4180 cell.
function csv(s) {
	s = untsv(s)
	if (s !~ /[",\n\r]/) return s
	return "\"" replace(s, "\"", "\"\"") "\""
}

function ord(c,   i) {
	if (!ORD["a"])
		for (i = 1; i < 256; i++) ORD[sprintf("%c", i)] = i
	return ORD[c]
}

# A path inside a URL: all but the unreserved characters and "/" is percent-encoded.
function url(s,   out, i, c) {
	s = untsv(s)
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		out = out (c ~ /[A-Za-z0-9._~\/-]/ ? c : sprintf("%%%02X", ord(c)))
	}
	return out
}

# May this link be followed? http and https only, and no character that could end an attribute.
function safe_link(s) {
	return s ~ /^https?:\/\/[A-Za-z0-9._~:\/?#@!$&()*+,;=%-]+$/
}

# The name of a file for any text: its part that people read, and a hash of the whole (31 bits), so that
# it lasts whatever is added later.
function slug(s, readable,   i, hash) {
	hash = 5381
	for (i = 1; i <= length(s); i++) hash = (hash * 33 + ord(substr(s, i, 1))) % 2147483647
	readable = tolower(substr(untsv(readable), 1, 60))
	gsub(/[^a-z0-9.]+/, "-", readable)
	gsub(/^[.-]+/, "", readable)
	gsub(/[.-]+$/, "", readable)
	return (readable == "" ? "" : readable "-") sprintf("%08x", hash)
}

function is_number(s) {
	return s ~ /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/
}
function abs(x) { return x < 0 ? -x : x }

# About five significant digits, no exponent where a person would not write one.
function num(v,   a) {
	if (v == "") return ""
	a = abs(v += 0)
	if (a < 1e15 && v == int(v) || a >= 9999.95 && a < 1e7) return sprintf("%.0f", v)
	return sprintf(a >= 10 && a < 1e4 ? "%#.5g" : "%.4g", v)
}

# A ratio as the change that it is: 1.1234 -> +12.3 % (with a no-break space). How many decimals, decimals.awk says;
# it is JavaScript too, and part of site.js.
function change(ratio,   p, a) {
	if (ratio == "") return ""
	p = (ratio - 1) * 100
	a = abs(p)
	if (a < .005) p = a = 0
	return (p < 0 ? "−" : "+") sprintf("%." decimals(a) "f", a) "\302\240%"
}
# For gnuplot, whose fonts may lack the no-break space.
function change_plain(ratio) { return replace(change(ratio), "\302\240", " ") }
function interval(low, high) { return low == "" || high == "" ? "" : num(low) "–" num(high) }
function change_range(low, high) { return low == "" || high == "" ? "" : change(low) " to " change(high) }

# duration_ns is the metric "duration" in "ns"; instructions has no unit.
function metric_unit(m,   n, p) {
	n = split(m, p, "_")
	if (n < 2 || p[n] !~ /^(ns|us|ms|sec|s|bytes|kb|mb|pct|bps|pps|rps|hz)$/) return ""
	return p[n] == "pct" ? "%" : p[n] == "sec" ? "s" : p[n]
}
function metric_name(m) {
	if (metric_unit(m) != "") sub(/_[a-z]+$/, "", m)
	return replace(m, "_", " ")
}
function metric_title(m) {
	return metric_name(m) (metric_unit(m) == "" ? "" : " (" metric_unit(m) ")")
}
function with_unit(v, m,   u) {
	if (v == "") return ""
	u = metric_unit(m)
	return num(v) (u == "" ? "" : "\302\240" u)
}

function when_text(t) { # 2026-11-24T06:00:00Z -> 2026-11-24 06:00
	if (t !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]/) return t
	return substr(t, 1, 10) " " substr(t, 12, 5)
}

# At most len bytes of a text (still in TSV's escapes); a character is not cut in two.
function short(s, len) {
	s = untsv(s)
	if (length(s) > len) {
		s = substr(s, 1, len - 1)
		sub(/[\300-\377]?[\200-\277]*$/, "", s)
		s = s "…"
	}
	return replace(s, "\\", "\\\\")
}
