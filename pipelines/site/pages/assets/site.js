/* SPDX-License-Identifier: MIT */
/*
 * What the pages do beyond being read: sort and filter the overview, read values off a chart and zoom into it,
 * compare any two builds. Without it every page still shows its tables and pictures.
 *
 * One plain script, so that it runs from file:// too: data come in scripts that call site.line() and
 * site.run(). Text from data becomes text nodes only. Styles are classes, because the policy allows no others.
 */
"use strict";
var site = (function () {
	var lines = {}, runs = {}, waiting = {};

	/* ---- small helpers ---- */
	function el(name, attributes, children) {
		return fill(document.createElement(name), attributes, children);
	}
	function svg(name, attributes, children) {
		return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
	}
	function fill(node, attributes, children) {
		Object.keys(attributes || {}).forEach(function (k) {
			if (attributes[k] !== null) node.setAttribute(k, attributes[k]);
		});
		[].concat(children === undefined ? [] : children).forEach(function (c) {
			node.appendChild(typeof c === "object" ? c : document.createTextNode(c));
		});
		return node;
	}
	function $(selector, root) { return (root || document).querySelector(selector); }
	function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
	function empty(node) { while (node.firstChild) node.removeChild(node.firstChild); }

	/* The same rounding as lib/text.awk's num() and change(). */
	function num(v) {
		var a = Math.abs(v);
		if (a < 1e15 && v === Math.trunc(v)) return v.toFixed(0);
		if (a >= 1e7 || a < 1e-3) return v.toPrecision(4);
		if (a >= 1e4) return v.toFixed(0);
		if (a >= 1e3) return v.toFixed(1);
		if (a >= 100) return v.toFixed(2);
		if (a >= 10) return v.toFixed(3);
		return String(Number(v.toPrecision(4)));
	}
	function change(ratio) {
		var p = (ratio - 1) * 100, a = Math.abs(p);
		if (a < .005) p = 0;
		return (p >= 0 ? "+" : "\u2212") + Math.abs(p).toFixed(a >= 99.95 ? 0 : a >= 9.995 ? 1 : 2) + "\u00a0%";
	}
	function unit_of(metric) {
		var m = /_(ns|us|ms|sec|s|bytes|kb|mb|pct|bps|pps|rps|hz)$/.exec(metric);
		return !m ? "" : m[1] === "pct" ? "%" : m[1] === "sec" ? "s" : m[1];
	}
	function metric_name(metric) {
		return (unit_of(metric) ? metric.replace(/_[a-z]+$/, "") : metric).replace(/_/g, " ");
	}
	function entry_name(test, entry) {
		return entry === "main" || entry === test || test.slice(-entry.length - 1) === "/" + entry ? "" : entry;
	}
	function with_unit(v, unit) { return num(v) + (unit ? "\u00a0" + unit : ""); }

	/* ---- state in the address, so that a view can be sent to somebody ---- */
	function read_state() {
		var state = {};
		location.hash.slice(1).split("&").forEach(function (part) {
			var i = part.indexOf("=");
			if (i < 1) return;
			try { state[part.slice(0, i)] = decodeURIComponent(part.slice(i + 1)); } catch (e) { /* not ours */ }
		});
		return state;
	}
	function write_state(state) {
		var text = Object.keys(state).filter(function (k) { return state[k]; }).map(function (k) { return k + "=" + encodeURIComponent(state[k]); }).join("&");
		history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
	}

	/* ---- overview ---- */
	function overview() {
		var table = $("#series"), form = $("#filters");
		if (!table || !form) return;
		var line_of = {};
		all("#lines tbody tr").forEach(function (tr) {
			line_of[tr.dataset.line] = { track: tr.cells[0].textContent, host: tr.cells[1].textContent, runtime: tr.dataset.runtime };
		});
		var rows = all("tbody tr", table).map(function (tr, i) {
			var line = line_of[tr.dataset.l];
			return { tr: tr, order: i, verdict: tr.className, group: tr.dataset.g, track: line.track, host: line.host, runtime: line.runtime,
				text: (tr.cells[1].textContent + " " + line.track + " " + line.host + " " + tr.cells[4].textContent).toLowerCase() };
		});
		["track", "host", "runtime"].forEach(function (key) {
			var names = [];
			rows.forEach(function (r) { if (r[key] && names.indexOf(r[key]) < 0) names.push(r[key]); });
			names.sort().forEach(function (n) { $("#f-" + key).appendChild(el("option", { value: n }, n)); });
			if (names.length < 2) $("#f-" + key).parentNode.hidden = true;
		});
		var sort = { column: "", descending: false };
		make_sortable(table, function (column, descending) { sort = { column: column, descending: descending }; apply(); });

		function verdicts() { return all("input[name=verdict]", form); }
		function restore() {
			var s = read_state();
			["text", "group", "track", "host", "runtime", "by"].forEach(function (k) { if (s[k]) $("#f-" + k).value = s[k]; });
			if (s.hide) s.hide.split(",").forEach(function (v) { verdicts().forEach(function (i) { if (i.value === v) i.checked = false; }); });
		}
		function apply() {
			var f = {}, hidden = {}, shown;
			["text", "group", "track", "host", "runtime", "by"].forEach(function (k) { f[k] = $("#f-" + k).value; });
			verdicts().forEach(function (i) { if (!i.checked) hidden[i.value] = true; });
			var words = f.text.toLowerCase().split(/\s+/).filter(Boolean);
			shown = rows.filter(function (r) {
				return !hidden[r.verdict] && (!f.group || r.group === f.group) && (!f.track || r.track === f.track) && (!f.host || r.host === f.host) &&
					(!f.runtime || r.runtime === f.runtime) && words.every(function (w) { return r.text.indexOf(w) >= 0; });
			});
			order(shown, sort);
			show(shown, f.by);
			f.hide = Object.keys(hidden).join(",");
			write_state(f);
		}
		function show(shown, by) {
			var body = table.tBodies[0], fresh = document.createElement("tbody"), groups = {}, names = [];
			shown.forEach(function (r) {
				var g = by ? "g:" + r[by] : "";
				if (!groups[g]) { groups[g] = []; names.push(g); }
				groups[g].push(r);
			});
			names.forEach(function (g) {
				if (by) fresh.appendChild(el("tr", { "class": "group" }, el("th", { colspan: 9, scope: "rowgroup" }, g.slice(2) + " (" + groups[g].length + ")")));
				groups[g].forEach(function (r) { fresh.appendChild(r.tr); });
			});
			table.replaceChild(fresh, body);
			$("#shown").textContent = shown.length + " of " + rows.length;
			$("#none").hidden = shown.length > 0;
		}
		form.hidden = false;
		form.addEventListener("input", apply);
		form.addEventListener("submit", function (e) { e.preventDefault(); });
		form.addEventListener("reset", function () { setTimeout(apply); });
		restore();
		apply();
	}
	/* Rows {tr, order}; a cell's data-s, or its text, is what it sorts by; cells without come last. */
	function order(list, sort) {
		var c = sort.column, sign = sort.descending ? -1 : 1;
		if (c === "") return list.sort(function (a, b) { return a.order - b.order; });
		function key(r) {
			var cell = r.tr.cells[c], v = cell.dataset.s;
			if (v === undefined) v = c === 0 || cell.className === "n" ? "" : cell.textContent.trim();
			return v !== "" && !isNaN(v) ? Number(v) : v;
		}
		var keyed = list.map(function (r) { return { r: r, k: c === 0 ? r.order : key(r) }; });
		keyed.sort(function (a, b) {
			if (a.k === "" || b.k === "") return (a.k === "") - (b.k === "") || a.r.order - b.r.order;
			if (a.k < b.k) return -sign;
			if (a.k > b.k) return sign;
			return a.r.order - b.r.order;
		});
		keyed.forEach(function (x, i) { list[i] = x.r; });
		return list;
	}
	function make_sortable(table, changed) {
		all("thead th", table).forEach(function (th, i) {
			var text = th.textContent;
			if (i === 8) return; /* the sparklines */
			empty(th);
			th.appendChild(el("button", { type: "button" }, text));
			th.firstChild.addEventListener("click", function () {
				var descending = th.getAttribute("aria-sort") === "ascending" || (!th.hasAttribute("aria-sort") && th.className === "n");
				if (th.getAttribute("aria-sort") === "descending") descending = false;
				all("th", th.parentNode).forEach(function (o) { o.removeAttribute("aria-sort"); });
				th.setAttribute("aria-sort", descending ? "descending" : "ascending");
				changed(i, descending);
			});
		});
	}

	/* ---- a chart: read values off it, zoom, logarithms ---- */
	/* The picture is gnuplot's, and its plotting area a fixed part of it (lib/history.gp). A view other than the
	 * whole is drawn here, from the same numbers. */
	var WIDTH = 720, HEIGHT = 320, LEFT = .09 * WIDTH, RIGHT = .9 * WIDTH, TOP = .16 * HEIGHT, BOTTOM = .9 * HEIGHT;

	function Chart(figure) {
		var d = figure.dataset, self = this;
		function list(name) { return d[name].split(" ").map(function (t) { return t === "-" || t === "x" ? null : Number(t); }); }
		this.figure = figure;
		this.line = lines[d.line];
		this.first = Number(d.first);
		this.unit = d.unit;
		this.base = Number(d.base);
		this.better = d.better;
		this.v = list("v"); this.lo = list("lo"); this.hi = list("hi");
		this.failed = d.v.split(" ").map(function (t) { return t === "x"; });
		this.marks = d.marks ? d.marks.split(" ").map(function (m) { return m.split(",").map(Number); }) : [];
		this.occasions = all(".events li", figure.parentNode).map(function (li) { return [Number(li.dataset.x), li.dataset.label, Number(li.dataset.row)]; });
		this.whole = d.x.split(" ").map(Number);
		this.y_whole = d.y.split(" ").map(Number);
		this.x = this.whole.slice();
		this.log = false;
		this.at = this.v.length - 1;
		while (this.at > 0 && this.v[this.at] === null) this.at--;
		this.plot = $(".plot", figure);
		this.live = svg("svg", { "class": "live", viewBox: "0 0 " + WIDTH + " " + HEIGHT, "aria-hidden": "true" });
		this.plot.appendChild(this.live);
		this.controls();
		this.events();
		this.draw();
		this.read(false);
		window.addEventListener("resize", function () { self.fit(); });
		this.fit();
		this.plot.scrollLeft = this.plot.scrollWidth; /* where the picture is wider than the page, the newest is what matters */
	}
	Chart.prototype = {
		/* The overlay covers the picture, also where that is wider than the page and scrolls. */
		fit: function () {
			this.live.setAttribute("width", $("img", this.plot).clientWidth);
			this.live.setAttribute("height", $("img", this.plot).clientHeight);
		},
		px: function (place) { return LEFT + (place - this.x[0]) / (this.x[1] - this.x[0]) * (RIGHT - LEFT); },
		place: function (px) { return this.x[0] + (px - LEFT) / (RIGHT - LEFT) * (this.x[1] - this.x[0]); },
		scale: function (v) { return this.log ? Math.log(v) : v; },
		py: function (v) {
			var a = this.scale(this.y[0]), b = this.scale(this.y[1]);
			return BOTTOM - (this.scale(v) - a) / (b - a) * (BOTTOM - TOP);
		},
		zoomed: function () { return this.log || this.x[0] !== this.whole[0] || this.x[1] !== this.whole[1]; },
		visible: function () { /* indices of builds in view, from and to */
			return [Math.max(0, Math.ceil(this.x[0] - this.first)), Math.min(this.v.length - 1, Math.floor(this.x[1] - this.first))];
		},
		y_range: function () {
			var r = this.visible(), lo = Infinity, hi = -Infinity, pad;
			for (var i = r[0]; i <= r[1]; i++) {
				if (this.v[i] === null) continue;
				lo = Math.min(lo, this.lo[i] === null ? this.v[i] : this.lo[i]);
				hi = Math.max(hi, this.hi[i] === null ? this.v[i] : this.hi[i]);
			}
			if (lo > hi) return this.y_whole.slice();
			pad = Math.max((hi - lo) * .1, Math.abs(hi) * .005) || 1;
			if (this.log) return [Math.max(lo - pad, lo * .9), hi + pad];
			return [lo - pad, hi + pad];
		},
		draw: function () {
			empty(this.live);
			this.y = this.zoomed() ? this.y_range() : this.y_whole.slice();
			if (this.zoomed()) this.draw_view();
			this.cursor = svg("g", { visibility: "hidden" }, [svg("line", { "class": "cursor", y1: TOP, y2: BOTTOM }), svg("circle", { "class": "at", r: 5 })]);
			this.select = svg("rect", { "class": "select", y: TOP, height: BOTTOM - TOP, visibility: "hidden" });
			this.live.appendChild(this.select);
			this.live.appendChild(this.cursor);
			this.show_cursor();
		},
		draw_view: function () {
			var id = "clip-" + (Chart.count = (Chart.count || 0) + 1), inside = svg("g", { "clip-path": "url(#" + id + ")" });
			this.live.appendChild(svg("clipPath", { id: id }, svg("rect", { x: LEFT, y: TOP, width: RIGHT - LEFT, height: BOTTOM - TOP })));
			this.live.appendChild(svg("rect", { "class": "ground", width: WIDTH, height: HEIGHT }));
			this.draw_axes();
			this.draw_series(inside);
			this.draw_marks(inside);
			this.live.appendChild(inside);
		},
		draw_axes: function () {
			var self = this, d = this.figure.dataset, r = this.visible(), step = Math.max(1, Math.ceil((r[1] - r[0] + 1) / 7));
			ticks(this.y[0], this.y[1]).forEach(function (v) {
				var y = self.py(v);
				self.live.appendChild(svg("line", { "class": "grid-line", x1: LEFT, x2: RIGHT, y1: y, y2: y }));
				self.live.appendChild(svg("text", { "class": "end", x: LEFT - 8, y: y + 5 }, num(v)));
			});
			if (this.base > 0) ticks(100 * (this.y[0] / this.base - 1), 100 * (this.y[1] / this.base - 1)).forEach(function (p) {
				self.live.appendChild(svg("text", { x: RIGHT + 8, y: self.py(self.base * (1 + p / 100)) + 5 }, (p < 0 ? "\u2212" : "+") + num(Math.abs(p)) + "\u00a0%"));
			});
			for (var i = r[1]; i >= r[0] && i >= 0; i -= step)
				this.live.appendChild(svg("text", { "class": "middle", x: this.px(this.first + i), y: BOTTOM + 22 }, shorten(this.build(i)[0], 14)));
			this.live.appendChild(svg("line", { "class": "axis", x1: LEFT, x2: RIGHT, y1: BOTTOM, y2: BOTTOM }));
			this.live.appendChild(svg("text", { "class": "name", x: 10, y: 20 }, this.build(r[0])[0] + " to " + this.build(r[1])[0]));
			this.live.appendChild(svg("text", { x: 10, y: 40 }, d.label + (this.log ? ", logarithmic" : "")));
		},
		draw_series: function (inside) {
			var r = this.visible(), self = this, piece = [], few = r[1] - r[0] < 80;
			function flush() {
				if (piece.length) {
					var up = piece.map(function (p) { return p[0] + "," + p[2]; }), down = piece.map(function (p) { return p[0] + "," + p[3]; }).reverse();
					inside.appendChild(svg("polygon", { "class": "band", points: up.concat(down).join(" ") }));
					inside.appendChild(svg("polyline", { "class": "line", points: piece.map(function (p) { return p[0] + "," + p[1]; }).join(" ") }));
					if (few) piece.forEach(function (p) { inside.appendChild(svg("circle", { "class": "dot", cx: p[0], cy: p[1], r: 2.5 })); });
				}
				piece = [];
			}
			for (var i = Math.max(0, r[0] - 1); i <= Math.min(this.v.length - 1, r[1] + 1); i++) {
				var x = self.px(self.first + i), v = self.v[i];
				if (v === null) {
					flush();
					if (self.failed[i]) inside.appendChild(svg("path", { "class": "cross", d: "M" + (x - 4) + "," + (BOTTOM - 12) + "l8,8m0,-8l-8,8" }));
					continue;
				}
				piece.push([x, self.py(v), self.py(self.lo[i] === null ? v : self.lo[i]), self.py(self.hi[i] === null ? v : self.hi[i])]);
			}
			flush();
		},
		draw_marks: function (inside) {
			var self = this;
			if (this.base > 0) inside.appendChild(svg("line", { "class": "base", x1: LEFT, x2: RIGHT, y1: this.py(this.base), y2: this.py(this.base) }));
			this.occasions.forEach(function (o) {
				var x = self.px(o[0]), right = x > (LEFT + RIGHT) / 2;
				inside.appendChild(svg("line", { "class": "occasion", x1: x, x2: x, y1: TOP, y2: BOTTOM }));
				inside.appendChild(svg("text", { "class": right ? "end" : null, x: x + (right ? -5 : 5), y: BOTTOM - 8 - 17 * o[2] }, o[1]));
			});
			this.marks.forEach(function (m, i) {
				var x = self.px(m[0] - .5), before = i ? self.px(self.marks[i - 1][0] - .5) : LEFT, after = i + 1 < self.marks.length ? self.px(self.marks[i + 1][0] - .5) : RIGHT;
				var hue = (m[2] > m[1]) === (self.better === "lower") ? "worse" : "better", right = x > (LEFT + RIGHT) / 2;
				if (!i) inside.appendChild(svg("line", { "class": "level", x1: before, x2: x, y1: self.py(m[1]), y2: self.py(m[1]) }));
				inside.appendChild(svg("line", { "class": "level", x1: x, x2: after, y1: self.py(m[2]), y2: self.py(m[2]) }));
				inside.appendChild(svg("line", { "class": hue, x1: x, x2: x, y1: TOP, y2: BOTTOM }));
				inside.appendChild(svg("text", { "class": hue + (right ? " end" : ""), x: x + (right ? -6 : 6), y: TOP + 14 }, change(m[2] / m[1])));
			});
		},
		build: function (i) { return (this.line && this.line.builds[this.first + i]) || ["", "", "", ""]; },

		controls: function () {
			var self = this, box = el("div", { "class": "controls" });
			function button(text, act, pressed) {
				var b = el("button", { type: "button", "aria-pressed": pressed ? "false" : null }, text);
				b.addEventListener("click", function () { act(b); });
				box.appendChild(b);
				return b;
			}
			this.slider = el("input", { type: "range", min: 0, max: this.v.length - 1, step: 1, "aria-label": "Build" });
			this.slider.value = this.at;
			this.slider.addEventListener("input", function () { self.go(Number(self.slider.value), true); });
			box.appendChild(this.slider);
			button("Zoom in", function () { self.zoom(.5); });
			button("Zoom out", function () { self.zoom(2); });
			button("Last 20", function () { self.range(self.whole[1] - 20, self.whole[1]); });
			button("All", function () { self.range(self.whole[0], self.whole[1]); });
			if (Math.min.apply(null, this.v.filter(function (v) { return v !== null; })) > 0)
				button("Log", function (b) { self.log = !self.log; b.setAttribute("aria-pressed", self.log); self.draw(); }, true);
			this.readout = el("p", { "class": "readout" });
			this.plot.parentNode.insertBefore(box, this.plot.nextSibling);
			box.parentNode.insertBefore(this.readout, box.nextSibling);
		},
		range: function (from, to) {
			var span = Math.max(to - from, 2), width = this.whole[1] - this.whole[0];
			if (span >= width) { from = this.whole[0]; to = this.whole[1]; }
			else {
				from = Math.min(Math.max(from, this.whole[0]), this.whole[1] - span);
				to = from + span;
			}
			this.x = [from, to];
			this.draw();
		},
		zoom: function (factor) {
			var c = this.first + this.at, half = (this.x[1] - this.x[0]) * factor / 2;
			this.range(c - half, c + half);
		},
		/* To a build; by the keyboard, a build out of view is brought into it. */
		go: function (i, follow) {
			this.at = Math.max(0, Math.min(this.v.length - 1, i));
			if (follow && (this.first + this.at < this.x[0] || this.first + this.at > this.x[1])) {
				var half = (this.x[1] - this.x[0]) / 2;
				this.range(this.first + this.at - half, this.first + this.at + half);
			}
			this.slider.value = this.at;
			this.pointed = true;
			this.show_cursor();
			this.read(true);
		},
		show_cursor: function () {
			var v = this.v[this.at], x = this.px(this.first + this.at), dot = this.cursor.lastChild;
			this.cursor.setAttribute("visibility", this.pointed && x >= LEFT - 1 && x <= RIGHT + 1 ? "visible" : "hidden");
			this.cursor.firstChild.setAttribute("x1", x);
			this.cursor.firstChild.setAttribute("x2", x);
			dot.setAttribute("cx", x);
			dot.setAttribute("cy", v === null ? BOTTOM - 8 : Math.max(TOP, Math.min(BOTTOM, this.py(v))));
		},
		/* What the build at the cursor is, as text with links. */
		read: function () {
			var i = this.at, b = this.build(i), v = this.v[i], text, out = this.readout;
			empty(out);
			if (v === null) text = this.failed[i] ? "failed" : "not measured";
			else {
				text = with_unit(v, this.unit);
				if (this.lo[i] !== null && this.hi[i] !== null) text += " (" + num(this.lo[i]) + "\u2013" + num(this.hi[i]) + ")";
				if (this.base > 0) text += ", " + change(v / this.base) + " against the baseline";
			}
			fill(out, {}, [el("strong", {}, b[0]), " ", el("span", { "class": "when" }, b[1] + "\u00a0UTC"), el("br"), el("span", { "class": "value" }, text)]);
			this.slider.setAttribute("aria-valuetext", b[0] + ", " + b[1] + ": " + text);
			if (b[2]) fill(out, {}, [" \u00b7 ", el("a", { href: "../r/" + b[2] + ".html" }, "build and environment")]);
			if (b[3] && /^https?:\/\//.test(b[3])) fill(out, {}, [" \u00b7 ", el("a", { href: b[3], rel: "nofollow" }, "commit")]);
			var before = this.build(i - 1);
			if (b[2] && before[2]) fill(out, {}, [" \u00b7 ", el("a", { href: "../compare.html#base=" + before[2] + "&head=" + b[2] }, "compare with the build before")]);
		},

		events: function () {
			var self = this, start = null, node = this.live;
			function x_of(e) {
				var box = node.getBoundingClientRect();
				return (e.clientX - box.left) / box.width * WIDTH;
			}
			function nearest(px) { return Math.round(self.place(px) - self.first); }
			node.addEventListener("pointermove", function (e) {
				var x = x_of(e);
				if (start !== null) {
					self.select.setAttribute("visibility", "visible");
					self.select.setAttribute("x", Math.min(start, x));
					self.select.setAttribute("width", Math.abs(x - start));
				} else if (!self.pinned) self.go(nearest(x), false);
			});
			node.addEventListener("pointerdown", function (e) {
				if (e.button !== 0 || e.pointerType === "touch") return;
				start = x_of(e);
				node.setPointerCapture(e.pointerId);
			});
			node.addEventListener("pointerup", function (e) {
				var x = x_of(e), from = start;
				start = null;
				if (from !== null && Math.abs(x - from) > 8) {
					self.range(self.place(Math.min(from, x)), self.place(Math.max(from, x)));
					return;
				}
				/* A click holds the build, so that its links can be reached; another lets it go. */
				self.pinned = !self.pinned;
				self.go(nearest(x), false);
			});
			node.addEventListener("pointercancel", function () { start = null; self.select.setAttribute("visibility", "hidden"); });
			node.addEventListener("dblclick", function () { self.range(self.whole[0], self.whole[1]); });
			this.slider.addEventListener("keydown", function (e) {
				if (e.key === "+" || e.key === "=") self.zoom(.5);
				else if (e.key === "-") self.zoom(2);
				else if (e.key === "0" || e.key === "Escape") self.range(self.whole[0], self.whole[1]);
				else return;
				e.preventDefault();
			});
		}
	};
	function shorten(text, n) { return text.length > n ? text.slice(0, n - 1) + "\u2026" : text; }
	function ticks(lo, hi) {
		var raw = (hi - lo) / 6, unit = Math.pow(10, Math.floor(Math.log10(raw))), out = [];
		var step = unit * [1, 2, 5, 10].find(function (m) { return m * unit >= raw; });
		for (var i = Math.ceil(lo / step); i * step <= hi; i++) out.push(Number((i * step).toPrecision(12)));
		return out;
	}

	/* ---- comparison of any two builds ---- */
	function compare() {
		var root = $("#compare");
		if (!root) return;
		var margin = Number(root.dataset.margin), higher = root.dataset.higher.split(" "), state = read_state();
		var base = el("select", { id: "base" }), head = el("select", { id: "head" }), result = el("div", { id: "result" });
		Object.keys(lines).forEach(function (id) {
			var line = lines[id], label = [line.track, line.host, line.suite].filter(Boolean).join(", ");
			[base, head].forEach(function (s) {
				s.appendChild(el("optgroup", { label: label }, line.builds.map(function (b) { return el("option", { value: b[2] }, b[0] + "  " + b[1]); }).reverse()));
			});
		});
		function preset() {
			var first = lines[Object.keys(lines)[0]], n = first ? first.builds.length : 0;
			head.value = state.head || (n ? first.builds[n - 1][2] : "");
			base.value = state.base || (n > 1 ? first.builds[n - 2][2] : "");
		}
		var swap = el("button", { type: "button" }, "Swap");
		swap.addEventListener("click", function () { var b = base.value; base.value = head.value; head.value = b; load(); });
		root.appendChild(el("form", {}, [el("label", {}, ["Base", base]), el("label", {}, ["Head", head]), swap]));
		root.appendChild(result);
		root.addEventListener("submit", function (e) { e.preventDefault(); });
		base.addEventListener("change", load);
		head.addEventListener("change", load);
		window.addEventListener("hashchange", function () { state = read_state(); preset(); load(); });
		function load() {
			write_state({ base: base.value, head: head.value });
			var pair = [base.value, head.value], left = 2;
			pair.forEach(function (page) {
				need_run(page, function () { if (--left === 0 && pair[0] === base.value && pair[1] === head.value) table(pair); });
			});
		}
		function table(pair) {
			var rows = join(runs[pair[0]], runs[pair[1]]), gone = 0, loose = 0, worse = 0, better = 0, limit = axis(rows, margin);
			rows.forEach(function (r) { worse += r.side === "worse"; better += r.side === "better"; gone += r.b === null; loose += r.side === "loose"; });
			empty(result);
			var warning = line_of_run(pair[0]).host !== line_of_run(pair[1]).host ? " The two ran on different host classes: that alone can be the difference." : "";
			result.appendChild(el("p", { "class": "headline", role: "status" }, [el("strong", { "class": worse ? "alarm" : loose ? null : "calm" }, worse + " worse"), ", " + better + " better beyond \u00b1" + margin + "\u00a0%",
				loose ? el("strong", { "class": "alarm" }, ", " + loose + " more worse by value, without an interval") : "",
				gone ? el("strong", { "class": "alarm" }, ", " + gone + " failed or missing in the head") : "", ", of " + rows.length + " series." + warning]));
			result.appendChild(el("p", { "class": "sub" }, "An interval is combined from the two builds\u2019 own, and holds for those two runs only. It orders what to look at; whether a change is real, the detector says."));
			result.appendChild(el("div", { "class": "scroll", tabindex: 0, role: "region", "aria-label": "All series" }, el("table", { "class": "list compared" }, [
				el("thead", {}, el("tr", {}, ["Test", "Metric", "Base", "Head", "Change", "Interval", "\u2190 less, more \u2192"].map(function (t, i) {
					return el("th", { scope: "col", "class": COLUMN_CLASS[i] }, t);
				}))),
				el("tbody", {}, rows.map(function (r) { return row(r, limit, margin); }))
			])));
		}
		/* One row a series, of one build or both: what is worse, what the head lacks, the rest, what the base lacks. A row
		 * without a metric is a test that failed: it stands for all of its series. */
		function join(a, b) {
			var seen = {}, failed = [{}, {}], out = [];
			function key(x, n) { return "k" + x.slice(0, n).join("\n"); }
			function values(rows, side) {
				return (rows || []).filter(function (x) { if (x[3] === "") failed[side][key(x, 3)] = x; return x[3] !== ""; });
			}
			function place(r) { return r.side === "worse" || r.side === "loose" ? 0 : r.b === null ? 1 : r.r === null ? 3 : 2; }
			a = values(a, 0);
			b = values(b, 1);
			function push(x, y) {
				var r = ratio(x, y, margin, higher);
				r.without = failed[y ? 0 : 1][key(r.key, 3)] ? "failed" : "missing";
				out.push(r);
			}
			a.forEach(function (x) { seen[key(x, 4)] = x; });
			b.forEach(function (y) {
				push(seen[key(y, 4)], y);
				delete seen[key(y, 4)];
			});
			Object.keys(seen).forEach(function (k) { push(seen[k], null); });
			Object.keys(failed[1]).forEach(function (k) {
				if (failed[0][k]) out.push({ key: failed[1][k], a: null, b: null, r: null, bad: 0, without: "failed", side: "" });
			});
			return out.sort(function (p, q) { return place(p) - place(q) || q.bad - p.bad; });
		}
		preset();
		if (base.value && head.value) load();
	}
	function ratio(x, y, margin, higher) {
		var out = { key: y || x, a: x ? x[4] : null, b: y ? y[4] : null, r: null, lo: null, hi: null, bad: 0, side: "" }, w, more;
		if (!x || !y || !(x[4] > 0) || !(y[4] > 0)) return out;
		more = higher.indexOf(y[3]) >= 0 ? "better" : "worse";
		out.r = y[4] / x[4];
		out.bad = more === "worse" ? Math.log(out.r) : -Math.log(out.r);
		if (x[5] > 0 && x[6] > 0 && y[5] > 0 && y[6] > 0) {
			w = Math.hypot(Math.log(x[6] / x[5]) / 2, Math.log(y[6] / y[5]) / 2);
			out.lo = out.r * Math.exp(-w);
			out.hi = out.r * Math.exp(w);
			out.side = out.lo > 1 + margin / 100 ? more : out.hi < 1 / (1 + margin / 100) ? (more === "worse" ? "better" : "worse") : "";
		} else if (out.bad > Math.log(1 + margin / 100)) out.side = "loose";
		return out;
	}
	/* The axis of the small pictures: symmetric, in logarithms, at least three margins, at most a factor of two. */
	function axis(rows, margin) {
		var most = Math.log(1 + 3 * (margin || 1) / 100);
		rows.forEach(function (r) { if (r.r !== null) most = Math.max(most, Math.abs(Math.log(r.hi || r.r)), Math.abs(Math.log(r.lo || r.r))); });
		return Math.min(most * 1.05, Math.log(2));
	}
	var COLUMN_CLASS = [null, "wide", "n wide", "n wide", "n shown", "wide", null];
	function row(r, limit, margin) {
		var k = r.key, unit = unit_of(k[3]);
		function x(ratio) { return 100 + Math.max(-1, Math.min(1, Math.log(ratio) / limit)) * 98; }
		var test = el("a", { href: "t/" + k[0] + ".html" });
		k[1].split("/").forEach(function (part, i) { fill(test, {}, i ? ["/", el("wbr"), part] : part); });
		var cells = [el("th", { scope: "row" }, [test, entry_name(k[1], k[2]) ? el("span", { "class": "e" }, " " + k[2]) : "", el("span", { "class": "e narrow" }, " " + metric_name(k[3]))])].concat([metric_name(k[3]),
			r.a === null ? r.without : with_unit(r.a, unit), r.b === null ? r.without : with_unit(r.b, unit),
			r.b === null ? r.without : r.a === null ? (r.without === "failed" ? "failed before" : "new") : r.r === null ? "" : change(r.r), r.r === null || r.lo === null ? "" : change(r.lo) + " to " + change(r.hi), ""].map(function (text, i) {
			return el("td", { "class": COLUMN_CLASS[i + 1] }, text);
		}));
		if (r.r !== null)
			cells[6].appendChild(svg("svg", { "class": "forest", viewBox: "0 0 200 24", preserveAspectRatio: "none", "aria-hidden": "true" }, [
				svg("rect", { "class": "margin", x: x(1 / (1 + margin / 100)), width: x(1 + margin / 100) - x(1 / (1 + margin / 100)), y: 0, height: 24 }),
				svg("line", { "class": "zero", x1: 100, x2: 100, y1: 0, y2: 24 }), svg("line", { "class": "bar", x1: x(r.lo || r.r), x2: x(r.hi || r.r), y1: 12, y2: 12 }),
				svg("ellipse", { "class": "dot", cx: x(r.r), cy: 12, rx: 2, ry: 5 })]));
		return el("tr", { "class": r.side || (r.b === null ? "gone" : null) }, cells);
	}
	function line_of_run(page) {
		var found = {};
		Object.keys(lines).forEach(function (id) { lines[id].builds.forEach(function (b) { if (b[2] === page) found = lines[id]; }); });
		return found;
	}
	/* Loads a run's values: a script, because a page from file:// may read nothing else. */
	function need_run(page, then) {
		if (runs[page]) return then();
		if (!/^[a-z0-9.-]+$/.test(page)) return;
		(waiting[page] = waiting[page] || []).push(then);
		if (waiting[page].length > 1) return;
		var s = el("script", { src: "r/" + page + ".js" });
		s.onerror = function () { site.run(page, []); };
		document.head.appendChild(s);
	}

	document.addEventListener("DOMContentLoaded", function () {
		overview();
		all("figure.chart").forEach(function (f) { new Chart(f); });
		compare();
	});
	return {
		line: function (id, data) { lines[id] = data; },
		run: function (page, rows) {
			runs[page] = rows;
			(waiting[page] || []).forEach(function (f) { f(); });
			delete waiting[page];
		}
	};
})();
