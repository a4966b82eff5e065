// Open every page of the site in Chromium at two widths and say, as JSON, what was seen.
// node site.mjs CHROMIUM URL FOLDER-FOR-PICTURES QUERY=PAGE,... PAGE...
import { chromium } from "playwright-core";

const [executablePath, base, shots, queries, ...pages] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
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

const seen = {};
for (const width of [1280, 390]) {
  const context = await browser.newContext({ viewport: { width, height: width > 600 ? 900 : 844 }, isMobile: width < 600, hasTouch: width < 600 });
  for (const name of pages) {
    const page = await context.newPage(), said = [], outside = [];
    page.on("console", (m) => { if (["error", "warning"].includes(m.type())) said.push(m.text()); });
    page.on("pageerror", (e) => said.push(String(e)));
    page.on("requestfailed", (r) => said.push(`${r.url()} ${r.failure()?.errorText}`));
    page.on("response", (r) => { if (r.status() >= 400) said.push(`${r.url()} ${r.status()}`); });
    await page.route("**/*", (route) => {
      const url = route.request().url();
      if (url.startsWith(base) || url.startsWith("data:") || url.startsWith("blob:")) return route.continue();
      outside.push(url);
      return route.abort();
    });
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
    if (shots) await page.screenshot({ path: `${shots}/${name.replace(".html", "")}-${width}.png`, fullPage: true });
    await page.close();
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
console.log(JSON.stringify({ pages: seen, search, menu }));
