// Uses the page as a person does, in a headless Chromium: node page.mjs <node_modules> <address> <directory for pictures>
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";

const [modules, address, pictures] = process.argv.slice(2);
const { chromium } = createRequire(join(modules, "x.js"))("playwright-core");
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
const complaints = [];
process.on("exit", (code) => { if (code !== 0) console.error(complaints.join("\n")); });

async function open(options) {
	const page = await (await browser.newContext(options)).newPage();
	page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") complaints.push(m.text()); });
	page.on("pageerror", (e) => complaints.push(String(e)));
	page.on("request", (r) => { if (!r.url().startsWith(address)) complaints.push(`asked elsewhere: ${r.url()}`); });
	await page.goto(address);
	await page.waitForSelector(".subnet .height:not(:empty)", { timeout: 10_000 });
	return page;
}

const picture = async (page, name) => {
	await page.evaluate(() => scrollTo(0, 0));
	await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
};
const state = (page) => page.evaluate(async () => (await fetch("/page/api/state")).json());
async function until(page, what, arg) { // waitForFunction would need eval, which the page forbids
	for (const end = Date.now() + 60_000; !(await page.evaluate(what, arg)); await page.waitForTimeout(100)) assert.ok(Date.now() < end, `never: ${what}`);
}

const desktop = await open({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
const step = (name) => console.log(`ok ${name}`);

const first = (await state(desktop)).subnets[0].finalized;
await until(desktop, (h) => Number(document.querySelector(".subnet .height").textContent) > h + 2, first);
step("heights move");

await desktop.click("#pause");
await until(desktop, () => document.querySelector("#pause").textContent === "Resume");
const paused = await state(desktop);
await desktop.waitForTimeout(600);
assert.equal((await state(desktop)).at_seconds, paused.at_seconds);
step("pause stops time");

await desktop.click("#step-100");
await until(desktop, async (at) => (await (await fetch("/page/api/state")).json()).at_seconds > at, paused.at_seconds);
assert.ok(Math.abs((await state(desktop)).at_seconds - paused.at_seconds - 0.1) < 1e-6);
const height = (await state(desktop)).subnets[0].finalized;
await desktop.locator("body").press("n");
// One round or, where a finalization brings its parent's along, two.
await until(desktop, async (h) => (await (await fetch("/page/api/state")).json()).subnets[0].finalized > h, height);
assert.ok((await state(desktop)).subnets[0].finalized <= height + 2);
step("step moves time");

await desktop.evaluate(() => document.activeElement.blur());
await desktop.locator("body").press(" ");
await until(desktop, () => document.querySelector("#pause").textContent === "Pause");
await desktop.waitForSelector("#methods option", { state: "attached" });
await desktop.fill("#method", "inc");
await desktop.click("#send");
await until(desktop, () => /^\(\d+ : nat64\)/.test(document.querySelector("#reply pre")?.textContent ?? ""));
step(`a call returns ${await desktop.textContent("#reply pre")}`);

const node = desktop.locator(".node").nth(5);
await node.click();
await desktop.click("#node button:has-text('Crash')");
await desktop.waitForSelector(".node.down");
await desktop.click("#node button:has-text('Restart')");
await desktop.waitForSelector(".node.down", { state: "detached" });
await desktop.click("#node button:has-text('Cut off')");
await desktop.waitForSelector("#in-force button");
await desktop.click("#in-force button");
await desktop.waitForSelector("#in-force button", { state: "detached" });
step("nodes crash and restart, are cut off and healed");
await node.click();

// To the scenario's crash, and further to its cut.
const control = (order) => desktop.evaluate((o) => fetch("/page/api/control", {
	method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(o),
}).then((r) => r.json()), order);
const to = async (at) => {
	const missing = at - (await state(desktop)).at_seconds;
	if (missing > 0) assert.equal((await control({ action: "step", ms: missing * 1000 })).error, undefined);
};
await to(Number(process.env.CRASH_AT ?? 30));
await control({ action: "resume" });
await desktop.waitForTimeout(700);
await picture(desktop, "desktop-light");
const dark = await open({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
await to(Number(process.env.CUT_AT ?? 72));
await control({ action: "resume" });
await dark.locator(".subnet").last().click();
await dark.locator(".node").nth(2).click();
await dark.waitForTimeout(1500);
await picture(dark, "desktop-dark");
await dark.click("#view-rings");
await dark.waitForTimeout(500);
await picture(dark, "rings-dark");
for (const colorScheme of ["light", "dark"]) {
	const phone = await open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme });
	await phone.waitForTimeout(700);
	await picture(phone, `phone-${colorScheme}`);
	assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the phone's page is as wide as the phone");
}
step("pictures");

await browser.close();
assert.deepEqual(complaints, []);
step("no complaints");
