// SPDX-License-Identifier: MIT
// Checks of the site in a real browser: node check.mjs MODULES SITE CHECK[,CHECK...] [ARGUMENT]...
//
// MODULES is the folder with node_modules. The site is opened from file:// and, where it matters, from a server on
// this machine that sends the strict policy. Every check also fails when a page logs an error, throws, breaks the
// policy, or asks for anything outside of the site. One that passes is told as "ok CHECK", one that fails on standard
// error, with exit status 1.
import { createServer } from "node:http";
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, site, names, ...parameters] = process.argv.slice(2);
const root = resolve(site);
const require = createRequire(pathToFileURL(resolve(modules) + sep));
const { chromium } = require("playwright-core");
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'";
const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
	...(process.getuid() === 0 ? ["--no-sandbox"] : [])];
const executablePath = process.env.CHROMIUM || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

function assert(condition, message) { if (!condition) throw new Error(message); }
function equal(actual, expected, what) {
	const a = JSON.stringify(actual), e = JSON.stringify(expected);
	assert(a === e, `${what}: expected ${e}, got ${a}`);
}
const file_url = (path) => pathToFileURL(join(root, path)).href;

function serve() {
	const types = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml", png: "image/png", csv: "text/csv" };
	const server = createServer((request, response) => {
		const path = join(root, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
		if (!path.startsWith(root + sep) || !existsSync(path)) return response.writeHead(404).end();
		response.writeHead(200, { "content-type": types[path.split(".").pop()], "content-security-policy": POLICY }).end(readFileSync(path));
	});
	return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

const browser = await chromium.launch({ executablePath, args: FLAGS });
const troubles = [];
// A new page; go() brings one that is there somewhere else, which is quicker.
async function open(url, options = {}) {
	const page = await browser.newPage({ viewport: { width: 1300, height: 900 }, ...options });
	const allowed = new URL(url).protocol === "file:" ? pathToFileURL(root + sep).href : new URL(url).origin + "/";
	page.setDefaultTimeout(15000);
	page.on("console", (m) => { if (["error", "warning"].includes(m.type())) troubles.push(`console: ${m.text()}`); });
	page.on("pageerror", (e) => troubles.push(`exception: ${e.message}`));
	page.on("dialog", (d) => { troubles.push(`dialog: ${d.message()}`); d.dismiss(); });
	page.on("request", (r) => { if (!r.url().startsWith(allowed)) troubles.push(`request: ${r.url()}`); });
	// What a page that is left no longer waits for is no failure.
	page.on("requestfailed", (r) => { if (r.failure().errorText !== "net::ERR_ABORTED") troubles.push(`failed request: ${r.url()}`); });
	page.on("response", (r) => { if (r.status() >= 400) troubles.push(`status ${r.status()}: ${r.url()}`); });
	await page.goto(url);
	return page;
}

const rows = (page) => page.$$eval("#series tbody tr:not(.group)", (trs) => trs.map((tr) => ({
	verdict: tr.className, test: tr.cells[1].querySelector("a").textContent, track: tr.cells[2].textContent, since: tr.cells[7].textContent,
	change: tr.cells[6].dataset.s === undefined ? null : Number(tr.cells[6].dataset.s) })));
const html_files = () => [".", "t", "c", "r"].flatMap((d) => readdirSync(join(root, d)).filter((f) => f.endsWith(".html")).map((f) => (d === "." ? f : `${d}/${f}`)));
const test_page = (start) => "t/" + readdirSync(join(root, "t")).find((f) => f.startsWith(start) && f.endsWith(".html"));
// A test's own CSV, which check.mjs reads without quoting: only for names without commas.
function csv_rows(path) {
	const [head, ...lines] = readFileSync(join(root, path), "utf8").trim().split("\n").map((l) => l.split(","));
	return lines.map((l) => Object.fromEntries(head.map((h, i) => [h, l[i]])));
}
const number_in = (text) => Number(/^[0-9.e+-]+/.exec(text)[0]);
const close_to = (a, b) => Math.abs(a - b) <= Math.abs(b) * 6e-4; // four digits are shown at least

const checks = {
	async overview_worst_first() {
		const page = await open(file_url("index.html"));
		const r = await rows(page);
		equal(r.slice(0, 4).map((x) => x.verdict + " " + x.test), ["regression map/hash/update", "suspected map/hash/update", "failed helper/ktime", "missing ringbuf/output"], "first rows");
		assert(r[0].since.includes("2024-02-02"), `when it began: ${r[0].since}`);
		const head = await page.textContent("h1");
		assert(/1 regression/.test(head) && /1 failed/.test(head) && /1 missing/.test(head), `headline: ${head}`);
	},
	async overview_filters() {
		const page = await open(file_url("index.html"));
		const all = await rows(page);
		await page.fill("#f-text", "hash upd");
		equal((await rows(page)).map((x) => x.test), ["map/hash/update", "map/hash/update"], "text filter");
		await page.selectOption("#f-track", "debian-6.1");
		equal((await rows(page)).map((x) => x.track), ["debian-6.1"], "text and track");
		await page.fill("#f-text", "no such test");
		assert(await page.isVisible("#none"), "says that nothing matches");
		await page.click("button[type=reset]");
		await page.waitForTimeout(50);
		equal((await rows(page)).length, all.length, "rows after reset");
		await page.selectOption("#f-runtime", "icount");
		assert((await rows(page)).every((x) => x.track === "debian-6.1"), "runtime filter");
		await page.selectOption("#f-runtime", "");
		await page.selectOption("#f-host", "example-cpu-kvm");
		assert((await rows(page)).every((x) => x.track === "main"), "host class filter");
		await page.selectOption("#f-host", "");
		await page.selectOption("#f-group", "map");
		assert((await rows(page)).every((x) => x.test.startsWith("map/")), "group filter");
		await page.selectOption("#f-group", "");
		for (const v of await page.$$("input[name=verdict]")) if ((await v.getAttribute("value")) !== "failed") await v.uncheck();
		equal((await rows(page)).map((x) => x.verdict), ["failed"], "verdict filter");
		equal(await page.textContent("#shown"), `1 of ${all.length}`, "count");
		// The address holds the view.
		const again = await open(page.url());
		equal((await rows(again)).map((x) => x.verdict), ["failed"], "view from its address");
		// A group's mean leads to its series, whatever was shown before.
		await page.click("#groups summary");
		const [group, track, mean, size] = await page.$$eval("#groups tbody tr:first-child > *", (c) => [0, 1, 4, 5].map((i) => c[i].textContent));
		await page.click("#groups tbody a");
		await page.waitForFunction((n) => document.querySelectorAll("#series tbody tr").length === n, Number(size));
		const shown = await rows(page), ratios = shown.map((x) => x.change).filter((x) => x !== null);
		assert(shown.every((x) => x.test.startsWith(group + "/")), "series of the group " + group);
		equal(await page.$$eval("#series tbody tr", (t) => [...new Set(t.map((r) => r.cells[2].textContent))]), [track], "of its track");
		const expected = 100 * (Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length) - 1);
		assert(Math.abs(Number(mean.replace("\u2212", "-").replace(/[^-+.0-9]/g, "")) - expected) < .01, `geometric mean ${mean}: ${expected}`);
	},
	async overview_sorts() {
		const page = await open(file_url("index.html"));
		await page.click("th >> text=Change");
		const down = (await rows(page)).map((x) => x.change).filter((x) => x !== null);
		equal(down, down.slice().sort((a, b) => b - a), "by change, greatest first");
		equal(await page.getAttribute("#series th:nth-child(7)", "aria-sort"), "descending", "aria-sort");
		await page.click("th >> text=Change");
		const up = (await rows(page)).map((x) => x.change).filter((x) => x !== null);
		equal(up, down.slice().sort((a, b) => a - b), "by change, least first");
		await page.click("th >> text=Test");
		const names = (await rows(page)).map((x) => x.test);
		equal(names, names.slice().sort(), "by name");
		await page.selectOption("#f-by", "track");
		equal(await page.$$eval("tr.group th", (t) => t.map((x) => x.textContent.replace(/ \(.*/, "")).sort()), ["debian-6.1", "main"], "groups");
	},
	async hover_equals_csv() {
		const path = test_page("map-hash-update"), page = await open(file_url(path));
		const data = csv_rows(path.replace(/html$/, "csv")).filter((r) => r.track === "main");
		assert(data.length === 40, `rows in the CSV: ${data.length}`);
		const live = page.locator("article", { has: page.locator("h2", { hasText: "main on example-cpu-kvm" }) }).locator("svg.live"), readout = page.locator("article", { has: page.locator("h2", { hasText: "main on example-cpu-kvm" }) }).locator(".readout");
		const box = await live.boundingBox();
		const [x0, x1] = (await page.locator("figure.chart").first().getAttribute("data-x")).split(" ").map(Number);
		const seen = new Set();
		for (const i of [0, 7, 20, 31, 32, 39]) {
			const x = box.x + box.width * (.09 + (i - x0) / (x1 - x0) * .81);
			await page.mouse.move(x, box.y + box.height / 2);
			const text = await readout.textContent(), value = await readout.locator(".value").textContent();
			assert(text.startsWith(data[i].build), `build ${i}: ${text}`);
			assert(close_to(number_in(value), Number(data[i].value)), `value of ${data[i].build}: ${value}, the CSV has ${data[i].value}`);
			const interval = /\(([0-9.]+)–([0-9.]+)\)/.exec(value);
			assert(interval && close_to(Number(interval[1]), Number(data[i].ci_low)) && close_to(Number(interval[2]), Number(data[i].ci_high)), `interval: ${value}`);
			seen.add(value);
		}
		assert(seen.size === 6, "six builds, six values");
		// The picture shows the same build where the cursor is: gnuplot's circle and the cursor's agree.
		const cursor = await live.locator("circle.at").evaluate((c) => [Number(c.getAttribute("cx")), Number(c.getAttribute("cy"))]);
		const svg = readFileSync(join(root, "t", (await page.locator("figure.chart img").first().getAttribute("src"))), "utf8");
		const points = [...svg.matchAll(/translate\(([0-9.]+),([0-9.]+)\) scale/g)].map((m) => [Number(m[1]), Number(m[2])]);
		assert(points.some((p) => Math.abs(p[0] - cursor[0]) < 1 && Math.abs(p[1] - cursor[1]) < 1), `no point of the picture at ${cursor}`);
		// A click holds the build, and its links lead somewhere.
		await page.mouse.click(box.x + box.width * .5, box.y + box.height / 2);
		const held = await readout.textContent();
		await page.mouse.move(box.x + box.width * .8, box.y + box.height / 2);
		equal(await readout.textContent(), held, "held build");
		for (const a of await readout.locator("a").all()) {
			const href = await a.getAttribute("href");
			if (!href.startsWith("http")) assert(existsSync(join(root, "t", href.split("#")[0])), `link: ${href}`);
		}
		equal(await readout.locator("a").count(), 3, "links: environment, commit, comparison");
	},
	async zoom_and_log() {
		const page = await open(file_url(test_page("map-hash-update"))), figure = page.locator("figure.chart").first(), live = figure.locator("svg.live");
		const box = await live.boundingBox(), y = box.y + box.height / 2;
		await page.mouse.move(box.x + box.width * .6, y);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * .85, y, { steps: 5 });
		await page.mouse.up();
		const label = await live.locator("text.name").textContent();
		const dots = await live.locator("circle.dot").count();
		assert(dots > 5 && dots < 20, `builds in view: ${dots} (${label})`);
		await figure.locator("button", { hasText: "All" }).click();
		equal(await live.locator("circle.dot").count(), 0, "the whole is gnuplot's picture again");
		await figure.locator("button", { hasText: "Last 20" }).click();
		assert(/ to 029d558$/.test(await live.locator("text.name").textContent()), "last builds");
		await figure.locator("button", { hasText: "Log" }).click();
		equal(await figure.locator("button", { hasText: "Log" }).getAttribute("aria-pressed"), "true", "log pressed");
		// On a logarithmic axis equal ratios are equally far apart.
		const tics = await live.locator("line.grid-line").evaluateAll((l) => l.map((x) => Number(x.getAttribute("y1"))));
		const values = (await live.locator("text.end").allTextContents()).map(Number).slice(0, tics.length);
		const per = tics.slice(1).map((t, i) => (tics[i] - t) / Math.log(values[i + 1] / values[i]));
		assert(per.length >= 2 && Math.max(...per) / Math.min(...per) < 1.001, `not logarithmic: ${per}`);
	},
	async days_and_another_series() {
		const page = await open(file_url(test_page("map-hash-update"))), figure = page.locator("figure.chart").first(), live = figure.locator("svg.live");
		const builds = csv_rows(test_page("map-hash-update").replace(/html$/, "csv")).filter((r) => r.track === "main");
		const day = (i) => builds[i].timestamp.slice(0, 10), shown = () => live.locator("text.name").textContent();
		await figure.getByLabel("From day").fill(day(10));
		equal(await shown(), builds[10].build + " to " + builds[builds.length - 1].build, "builds from a day on");
		await figure.getByLabel("To day").fill(day(15));
		equal(await shown(), builds[10].build + " to " + builds[15].build, "and up to another");
		for (const name of ["From day", "To day"]) await figure.getByLabel(name).fill("");
		equal(await live.locator("text.name").count(), 0, "without days the whole is shown");
		// The other series has fewer builds, each at its own time.
		const over = figure.getByLabel("Another series over this one");
		await over.selectOption({ index: 1 });
		const other = csv_rows(test_page("map-hash-update").replace(/html$/, "csv")).filter((r) => r.track !== "main");
		const within = other.filter((r) => r.timestamp >= builds[0].timestamp && r.timestamp <= builds[builds.length - 1].timestamp);
		const points = (await live.locator("polyline.over").getAttribute("points")).split(" ").map((p) => p.split(",").map(Number));
		equal(points.length, within.length, "builds of the other series in this time");
		const line = (await live.locator("polyline.line").first().getAttribute("points")).split(" ").map((p) => p.split(",").map(Number));
		const same = builds.findIndex((b) => b.timestamp === within[0].timestamp);
		if (same >= 0) assert(Math.abs(points[0][0] - line[same][0]) < .01, "at its time");
		assert(/dashed: .* \u00d7 /.test(await live.locator("text.over-name").textContent()), "the other's name and factor");
		await over.selectOption({ index: 0 });
		equal(await live.locator("polyline.over").count(), 0, "alone again");
	},
	async occasions() {
		const page = await open(file_url(test_page("map-hash-update"))), figure = page.locator("figure.chart").first(), live = figure.locator("svg.live");
		const svg = readFileSync(join(root, "t", await figure.locator("img").getAttribute("src")), "utf8");
		const y_of = (label) => Number([...svg.matchAll(/translate\([0-9.]+,([0-9.]+)\)[^>]*>\s*<text[^>]*>([^<]*)</g)].find((m) => m[2].trim().startsWith(label))?.[1]);
		assert(y_of("meant so") < y_of("v2-") - 10 && y_of("v1") === y_of("v2-"), `rows of labels: ${["v1", "v2-", "meant so"].map(y_of)}`);
		await figure.locator("button", { hasText: "Last 20" }).click();
		equal(await live.locator("line.occasion").count(), 3, "lines");
		const shown = await live.locator("g text").allTextContents();
		assert(shown.includes("meant so") && shown.some((t) => t.startsWith("v2-\"><b>'")), `labels: ${shown}`);
		equal(await page.locator("article b").count(), 0, "markup from a label");
	},
	async keyboard() {
		const page = await open(file_url(test_page("map-hash-update")));
		const slider = page.locator("figure.chart input[type=range]").first();
		await slider.focus();
		const last = await slider.getAttribute("aria-valuetext");
		await page.keyboard.press("ArrowLeft");
		await page.keyboard.press("ArrowLeft");
		const before = await slider.getAttribute("aria-valuetext");
		assert(before !== last && /ns/.test(before), `slider says: ${before}`);
		await page.keyboard.press("Home");
		assert((await slider.getAttribute("aria-valuetext")).startsWith("0251eef"), "first build");
		await page.keyboard.press("End");
		await page.keyboard.press("+");
		assert(await page.locator("svg.live circle.dot").count() > 0, "+ zooms in");
		await page.keyboard.press("0");
		equal(await page.locator("svg.live circle.dot").count(), 0, "0 shows all");
		// The overview: from the top, everything is reached by Tab; a header sorts by Enter.
		const over = await open(file_url("index.html"));
		await over.keyboard.press("Tab");
		equal(await over.evaluate(() => document.activeElement.textContent), "Skip to the content", "first stop");
		await over.locator("#series thead button").nth(6).focus();
		await over.keyboard.press("Enter");
		equal(await over.getAttribute("#series th:nth-child(7)", "aria-sort"), "descending", "sorted by Enter");
		await over.focus("#f-text");
		await over.keyboard.type("tail_call");
		assert((await rows(over)).every((r) => r.test.startsWith("tail_call")), "typed filter");
	},
	async compare() {
		// From the newest build of the line back over the step, by the selects.
		const page = await open(file_url("compare.html"));
		const base = await page.$eval("#base", (s) => [...s.options].find((o) => o.text.startsWith("028dde0")).value);
		await page.selectOption("#base", base);
		await page.waitForFunction(() => document.querySelector("#result tbody th a")?.textContent === "map/hash/update");
		const data = csv_rows(test_page("map-hash-update").replace(/html$/, "csv")).filter((r) => r.track === "main");
		const a = data.find((r) => r.build === "028dde0"), b = data[data.length - 1];
		const ratio = b.value / a.value;
		const row = await page.$eval("#result tbody tr", (tr) => [...tr.cells].map((c) => c.textContent));
		equal(row[4], "+" + ((ratio - 1) * 100).toFixed(1) + "\u00a0%", "change");
		const w = Math.hypot(Math.log(b.ci_high / b.ci_low) / 2, Math.log(a.ci_high / a.ci_low) / 2);
		const per_cent = (r) => "+" + ((r - 1) * 100).toFixed(1) + "\u00a0%";
		equal(row[5], `${per_cent(ratio * Math.exp(-w))} to ${per_cent(ratio * Math.exp(w))}`, "interval");
		equal(row[6], "suspected in 028fccf", "what the detector says");
		const changes = await page.$$eval("#result tbody tr", (t) => t.map((x) => x.cells[4].textContent).filter(Boolean).map((s) => parseFloat(s.replace("\u2212", "-"))));
		equal(changes, changes.slice().sort((x, y) => y - x), "worst first");
		assert(await page.$$eval("#result td", (t) => t.some((x) => x.textContent === "missing")), "what one build lacks is shown");
		assert(await page.$$eval("#result tbody tr", (t) => t.some((x) => x.className === "gone" && x.cells[0].textContent.startsWith("helper/ktime") && x.cells[3].textContent === "failed")), "what failed is no number, and not missing");
		equal(await page.$$eval("#result .worse, #result .better", (l) => l.length), 0, "judgements of the pages' own");
		await page.click("text=Swap");
		await page.waitForFunction((ratio) => document.querySelector("#result tbody").textContent.includes(ratio), "\u2212" + ((1 - 1 / ratio) * 100).toFixed(1) + "\u00a0%");
		// The static comparison, its picture, and the way there.
		const fixed = await open(file_url("c/1.html"));
		equal(await fixed.$eval("tbody th", (t) => t.textContent), "map/hash/update", "first row of the static page");
		assert(await fixed.$eval("figure img", (i) => i.complete && i.naturalWidth === 860), "picture");
		assert(readFileSync(join(root, "c/1.png")).subarray(1, 4).toString() === "PNG", "PNG");
	},
	async build_results() {
		const of_test = (start) => csv_rows(test_page(start).replace(/html$/, "csv")).filter((r) => r.track === "main");
		const data = of_test("map-hash-update"), at = data.findIndex((r) => r.build === "028fccf"), [a, b] = [data[at - 1], data[at]];
		const cells = (page, test) => page.$$eval("#results tbody tr", (trs, test) => trs.map((tr) => [...tr.cells].map((c) => c.textContent))
			.find((c) => c[0].startsWith(test)), test);
		const build = (label) => html_files().filter((f) => f.startsWith("r/" + label));
		const page = await open(file_url(build("028fccf")[0]));
		await page.waitForSelector("#results tbody tr");
		const row = await cells(page, "map/hash/update"), per_cent = ((b.value / a.value - 1) * 100).toFixed(1);
		assert(close_to(number_in(row[2]), Number(a.value)) && close_to(number_in(row[3]), Number(b.value)), `values: ${row}`);
		equal(row[4], `+${per_cent}\u00a0%`, "change from the build before");
		const [low, high] = row[5].split("\u2013").map(Number);
		assert(close_to(low, Number(b.ci_low)) && close_to(high, Number(b.ci_high)), `interval: ${row[5]}`);
		equal(row[6], "suspected in 028fccf", "what the detector says");
		assert(existsSync(join(root, "r", await page.$eval("#results tbody a", (l) => l.getAttribute("href")))), "a test's name leads to its page");
		equal(await page.locator("text=Verdicts on this build").count(), 0, "verdicts are on the newest build");
		// The newest build: what failed is no number, and its verdicts are a click away.
		await page.goto(file_url(build("029d558")[0]));
		await page.waitForSelector("#results tbody tr");
		equal((await cells(page, "helper/ktime")).slice(3, 5), ["failed", "failed"], "a test that failed");
		await page.click("text=Verdicts on this build");
		equal(await page.$eval("tbody th", (t) => t.textContent), "map/hash/update", "first verdict");
		// The first build has nothing before it, and says so.
		await page.goto(file_url(build("0251eef")[0]));
		await page.waitForSelector("#results tbody tr");
		equal((await cells(page, "map/hash/update")).slice(2, 3), ["missing"], "the build before the first");
	},
	async compare_more_is_better() {
		const page = await open(file_url("compare.html"));
		await page.waitForSelector("#result tbody tr");
		const first = await page.$eval("#result tbody tr", (tr) => [tr.cells[0].querySelector("a").textContent, tr.cells[4].textContent]);
		assert(first[0] === "tcp/bulk/one-stream" && first[1].startsWith("\u2212"), `first row: ${first}`);
		assert(/^3 series/.test(await page.textContent("#result .headline")), "headline");
	},
	async compare_without_intervals() {
		const page = await open(file_url("compare.html"));
		await page.waitForSelector("#result tbody tr");
		equal(await page.$eval("#result tbody tr", (tr) => [tr.cells[0].querySelector("a").textContent, tr.cells[5].textContent]), ["tcp/bulk/one-stream", ""], "first row");
	},
	async policy_from_server() {
		const server = await serve(), at = `http://127.0.0.1:${server.address().port}/`;
		const pages = ["index.html", "compare.html", "c/1.html", test_page("map-hash-update"), html_files().find((f) => f.startsWith("r/"))];
		for (const path of pages) {
			const page = await open(at + path);
			assert(await page.$eval("body", (b) => getComputedStyle(b).maxWidth !== "none"), `${path}: no style sheet`);
			for (const ok of await page.$$eval("img", (l) => l.map((i) => i.complete && i.naturalWidth > 0))) assert(ok, `${path}: a picture is not shown`);
			// Scripts run, and what they would load is allowed.
			if (path.startsWith("t/")) assert(await page.locator("svg.live").count() > 0, "charts are live");
			if (path === "compare.html") await page.waitForSelector("#result tbody tr");
			if (path.startsWith("r/")) await page.waitForSelector("#results tbody tr");
			await page.close();
		}
		server.close();
	},
	async all_pages_quiet() {
		const page = await open(file_url("index.html"));
		for (const path of html_files()) {
			await page.goto(file_url(path));
			for (const href of await page.$$eval("a[href]", (l) => l.map((a) => a.href)))
				if (href.startsWith("file:")) assert(existsSync(new URL(href.split("#")[0])), `${path} leads nowhere: ${href}`);
				else assert(/^https?:/.test(href), `${path} has a link that may not be followed: ${href}`);
		}
	},
	async hostile_text_is_text() {
		const page = await open(file_url("index.html"));
		const names = (await rows(page)).map((r) => r.test);
		for (const expected of ["<script>document.title='owned'</script>", "\"><img src=x onerror=document.title='owned'>", "../../../../escape", "javascript:alert(1)//%00%22&amp;&lt;", "__proto__", "two␊lines, \"quoted\"␉and a tab \\"])
			assert(names.includes(expected), `the name is not shown as it is: ${expected}`);
		await page.fill("#f-text", "<script>");
		assert((await rows(page)).length > 0, "it can be searched for");
		// Followed, zoomed into, compared: still only text.
		for (const path of html_files()) {
			await page.goto(file_url(path));
			if (path === "compare.html") await page.waitForSelector("#result tbody tr");
			await page.$$eval("figure.chart .controls button", (l) => l.forEach((b) => b.click()));
			const alien = await page.evaluate(() => [...document.querySelectorAll("script:not([src]), img[src='x'], iframe, object, embed, base, [onerror], [onload], [onclick], [style], style, a[href^='javascript:'], b, svg a, svg image, svg script, title ~ title")].map((e) => e.outerHTML));
			equal(alien, [], `${path}: markup that is not ours`);
			assert((await page.title()) !== "owned", `${path}: title was changed`);
		}
	},
	async accessible() {
		const source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
		const page = await open(file_url("index.html"), { bypassCSP: true });
		const paths = ["index.html", "compare.html", "c/1.html", test_page("map-hash-update"), test_page("helper-ktime"), html_files().find((f) => f.startsWith("r/"))];
		for (const [colorScheme, width] of [["light", 1300], ["dark", 1300], ["light", 400]]) {
			await page.emulateMedia({ colorScheme });
			await page.setViewportSize({ width, height: 900 });
			for (const path of paths) {
				await page.goto(file_url(path));
				if (path === "compare.html") await page.waitForSelector("#result tbody tr");
				await page.evaluate(source);
				const { violations, passes } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], preload: false }));
				assert(passes.length > 10, "axe did not run");
				const grave = violations.filter((v) => ["serious", "critical"].includes(v.impact));
				equal(grave.map((v) => `${v.id}: ${v.nodes[0].html}`), [], `${path} ${colorScheme} ${width}`);
			}
		}
	},
	async light_dark_narrow_print() {
		for (const [scheme, dark] of [["light", false], ["dark", true]]) {
			const page = await open(file_url(test_page("map-hash-update")), { colorScheme: scheme });
			const shown = await page.$eval("figure.chart img", (i) => i.currentSrc);
			equal(shown.endsWith("-dark.svg"), dark, `picture in ${scheme}`);
			await page.emulateMedia({ media: "print" });
			// It is there as soon as it has been loaded.
			await page.waitForFunction(() => !document.querySelector("figure.chart img").currentSrc.endsWith("-dark.svg"), null, { timeout: 10000 })
				.catch(() => { throw new Error("printed from the dark picture"); });
			equal(await page.isVisible(".controls"), false, "controls are not printed");
			await page.close();
		}
		for (const path of ["index.html", test_page("map-hash-update"), "compare.html", "c/1.html", html_files().find((f) => f.startsWith("r/"))]) {
			const page = await open(file_url(path), { viewport: { width: 360, height: 700 } });
			if (path === "compare.html") await page.waitForSelector("#result tbody tr");
			if (path.startsWith("r/")) await page.waitForSelector("#results tbody tr");
			const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
			assert(wide <= screen, `${path} is ${wide} wide on a screen of ${screen}`);
			// Nor do long names make it wider.
			await page.$$eval("select", (l) => l.forEach((s) => s.add(new Option("a-host-class-with-a-rather-long-name-kvm-host-42"))));
			assert(await page.evaluate(() => document.documentElement.scrollWidth) <= screen, `${path}: a long choice makes it wider`);
			// How much is in view without scrolling, and the picture is one for narrow screens.
			const column = { "index.html": "#series thead th:nth-child(7)", "compare.html": "#result thead th:nth-child(5)", "c/1.html": "main thead th:nth-child(5)" }[path] ||
				(path.startsWith("r/") && "#results thead th:nth-child(5)");
			if (column) {
				const right = await page.$eval(column, (th) => th.textContent.startsWith("Change") ? th.getBoundingClientRect().right : Infinity);
				assert(right <= screen, `${path}: the change ends at ${right} on a screen of ${screen}`);
			}
			if (path === "c/1.html") assert(await page.$eval("figure img", (i) => i.currentSrc.endsWith("-narrow.svg") && i.naturalWidth === 400), "narrow picture");
			await page.close();
		}
	},
	async wide_rows_fit() {
		const page = await open(file_url("index.html"));
		// As long as true names are.
		await page.$$eval("#series tbody tr", (l) => l.forEach((tr) => { tr.cells[3].textContent = "intel-r-xeon-r-processor-6-167-1-kvm-host"; tr.cells[7].innerHTML = "<a href=#>7.2.6-1~bpo13+1</a> <span class=when>2026-11-24</span>"; }));
		for (const width of [1300, 1400, 1700]) {
			await page.setViewportSize({ width, height: 900 });
			const [needed, there] = await page.$eval("#series", (t) => [t.scrollWidth, t.parentNode.clientWidth]);
			assert(needed <= there, `${width}: the table needs ${needed}, and has ${there}`);
		}
	},
	async readable_without_script() {
		const page = await open(file_url("index.html"), { javaScriptEnabled: false });
		assert(await page.locator("#series tbody tr").count() > 20, "rows");
		assert(await page.isVisible("#series"), "table");
		const test = await open(file_url(test_page("map-hash-update")), { javaScriptEnabled: false });
		assert(await test.isVisible("figure.chart img"), "picture");
		assert(await test.locator("details table tbody tr").count() > 10, "table of builds");
	},
	// Not a limit: what the benchmark prints.
	async time_overview() {
		const page = await open(file_url("index.html"));
		const ready = await page.evaluate(() => { const t = performance.getEntriesByType("navigation")[0]; return t.domContentLoadedEventEnd; });
		const filter = await page.evaluate(() => {
			const start = performance.now(), field = document.querySelector("#f-text");
			field.value = "operation1";
			field.dispatchEvent(new Event("input", { bubbles: true }));
			document.body.offsetHeight;
			return performance.now() - start;
		});
		console.log(`overview usable after ${Math.round(ready)} ms, filtered in ${Math.round(filter)} ms`);
	},
};

let status = 0;
for (const name of names.split(",")) {
	troubles.length = 0;
	try {
		assert(checks[name], `no such check; there are ${Object.keys(checks).join(" ")}`);
		await checks[name](...parameters);
		assert(troubles.length === 0, troubles.join("\n"));
		console.log(`ok ${name}`);
	} catch (e) {
		console.error(`${name}: ${e.message}`);
		status = 1;
	}
	await Promise.all(browser.contexts().map((context) => context.close()));
}
await browser.close();
process.exit(status);
