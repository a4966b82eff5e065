// Open every page of the site in Chromium at two widths, by day and some by night, and say, as JSON, what was seen.
// node site.mjs CHROMIUM URL FOLDER-FOR-PICTURES|"" QUERY,... PAGE-BY-NIGHT,... PAGE...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, base, shots, queries, nights, ...pages] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"], // what asks for another server gets nothing, and is noted
});

// What sticks out of the window: elements past its right edge that no scrolling box or hidden menu holds
const overflow = () => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((e) => `${e.tagName.toLowerCase()}.${e.className} ${e.textContent.trim().slice(0, 40)}`);
};
const links = () => [...document.querySelectorAll("a[href]")].map((a) => a.href);
const anchors = () => [...document.querySelectorAll("[id]")].map((e) => e.id);
const broken = () => [...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src);

// What axe-core finds serious. Colours of code are those of a few words, the same on every page: all of them are looked at where `whole`.
const problems = async (page, whole) => {
  await page.addScriptTag({ content: axe });
  return page.evaluate(async (whole) => {
    const { violations } = await axe.run(whole ? document : { exclude: ["pre code", "#quarto-sidebar"] }, { resultTypes: ["violations"] });
    return violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" ; ")}`);
  }, whole);
};

const seen = {};
await Promise.all([1280, 390].map(async (width) => { // side by side
  const context = await browser.newContext({ viewport: { width, height: width > 600 ? 900 : 844 }, isMobile: width < 600, hasTouch: width < 600 });
  const page = await context.newPage(); // one for all: a new one costs as much as a page
  let said, outside;
  page.on("console", (m) => { if (["error", "warning"].includes(m.type())) said.push(m.text()); });
  page.on("pageerror", (e) => said.push(String(e)));
  page.on("requestfailed", (r) => said.push(`${r.url()} ${r.failure()?.errorText}`));
  page.on("response", (r) => { if (r.status() >= 400) said.push(`${r.url()} ${r.status()}`); });
  page.on("request", (r) => { if (![base, "data:", "blob:", "about:"].some((o) => r.url().startsWith(o))) outside.push(r.url()); });
  for (const name of pages) {
    said = []; outside = [];
    await page.goto(base + name, { waitUntil: "load" });
    await page.evaluate(async () => { // pictures load as one scrolls
      for (const i of document.images) i.loading = "eager";
      await Promise.all([...document.images].map((i) => i.decode().catch(() => {})));
    });
    const entry = (seen[name] ??= { said: [], outside: [], overflow: {} });
    entry.said.push(...said.map((s) => `${width}: ${s}`));
    entry.outside.push(...outside);
    entry.overflow[width] = await page.evaluate(overflow);
    entry.title = await page.evaluate(() => document.querySelector("h1")?.innerText ?? "");
    entry.links = await page.evaluate(links);
    entry.anchors = await page.evaluate(anchors);
    entry.broken = await page.evaluate(broken);
    entry.math = await page.evaluate(() => [...document.querySelectorAll(".katex-error, .math:not(:has(.katex))")].map((e) => e.textContent));
    if (width > 600) entry.axe = await problems(page, nights.includes(name));
    if (shots) await page.screenshot({ path: `${shots}/${name.replaceAll("/", "-").replace(".html", "")}-${width}.png`, fullPage: true });
    said = []; outside = []; // what is broken off by leaving is no complaint
    await page.goto("about:blank");
  }
  await context.close();
}));

// By night
const night = {};
for (const width of [1280, 390]) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: "dark" });
  const page = await context.newPage();
  for (const name of width > 600 || shots ? nights.split(",") : []) {
    await page.goto(base + name);
    if (width > 600) night[name] = await problems(page, true);
    if (shots) await page.screenshot({ path: `${shots}/${name.replace(".html", "")}-${width}-dark.png`, fullPage: true });
  }
  await context.close();
}

// With the tab key alone: a way past the menus, the menus, search, light or dark, and the text; what is chosen stays
const keys = {};
{
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
  const page = await context.newPage();
  await page.goto(base + nights.split(",")[1]);
  const at = () => page.evaluate(() => {
    const e = document.activeElement, named = { skip: "a.skip", menu: ".navbar-nav a", search: ".smalldocs-search input", toggle: ".theme-toggle", sidebar: "#quarto-sidebar a, #quarto-sidebar button", content: "main a, main summary, main [tabindex]" };
    return Object.keys(named).find((k) => e.matches(named[k])) ?? e.tagName;
  });
  keys.reached = [];
  for (let i = 0; i < 150 && !keys.reached.includes("content"); i++) {
    await page.keyboard.press("Tab");
    keys.reached.push(await at());
    if (keys.reached.at(-1) == "toggle" && !keys.pressed) {
      await page.keyboard.press("Space");
      keys.pressed = await page.evaluate(() => [document.documentElement.dataset.theme, document.activeElement.getAttribute("aria-pressed"), getComputedStyle(document.body).backgroundColor]);
    }
  }
  await page.addInitScript(() => new MutationObserver((_, o) => { if (document.body) { window.first = document.documentElement.dataset.theme; o.disconnect(); } }).observe(document, { childList: true, subtree: true }));
  await page.reload(); // the first thing painted is as chosen
  keys.kept = await page.evaluate(() => [window.first, document.documentElement.dataset.theme]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  keys.skipped = await page.evaluate(() => location.hash);
  await context.close();
}

// On paper nothing is to be pressed
const paper = {};
{
  const context = await browser.newContext({ viewport: { width: 800, height: 1100 }, colorScheme: "dark" });
  const page = await context.newPage();
  for (const name of nights.split(",")) {
    await page.goto(base + name);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    paper[name] = await page.evaluate(() => {
      const shown = ["#quarto-header", "#quarto-sidebar", "#quarto-margin-sidebar", ".page-navigation", ".code-copy-button"].filter((s) => document.querySelector(s)?.checkVisibility());
      return { shown, ground: getComputedStyle(document.body).backgroundColor, wide: document.documentElement.scrollWidth > innerWidth };
    });
    if (shots) await page.pdf({ path: `${shots}/${name.replace(".html", "")}.pdf`, format: "A4" });
  }
  await context.close();
}

// Search, typed as a reader would, at a desk and on a phone
const search = {};
for (const width of [1280, 390]) {
  const context = await browser.newContext({ viewport: { width, height: 844 } });
  const page = await context.newPage();
  await page.goto(base + pages[0]);
  for (const q of queries.split(",").filter(Boolean)) {
    let box = page.locator(".smalldocs-search input:visible").first();
    if (!(await box.count())) {
      await page.locator(".navbar-toggler:visible, .sd-search-toggle:visible").first().click();
      await box.waitFor();
    }
    await box.fill(q);
    await page.locator(".smalldocs-search-results.show").first().waitFor();
    (search[q] ??= {})[width] = await page.locator(".smalldocs-search-results.show .search-result").evaluateAll((as) => as.map((a) => a.getAttribute("href")));
    await box.fill("");
    await page.locator(".smalldocs-search-results.show").waitFor({ state: "detached" });
  }
  await context.close();
}

// The menu of a phone opens and leads somewhere
const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
const page = await context.newPage();
await page.goto(base + pages[0]);
await page.locator(".quarto-btn-toggle:visible").first().click();
await page.waitForTimeout(400);
const menu = await page.locator("#quarto-sidebar a.sidebar-link:visible").evaluateAll((as) => as.map((a) => a.getAttribute("href")).filter(Boolean));
if (shots) await page.screenshot({ path: `${shots}/menu-390.png` });
await browser.close();
console.log(JSON.stringify({ pages: seen, night, keys, paper, search, menu }));
