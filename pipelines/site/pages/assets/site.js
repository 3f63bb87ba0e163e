/* SPDX-License-Identifier: MIT */
/*
 * What the pages do beyond being read: sort and filter the overview, read values off a chart and zoom into it,
 * show a build's results, compare any two builds. Without it every page still shows its tables and pictures.
 *
 * One plain script, so that it runs from file:// too: data come in scripts that call site.line() and
 * site.run(). Text from data becomes text nodes only. Styles are classes, because the policy allows no others.
 */
const site = (() => {
	"use strict";
	const lines = {}, runs = {}, waiting = {};
	const SITE = document.currentScript.getAttribute("src").replace(/site\.js$/, ""); /* from the page to the site's top */

	/* ---- small helpers ---- */
	const $ = (selector, root = document) => root.querySelector(selector);
	const all = (selector, root = document) => [...root.querySelectorAll(selector)];
	function fill(node, attributes, children) {
		for (const [name, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(name, value);
		node.append(...[].concat(children));
		return node;
	}
	const el = (name, attributes = {}, children = []) => fill(document.createElement(name), attributes, children);
	const svg = (name, attributes, children = []) =>
		fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
	const button = (text, act, attributes = {}) => {
		const b = el("button", { type: "button", ...attributes }, text);
		b.addEventListener("click", () => act(b));
		return b;
	};
	/* Other numbers come as text. decimals() is lib/decimals.awk. */
	const signed = (p, size) => (p < 0 ? "\u2212" : "+") + size + "\u00a0%";
	function change(ratio) {
		const p = (ratio - 1) * 100, rounded = Math.abs(p) < .005 ? 0 : p;
		return signed(rounded, Math.abs(rounded).toFixed(decimals(Math.abs(rounded))));
	}

	/* ---- state in the address, so that a view can be sent to somebody ---- */
	const read_state = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
	function write_state(state) {
		const text = new URLSearchParams(Object.entries(state).filter(([, value]) => value)).toString();
		history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
	}

	/* ---- overview ---- */
	const CHOICES = ["group", "track", "host", "runtime"], FILTERS = ["text", "by", ...CHOICES];
	function overview() {
		const table = $("#series"), form = $("#filters");
		if (!table || !form) return;
		const rows = overview_rows(table), verdicts = all("input[name=verdict]", form);
		const field = (name) => $("#f-" + name);
		for (const key of CHOICES) {
			const names = [...new Set(rows.map((r) => r[key]).filter(Boolean))].sort();
			field(key).append(...names.map((n) => el("option", { value: n }, n)));
			if (names.length < 2) field(key).parentNode.hidden = true;
		}
		let sort = { column: -1, descending: false };
		make_sortable(table, (column, descending) => { sort = { column, descending }; apply(); });

		function restore() {
			const s = read_state(), hidden = (s.hide || "").split(",");
			for (const k of FILTERS) if (s[k]) field(k).value = s[k];
			for (const v of verdicts) if (hidden.includes(v.value)) v.checked = false;
		}
		function apply() {
			const f = Object.fromEntries(FILTERS.map((k) => [k, field(k).value]));
			const hidden = verdicts.filter((v) => !v.checked).map((v) => v.value);
			const words = f.text.toLowerCase().split(/\s+/).filter(Boolean);
			const shown = rows.filter((r) => !hidden.includes(r.verdict) && words.every((w) => r.text.includes(w)) &&
				CHOICES.every((k) => !f[k] || r[k] === f[k]));
			show(table, in_order(shown, sort), f.by);
			$("#shown").textContent = shown.length + " of " + rows.length;
			$("#none").hidden = shown.length > 0;
			write_state({ ...f, hide: hidden.join(",") });
		}
		form.hidden = false;
		form.addEventListener("input", apply);
		form.addEventListener("submit", (e) => e.preventDefault());
		form.addEventListener("reset", () => setTimeout(apply));
		/* Links to groups lead into this page. */
		window.addEventListener("hashchange", () => {
			form.reset();
			sort = { column: -1, descending: false };
			restore();
			apply();
			table.scrollIntoView();
		});
		restore();
		apply();
	}
	function overview_rows(table) {
		const line_of = {};
		for (const tr of all("#lines tbody tr"))
			line_of[tr.dataset.line] = { track: tr.cells[0].textContent, host: tr.cells[1].textContent, runtime: tr.dataset.runtime };
		return all("tbody tr", table).map((tr, order) => {
			const line = line_of[tr.dataset.l], words = [tr.cells[1].textContent, line.track, line.host, tr.cells[4].textContent];
			return { tr, order, verdict: tr.className, group: tr.dataset.g, ...line, text: words.join(" ").toLowerCase() };
		});
	}
	function show(table, shown, by) {
		const body = el("tbody"), groups = new Map();
		for (const r of shown) groups.set(r[by], [...(groups.get(r[by]) || []), r.tr]);
		for (const [name, trs] of groups) {
			const title = el("th", { colspan: 9, scope: "rowgroup" }, name + " (" + trs.length + ")");
			body.append(...(by ? [el("tr", { "class": "group" }, title)] : []), ...trs);
		}
		table.tBodies[0].replaceWith(body);
	}
	/* What a row sorts by: of the first column, its place; else the cell's data-s, or its text. A number that is not
	 * there comes last. */
	function sort_key(r, column) {
		if (column <= 0) return r.order;
		const cell = r.tr.cells[column], text = cell.dataset.s ?? (cell.className === "n" ? "" : cell.textContent.trim());
		return text !== "" && !isNaN(text) ? Number(text) : text;
	}
	function in_order(rows, sort) {
		const sign = sort.descending ? -1 : 1;
		const keyed = rows.map((r) => ({ r, k: sort_key(r, sort.column) }));
		keyed.sort((a, b) => (a.k === "") - (b.k === "") || (a.k < b.k ? -sign : a.k > b.k ? sign : a.r.order - b.r.order));
		return keyed.map((x) => x.r);
	}
	function make_sortable(table, changed) {
		const headers = all("thead th", table).slice(0, 8); /* not the sparklines */
		headers.forEach((th, i) => {
			th.replaceChildren(button(th.textContent, () => {
				const now = th.getAttribute("aria-sort"), descending = now ? now === "ascending" : th.className === "n";
				for (const other of headers) other.removeAttribute("aria-sort");
				th.setAttribute("aria-sort", descending ? "descending" : "ascending");
				changed(i, descending);
			}));
		});
	}

	/* ---- a chart: read values off it, zoom, logarithms ---- */
	/* The picture is gnuplot's, and its plotting area a fixed part of it (lib/history.gp). A view other than the
	 * whole is drawn here, from the same numbers. */
	const WIDTH = 720, HEIGHT = 320, LEFT = .09 * WIDTH, RIGHT = .9 * WIDTH, TOP = .16 * HEIGHT, BOTTOM = .9 * HEIGHT;
	const NOTHING = ["", "", "", ""]; /* a build: label, time, page, commit */
	const number = (text) => (isNaN(text) ? null : Number(text));
	function median(list) {
		const sorted = list.slice().sort((a, b) => a - b), half = sorted.length >> 1;
		return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
	}
	const shorten = (text, n) => (text.length > n ? text.slice(0, n - 1) + "\u2026" : text);
	function ticks(lo, hi) {
		const raw = (hi - lo) / 6, unit = Math.pow(10, Math.floor(Math.log10(raw))), out = [];
		const step = unit * [1, 2, 5, 10].find((m) => m * unit >= raw);
		for (let i = Math.ceil(lo / step); i * step <= hi; i++) out.push(Number((i * step).toPrecision(12)));
		return out;
	}

	class Chart {
		constructor(figure) {
			const d = figure.dataset;
			this.data = d;
			this.line = lines[d.line];
			this.first = Number(d.first);
			this.base = Number(d.base);
			this.text = { v: d.v.split(" "), lo: d.lo.split(" "), hi: d.hi.split(" ") };
			this.v = this.text.v.map(number);
			this.lo = this.text.lo.map((t, i) => number(t) ?? this.v[i]);
			this.hi = this.text.hi.map((t, i) => number(t) ?? this.v[i]);
			this.changes = d.changes ? d.changes.split(";").map((c) => c.split(",")) : [];
			this.occasions = all(".events li", figure.parentNode).map((li) => li.dataset);
			this.whole = d.x.split(" ").map(Number);
			this.y_whole = d.y.split(" ").map(Number);
			this.x = this.whole.slice();
			this.log = false;
			this.over = null; /* another chart, whose series is laid over this one */
			this.at = this.v.length - 1;
			while (this.at > 0 && this.v[this.at] === null) this.at--;
			this.plot = $(".plot", figure);
			this.name = [...$("h2", figure.parentNode).childNodes].filter((n) => n.className === undefined || !/^v /.test(n.className + " "))
				.map((n) => n.textContent).join("").replace(/\s+/g, " ").trim();
			this.live = svg("svg", { "class": "live", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
			this.plot.append(this.live);
			this.controls();
			this.events();
			this.draw();
			this.read();
			window.addEventListener("resize", () => this.fit());
			$("img", this.plot).addEventListener("load", () => this.fit());
			this.fit();
			this.plot.scrollLeft = this.plot.scrollWidth; /* where the picture is wider than the page, the newest is what matters */
		}
		/* The overlay covers the picture, also where that is wider than the page and scrolls. */
		fit() {
			this.live.setAttribute("width", $("img", this.plot).clientWidth);
			this.live.setAttribute("height", $("img", this.plot).clientHeight);
		}
		px(place) { return LEFT + (place - this.x[0]) / (this.x[1] - this.x[0]) * (RIGHT - LEFT); }
		place(px) { return this.x[0] + (px - LEFT) / (RIGHT - LEFT) * (this.x[1] - this.x[0]); }
		py(v) {
			const [a, b, c] = [this.y[0], this.y[1], v].map((y) => (this.log ? Math.log(y) : y));
			return BOTTOM - (c - a) / (b - a) * (BOTTOM - TOP);
		}
		zoomed() { return this.log || this.over !== null || this.x[0] !== this.whole[0] || this.x[1] !== this.whole[1]; }
		visible() { /* indices of builds in view, from and to */
			return [Math.max(0, Math.ceil(this.x[0] - this.first)), Math.min(this.v.length - 1, Math.floor(this.x[1] - this.first))];
		}
		y_range() {
			const [from, to] = this.visible(), there = this.v.map((v, i) => i).filter((i) => i >= from && i <= to && this.v[i] !== null);
			if (!there.length) return this.y_whole;
			const lo = Math.min(...there.map((i) => this.lo[i])), hi = Math.max(...there.map((i) => this.hi[i]));
			const pad = Math.max((hi - lo) * .1, Math.abs(hi) * .005) || 1;
			return [this.log ? Math.max(lo - pad, lo * .9) : lo - pad, hi + pad];
		}
		build(i) { return (this.line && this.line.builds[this.first + i]) || NOTHING; }

		draw() {
			this.y = this.zoomed() ? this.y_range() : this.y_whole;
			this.live.replaceChildren();
			if (this.zoomed()) this.draw_view();
			this.cursor_line = svg("line", { "class": "cursor", y1: TOP, y2: BOTTOM });
			this.cursor_dot = svg("circle", { "class": "at", r: 5 });
			this.cursor = svg("g", { visibility: "hidden" }, [this.cursor_line, this.cursor_dot]);
			this.select = svg("rect", { "class": "select", y: TOP, height: BOTTOM - TOP, visibility: "hidden" });
			this.live.append(this.select, this.cursor);
			this.show_cursor();
		}
		draw_view() {
			const id = "clip-" + (Chart.count = (Chart.count || 0) + 1);
			this.live.append(
				svg("clipPath", { id }, svg("rect", { x: LEFT, y: TOP, width: RIGHT - LEFT, height: BOTTOM - TOP })),
				svg("rect", { "class": "ground", width: WIDTH, height: HEIGHT }));
			this.draw_axes();
			this.inside = svg("g", { "clip-path": `url(#${id})` });
			this.draw_series();
			if (this.over) this.draw_over();
			this.draw_occasions();
			this.draw_changes();
			this.live.append(this.inside);
		}
		draw_line(name, x1, x2, y1, y2, parent = this.inside) { parent.append(svg("line", { "class": name, x1, x2, y1, y2 })); }
		draw_text(name, x, y, text, parent = this.inside) { parent.append(svg("text", { "class": name, x, y }, text)); }
		draw_axes() {
			const [from, to] = this.visible(), step = Math.max(1, Math.ceil((to - from + 1) / 7)), [lo, hi] = this.y;
			for (const v of ticks(lo, hi)) {
				this.draw_line("grid-line", LEFT, RIGHT, this.py(v), this.py(v), this.live);
				this.draw_text("end", LEFT - 8, this.py(v) + 5, String(v), this.live);
			}
			for (const p of this.base > 0 ? ticks(100 * (lo / this.base - 1), 100 * (hi / this.base - 1)) : [])
				this.draw_text(null, RIGHT + 8, this.py(this.base * (1 + p / 100)) + 5, signed(p, Math.abs(p)), this.live);
			for (let i = to; i >= from && i >= 0; i -= step)
				this.draw_text("middle", this.px(this.first + i), BOTTOM + 22, shorten(this.build(i)[0], 14), this.live);
			this.draw_line("axis", LEFT, RIGHT, BOTTOM, BOTTOM, this.live);
			this.draw_text("name", 10, 20, this.build(from)[0] + " to " + this.build(to)[0], this.live);
			this.draw_text(null, 10, 40, this.data.label + (this.log ? ", logarithmic" : ""), this.live);
		}
		draw_series() {
			const [from, to] = this.visible();
			let piece = [];
			for (let i = Math.max(0, from - 1); i <= Math.min(this.v.length - 1, to + 1); i++) {
				const x = this.px(this.first + i);
				if (this.v[i] !== null) {
					piece.push({ x, y: this.py(this.v[i]), lo: this.py(this.lo[i]), hi: this.py(this.hi[i]) });
					continue;
				}
				this.draw_piece(piece, to - from < 80);
				piece = [];
				if (this.text.v[i] === "x") this.inside.append(svg("path", { "class": "cross", d: `M${x - 4},${BOTTOM - 12}l8,8m0,-8l-8,8` }));
			}
			this.draw_piece(piece, to - from < 80);
		}
		/* Builds that follow one another: a line, with the band of its intervals. */
		draw_piece(piece, dots) {
			const points = (list, key) => list.map((p) => p.x + "," + p[key]).join(" ");
			if (!piece.length) return;
			this.inside.append(svg("polyline", { "class": "line", points: points(piece, "y") }));
			if (dots) this.inside.append(...piece.map((p) => svg("circle", { "class": "dot", cx: p.x, cy: p.y, r: 2.5 })));
			this.inside.prepend(svg("polygon", { "class": "band", points: points(piece, "lo") + " " + points(piece.slice().reverse(), "hi") }));
		}
		/* The other's builds at their time between these, times what makes the medians in view equal. */
		draw_over() {
			const [from, to] = this.visible(), there = (v) => v !== null, { over } = this;
			const points = over.v.map((v, i) => ({ v, place: this.place_at(over.time(i)) }))
				.filter((p) => there(p.v) && p.place >= this.x[0] && p.place <= this.x[1]);
			const scale = median(this.v.slice(from, to + 1).filter(there)) / median(points.map((p) => p.v));
			if (points.length && isFinite(scale))
				this.inside.append(svg("polyline", { "class": "over", points: points.map((p) => this.px(p.place) + "," + this.py(p.v * scale)).join(" ") }));
			this.draw_text("end over-name", RIGHT, 40, points.length ? `dashed: ${shorten(over.name, 56)} \u00d7 ${scale.toPrecision(3)}`
				: `no build of ${shorten(over.name, 56)} in this time`, this.live);
		}
		time(i) { return Date.parse(this.build(i)[1].replace(" ", "T") + "Z"); }
		/* Where a time lies on the axis of builds. */
		place_at(time) {
			const last = this.v.length - 1;
			let i = 0;
			while (i < last && this.time(i + 1) <= time) i++;
			const begin = this.time(i), end = i < last ? this.time(i + 1) : begin;
			return time < this.time(0) || time > this.time(last) ? NaN : this.first + i + (end > begin ? (time - begin) / (end - begin) : 0);
		}
		draw_occasions() {
			if (this.base > 0) this.draw_line("base", LEFT, RIGHT, this.py(this.base), this.py(this.base));
			for (const o of this.occasions) {
				const x = this.px(Number(o.x)), left = x > (LEFT + RIGHT) / 2;
				this.draw_line("occasion", x, x, TOP, BOTTOM);
				this.draw_text(left ? "end" : null, x + (left ? -5 : 5), BOTTOM - 8 - 17 * o.row, o.label);
			}
		}
		draw_changes() {
			const at = this.changes.map((c) => this.px(c[0] - .5));
			this.changes.forEach(([, before, after, side, label], i) => {
				const x = at[i], hue = side < 0 ? "better" : "worse", left = x > (LEFT + RIGHT) / 2;
				if (i === 0) this.draw_line("level", LEFT, x, this.py(before), this.py(before));
				this.draw_line("level", x, at[i + 1] ?? RIGHT, this.py(after), this.py(after));
				this.draw_line(hue, x, x, TOP, BOTTOM);
				this.draw_text(hue + (left ? " end" : ""), x + (left ? -6 : 6), TOP + 14, label);
			});
		}

		controls() {
			this.slider = el("input", { type: "range", min: 0, max: this.v.length - 1, step: 1, "aria-label": "Build" });
			this.slider.value = this.at;
			this.slider.addEventListener("input", () => this.go(Number(this.slider.value), true));
			this.readout = el("p", { "class": "readout" });
			const buttons = [button("Zoom in", () => this.zoom(.5)), button("Zoom out", () => this.zoom(2)),
				button("Last 20", () => this.range(this.whole[1] - 20, this.whole[1])), button("All", () => this.range(...this.whole))];
			if (Math.min(...this.v.filter((v) => v !== null)) > 0) buttons.push(button("Log", (b) => {
				this.log = !this.log;
				b.setAttribute("aria-pressed", this.log);
				this.draw();
			}, { "aria-pressed": "false" }));
			this.panel = el("div", { "class": "controls" }, [this.slider, ...buttons, ...this.days()]);
			this.plot.after(this.panel, this.readout);
		}
		/* A range by days, of which each may be left open. */
		days() {
			const day = (name) => el("input", { type: "date", "aria-label": name }), from = day("From day"), to = day("To day");
			const choose = () => {
				const begin = Date.parse(from.value), end = Date.parse(to.value) + 864e5; /* the end of that day */
				const there = this.v.map((v, i) => i).filter((i) => !(this.time(i) < begin) && !(this.time(i) >= end));
				this.range(...(there.length && there.length < this.v.length ? [this.first + there[0] - .5, this.first + there[there.length - 1] + .5] : this.whole));
			};
			for (const input of [from, to]) input.addEventListener("change", choose);
			return [el("label", {}, ["From ", from]), el("label", {}, ["to ", to])];
		}
		/* To lay one of the page's other series over this one. */
		offer(charts) {
			const choice = el("select", { "aria-label": "Another series over this one" }, [el("option", { value: "" }, "Alone"),
				...charts.map((c, i) => el("option", { value: i }, "With " + c.name)).filter((o, i) => charts[i] !== this)]);
			choice.addEventListener("input", () => {
				this.over = charts[choice.value] || null;
				this.draw();
			});
			this.panel.append(choice);
		}
		range(from, to) {
			const span = Math.max(to - from, 2), [least, most] = this.whole;
			const start = Math.min(Math.max(from, least), most - span);
			this.x = span >= most - least ? this.whole.slice() : [start, start + span];
			this.draw();
		}
		zoom(factor) {
			const centre = this.first + this.at, half = (this.x[1] - this.x[0]) * factor / 2;
			this.range(centre - half, centre + half);
		}
		/* To a build; by the keyboard, a build out of view is brought into it. */
		go(i, follow) {
			this.at = Math.max(0, Math.min(this.v.length - 1, i));
			if (follow && (this.first + this.at < this.x[0] || this.first + this.at > this.x[1])) this.zoom(1);
			this.slider.value = this.at;
			this.pointed = true;
			this.show_cursor();
			this.read();
		}
		show_cursor() {
			const v = this.v[this.at], x = this.px(this.first + this.at), inside = x >= LEFT - 1 && x <= RIGHT + 1;
			this.cursor.setAttribute("visibility", this.pointed && inside ? "visible" : "hidden");
			fill(this.cursor_line, { x1: x, x2: x }, []);
			fill(this.cursor_dot, { cx: x, cy: v === null ? BOTTOM - 8 : Math.max(TOP, Math.min(BOTTOM, this.py(v))) }, []);
		}
		value_text(i) {
			const { v, lo, hi } = this.text, unit = this.data.unit;
			if (this.v[i] === null) return v[i] === "x" ? "failed" : "not measured";
			return v[i] + (unit ? "\u00a0" + unit : "") + (lo[i] !== "-" && hi[i] !== "-" ? ` (${lo[i]}\u2013${hi[i]})` : "") +
				(this.base > 0 ? `, ${change(this.v[i] / this.base)} against the ${this.data.against}` : "");
		}
		/* What the build at the cursor is, as text with links. */
		read() {
			const [label, time, page, commit] = this.build(this.at), before = this.build(this.at - 1)[2], text = this.value_text(this.at);
			const link = (href, words, rel = null) => this.readout.append(" \u00b7 ", el("a", { href, rel }, words));
			this.readout.replaceChildren(el("strong", {}, label), " ", el("span", { "class": "when" }, time + "\u00a0UTC"), el("br"),
				el("span", { "class": "value" }, text));
			this.slider.setAttribute("aria-valuetext", `${label}, ${time}: ${text}`);
			if (page) link(`../r/${page}.html`, "build and environment");
			if (/^https?:\/\//.test(commit)) link(commit, "commit", "nofollow");
			if (page && before) link(`../compare.html#base=${before}&head=${page}`, "compare with the build before");
		}

		events() {
			const on = (name, act, node = this.live) => node.addEventListener(name, act);
			let start = null;
			const x_of = (e) => {
				const box = this.live.getBoundingClientRect();
				return (e.clientX - box.left) / box.width * WIDTH;
			};
			const nearest = (px) => Math.round(this.place(px) - this.first);
			on("pointermove", (e) => {
				const x = x_of(e);
				if (start !== null) fill(this.select, { visibility: "visible", x: Math.min(start, x), width: Math.abs(x - start) }, []);
				else if (!this.pinned) this.go(nearest(x), false);
			});
			on("pointerdown", (e) => {
				if (e.button !== 0 || e.pointerType === "touch") return;
				start = x_of(e);
				this.live.setPointerCapture(e.pointerId);
			});
			on("pointerup", (e) => {
				const x = x_of(e), from = start;
				start = null;
				if (from !== null && Math.abs(x - from) > 8) {
					this.range(this.place(Math.min(from, x)), this.place(Math.max(from, x)));
					return;
				}
				/* A click holds the build, so that its links can be reached; another lets it go. */
				this.pinned = !this.pinned;
				this.go(nearest(x), false);
			});
			on("pointercancel", () => { start = null; this.select.setAttribute("visibility", "hidden"); });
			on("dblclick", () => this.range(...this.whole));
			on("keydown", (e) => {
				if (e.key === "+" || e.key === "=") this.zoom(.5);
				else if (e.key === "-") this.zoom(2);
				else if (e.key === "0" || e.key === "Escape") this.range(...this.whole);
				else return;
				e.preventDefault();
			}, this.slider);
		}
	}

	/* ---- comparison of any two builds: their numbers, and what the detector says ---- */
	function compare() {
		const root = $("#compare");
		if (!root) return;
		const result = el("div", { id: "result" }), [base, head] = ["base", "head"].map((id) => el("select", { id }, build_choices()));
		const swap = button("Swap", () => { [base.value, head.value] = [head.value, base.value]; load(); });
		root.append(el("form", {}, [el("label", {}, ["Base", base]), el("label", {}, ["Head", head]), swap]), result);
		root.addEventListener("submit", (e) => e.preventDefault());
		base.addEventListener("change", load);
		head.addEventListener("change", load);
		window.addEventListener("hashchange", () => { preset(); load(); });
		function preset() {
			const state = read_state(), first = Object.values(lines)[0], pages = first ? first.builds.map((b) => b[2]) : [];
			head.value = state.head || pages[pages.length - 1];
			base.value = state.base || pages[pages.length - 2];
		}
		function load() {
			const pair = [base.value, head.value];
			write_state({ base: pair[0], head: pair[1] });
			Promise.all(pair.map(need_run)).then(() => {
				if (pair[0] === base.value && pair[1] === head.value) show_comparison(result, pair, root.dataset);
			});
		}
		preset();
		if (base.value && head.value) load();
	}
	function build_choices() {
		return Object.values(lines).map((line) => {
			const label = [line.track, line.host, line.suite].filter(Boolean).join(", ");
			return el("optgroup", { label }, line.builds.map((b) => el("option", { value: b[2] }, b[0] + "  " + b[1])).reverse());
		});
	}
	/* Loads a run's values: a script, because a page from file:// may read nothing else. */
	function need_run(page) {
		if (runs[page]) return Promise.resolve();
		if (!/^[a-z0-9.-]+$/.test(page)) return Promise.reject(new Error("no such run"));
		return new Promise((then) => {
			(waiting[page] = waiting[page] || []).push(then);
			if (waiting[page].length > 1) return;
			const script = el("script", { src: `${SITE}r/${page}.js` });
			script.onerror = () => site.run(page, []);
			document.head.append(script);
		});
	}
	function show_comparison(result, pair, data) {
		const rows = series_of(pair, data.higher), [from, to] = pair.map((page) => line_of_run(page));
		const interval = (r) => (r.interval ? change(r.low) + " to " + change(r.high) : "");
		result.replaceChildren(
			headline(rows, "in the head",
				from.host === to.host ? "" : " The two ran on different host classes: that alone can be the difference."),
			el("p", { "class": "sub" }, "An interval is combined from the two builds\u2019 own, and holds for those two runs only. " +
				"Whether a change is real, the detector says, where its history has both builds."),
			series_table(rows, pair, ["Base", "Head", "Change", "Interval"], data.metrics, interval));
	}
	/* ---- a build: its results, beside those of the build before ---- */
	function results() {
		const root = $("#results");
		if (!root) return;
		const data = root.dataset, pair = [data.before, data.page];
		const headings = ["Build before", "This build", "Change", "Interval of this build"];
		Promise.all(pair.filter(Boolean).map(need_run)).then(() => {
			const rows = series_of(pair, data.higher);
			root.replaceChildren(headline(rows, "in this build"), series_table(rows, pair, headings, data.metrics, own_interval));
		});
	}
	/* With as many decimals as the value is shown with. */
	function own_interval(r) {
		const [, low, high, text] = (r.head || []).slice(4);
		const digits = /\.(\d+)/.exec(text)?.[1].length ?? 0;
		return typeof low === "number" && typeof high === "number" ? low.toFixed(digits) + "\u2013" + high.toFixed(digits) : "";
	}
	/* The series of two builds, what got worse most first. Of a line's first build there is none before. */
	function series_of(pair, higher) {
		const rows = join(...pair.map((page) => runs[page] || [])), more = higher.split(" ").map(Number);
		for (const r of rows) add_ratio(r, more);
		const place = (r) => (r.ratio ? 0 : !r.head ? 1 : 2);
		return rows.sort((p, q) => place(p) - place(q) || (q.worse || 0) - (p.worse || 0));
	}
	function headline(rows, where, note = "") {
		const gone = rows.filter((r) => !r.head).length;
		return el("p", { "class": "headline", role: "status" }, [rows.length + " series",
			gone ? el("strong", { "class": "alarm" }, `, ${gone} failed or missing ${where}`) : "", ".", note]);
	}
	function series_table(rows, pair, headings, metrics, interval) {
		const names = metrics.split(","), [from, to] = pair.map((page) => ({ page, line: line_of_run(page) }));
		return el("div", { "class": "scroll", tabindex: 0, role: "region", "aria-label": "All series" }, el("table", { "class": "list compared" }, [
			el("thead", {}, el("tr", {}, ["Test", "Metric", ...headings, "Detector"]
				.map((text, i) => el("th", { scope: "col", "class": COLUMN_CLASS[i] }, text)))),
			el("tbody", {}, rows.map((r) => series_row(r, names, interval(r), said(r, from, to))))]));
	}
	/* One row a series, of one build or both: a row of run() each, and the words where one has none. A row without a
	 * metric is a test that failed: it stands for all of its series. */
	function join(base, head) {
		const test = (x) => x.slice(0, 3).join("\n"), series = (x) => x.slice(0, 4).join("\n");
		const values = (rows) => new Map(rows.filter((x) => x[3]).map((x) => [series(x), x]));
		const failed = (rows) => new Map(rows.filter((x) => !x[3]).map((x) => [test(x), x]));
		const [a, b, a_failed, b_failed] = [values(base), values(head), failed(base), failed(head)], out = [];
		for (const key of new Set([...b.keys(), ...a.keys()])) {
			const r = { key: b.get(key) || a.get(key), base: a.get(key), head: b.get(key) };
			r.without = (r.head ? a_failed : b_failed).has(test(r.key)) ? "failed" : "missing";
			out.push(r);
		}
		for (const [key, x] of b_failed) if (a_failed.has(key)) out.push({ key: x, without: "failed" });
		return out;
	}
	function add_ratio(r, higher) {
		const [a, a_low, a_high] = (r.base || []).slice(4), [b, b_low, b_high] = (r.head || []).slice(4);
		if (!(a > 0 && b > 0)) return;
		r.ratio = b / a;
		r.worse = (higher.includes(r.key[3]) ? -1 : 1) * Math.log(r.ratio);
		r.interval = a_low > 0 && a_high > 0 && b_low > 0 && b_high > 0;
		if (!r.interval) return;
		const half = Math.hypot(Math.log(a_high / a_low) / 2, Math.log(b_high / b_low) / 2);
		r.low = r.ratio * Math.exp(-half);
		r.high = r.ratio * Math.exp(half);
	}
	/* What the detector says of a series between two builds of a line: its changes of level. */
	function said(r, from, to) {
		if (!from.line) return "";
		const place = (x) => x.line.builds.findIndex((b) => b[2] === x.page), [first, last] = [place(from), place(to)].sort((a, b) => a - b);
		const series = r.key.slice(0, 4).join("\n");
		return from.line === to.line ? from.line.changes.filter(([at, verdict, ...key]) => at > first && at <= last && key.join("\n") === series)
			.map(([at, verdict]) => `${verdict} in ${from.line.builds[at][0]}`).join(", ") : "";
	}
	const COLUMN_CLASS = [null, "wide", "n wide", "n wide", "n shown", "wide", null];
	function series_row(r, metrics, interval, verdict) {
		const [page, test, entry, metric] = r.key, name = metrics[metric - 1] || "";
		const parts = test.split("/").flatMap((part, i) => (i ? ["/", el("wbr"), part] : [part]));
		const shown = !r.head ? r.without : !r.base ? (r.without === "failed" ? "failed before" : "new") : r.ratio ? change(r.ratio) : "";
		const cells = [name, r.base ? r.base[7] : r.without, r.head ? r.head[7] : r.without, shown, interval, verdict];
		return el("tr", { "class": r.head ? null : "gone" }, [
			el("th", { scope: "row" }, [el("a", { href: `${SITE}t/${page}.html` }, parts), entry ? el("span", { "class": "e" }, " " + entry) : "",
				el("span", { "class": "e narrow" }, ` ${name} ${r.head ? r.head[7] : ""}`)]),
			...cells.map((content, i) => el("td", { "class": COLUMN_CLASS[i + 1] }, content))]);
	}
	const line_of_run = (page) => Object.values(lines).find((line) => line.builds.some((b) => b[2] === page));

	document.addEventListener("DOMContentLoaded", () => {
		overview();
		const charts = all("figure.chart").map((figure) => new Chart(figure));
		if (charts.length > 1) for (const chart of charts) chart.offer(charts);
		compare();
		results();
	});
	return {
		line(id, data) { lines[id] = data; },
		run(page, rows) {
			runs[page] = rows;
			for (const then of waiting[page] || []) then();
			delete waiting[page];
		}
	};
})();
