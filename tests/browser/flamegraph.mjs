// SPDX-License-Identifier: MIT
// Does a flame graph open from disk? node flamegraph.mjs MODULES flamegraph.html
// Prints the page's title, and its text without line breaks. Status 1 when it throws, or asks for anything but files.
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, file] = process.argv.slice(2);
const { chromium } = createRequire(pathToFileURL(resolve(modules) + sep))("playwright-core");
const executablePath = process.env.CHROMIUM || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const browser = await chromium.launch({ executablePath, args: ["--disable-gpu", ...(process.getuid() === 0 ? ["--no-sandbox"] : [])] });
let trouble = "";
try {
	const page = await browser.newPage();
	page.on("pageerror", (e) => { trouble = e.message; });
	page.on("request", (r) => { if (!/^(file|data|blob):/.test(r.url())) trouble = `request: ${r.url()}`; });
	await page.goto(pathToFileURL(resolve(file)).href);
	await page.waitForFunction(() => / - speedscope$/.test(document.title), null, { timeout: 60000 });
	console.log(await page.title());
	console.log((await page.evaluate(() => document.body.innerText)).replace(/\s+/g, " "));
} catch (e) {
	trouble ||= e.message.split("\n")[0];
}
await browser.close();
if (trouble) {
	console.error(`flamegraph: ${trouble}`);
	process.exit(1);
}
