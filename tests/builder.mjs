// Build a recipe in a real browser, and say, as JSON, what was seen.
// node builder.mjs CHROMIUM voila|lab URL FOLDER-FOR-PICTURES
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, where, url, shots] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const page = await context.newPage(), outside = [], said = [], times = [], home = new URL(url).origin;
page.setDefaultTimeout(25000);
page.on("pageerror", (e) => said.push(String(e)));
await page.route("**/*", (route) => {
  const to = route.request().url();
  if (to.startsWith(home) || /^(data|blob|about):/.test(to)) return route.continue();
  outside.push(to);
  return route.abort();
});

// What the page says
const B = page.locator(".rg-builder");
const rows = () => B.locator(".rg-item:visible").evaluateAll((es) => es.map((e) => ({
  name: e.querySelector(".rg-name b").textContent, grams: +e.querySelector("input").value, locked: !!e.querySelector(".rg-locked"),
})));
const row = (name) => B.locator(".rg-item:visible").filter({ has: page.locator(".rg-name b", { hasText: new RegExp(`^${name}$`) }) });
const status = () => B.locator(".rg-say").innerText();

// Until the page has been still for a while: the messages of one click arrive one by one
const quiet = () => page.evaluate(() => new Promise((ok) => {
  let last = setTimeout(ok, 120);
  new MutationObserver(() => { clearTimeout(last); last = setTimeout(ok, 120); }).observe(document.querySelector(".rg-builder"), { subtree: true, childList: true, characterData: true, attributes: true });
}));

// A picture of the whole builder, whatever scrolls
const picture = async (name, width, most = 1e6) => {
  if (!shots) return;
  const tall = await B.evaluate((e) => Math.ceil(e.getBoundingClientRect().height) + 40);
  await page.setViewportSize({ width, height: tall });
  await page.evaluate(() => { document.activeElement.blur(); });
  const { x, y, width: w, height } = await B.boundingBox();
  await page.screenshot({ path: `${shots}/${name}.png`, clip: { x, y, width: w, height: Math.min(height, most) } });
  await page.setViewportSize({ width, height: 900 });
};

// One step: act, wait until the page has answered, note how long that took in the page itself
const step = async (name, act, done, arg) => {
  const t = Date.now();
  await act();
  await page.waitForFunction(done, arg, { polling: 10 });
  times.push({ step: name, ms: Date.now() - t });
  await quiet();
};
const named = (name) => [...document.querySelectorAll(".rg-name b")].some((b) => b.offsetParent && b.textContent === name);
const unnamed = (name) => ![...document.querySelectorAll(".rg-name b")].some((b) => b.offsetParent && b.textContent === name);
const count = (n) => [...document.querySelectorAll(".rg-item")].filter((e) => e.offsetParent).length === n;
const says = (text) => document.querySelector(".rg-say").textContent.includes(text);

// From click to changed page, as the page itself sees it
const clicks = (selectors) => page.evaluate(async (selectors) => {
  const out = [];
  for (const sel of selectors) {
    const root = document.querySelector(".rg-builder"), at = [...root.querySelectorAll(sel)].filter((e) => e.offsetParent).at(sel === ".rg-drop" ? -1 : 0);
    const t = performance.now();
    await new Promise((ok) => {
      let last;
      const seen = new MutationObserver(() => { clearTimeout(last); const now = performance.now(); last = setTimeout(() => { seen.disconnect(); out.push(now - t); ok(); }, 150); }); // the last change that the click has made
      seen.observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["style", "disabled", "value"] });
      at.click();
    });
  }
  return out;
}, selectors);

const seen = { outside, said, times };
if (where === "voila") {
  let t = Date.now();
  await page.goto(url, { waitUntil: "domcontentloaded" });
  await B.waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".rg-sugg .rg-bar").length > 5);
  times.push({ step: "open", ms: Date.now() - t });

  const box = B.locator(".rg-search input"), add = async (text, name) => step(`search "${text}"`, async () => {
    await box.fill(text);
    const hit = B.locator(".rg-left .jupyter-button:visible", { hasText: new RegExp(`^${name}`) }).first();
    await hit.waitFor();
    await hit.click();
  }, named, name);
  await step("diet", () => B.getByLabel("Diet").selectOption("vegan"), () => document.querySelector(".rg-builder select").value === "vegan");
  await add("garbanzo", "chickpea");
  await add("aubergine", "eggplant");
  await box.fill("butt");
  const butter = B.locator(".rg-left .jupyter-button:visible", { hasText: /^butter: not vegan/ });
  await butter.waitFor();
  seen.butter = await butter.isDisabled();
  await box.press("Enter"); // a hit that may not be is refused, and nothing else comes in its place
  await page.waitForFunction(says, "butter: not vegan");
  seen.refused = [await box.inputValue(), (await rows()).map((r) => r.name)];
  await box.fill("gar");
  await box.press("Enter"); // the keyboard alone will do
  await page.waitForFunction(named, "garlic");
  while ((await rows()).length < 7) {
    const n = (await rows()).length;
    await step("suggestion", () => B.locator(".rg-sugg .jupyter-button").first().click(), count, n + 1);
  }
  seen.seven = await rows();
  await step("lock", async () => { const g = row("chickpea").locator("input"); await g.fill("400"); await g.press("Tab"); }, () => [...document.querySelectorAll(".rg-locked")].some((e) => e.offsetParent));
  seen.locked = await rows();
  await step("what could stand in", () => row("eggplant").getByRole("button", { name: "Swap" }).click(), () => !!document.querySelector(".rg-swaps .jupyter-button") && [...document.querySelectorAll(".rg-swaps")].some((e) => e.offsetParent));
  await step("swap", () => row("eggplant").locator(".rg-swaps .jupyter-button:visible").first().click(), unnamed, "eggplant");
  seen.swapped = await rows();
  await step("undo", () => B.getByRole("button", { name: "Undo" }).click(), named, "eggplant");
  seen.undone = await rows();
  await step("redo", () => B.getByRole("button", { name: "Redo" }).click(), unnamed, "eggplant");
  seen.redone = await rows();
  await B.getByLabel("Name").fill("Chickpea pan"); await B.getByLabel("Name").press("Tab");
  await step("three variants", () => B.getByRole("button", { name: "Three variants" }).click(), () => document.querySelectorAll(".rg-variants h3").length === 3);
  seen.variants = await B.locator(".rg-variants ul").evaluateAll((us) => us.map((u) => [...u.querySelectorAll("li")].map((l) => l.firstChild.textContent)));
  await picture("builder-desk", 1280);

  // both folds open: what axe sees is all there is
  for (const name of [/Settings/, /Where the model looks/, /Export and load/]) await B.getByRole("button", { name }).click();
  const text = B.getByPlaceholder("the recipe, to copy");
  await page.waitForFunction(() => [...document.querySelectorAll(".rg-half textarea")].some((t) => t.value.includes("schema.org")));
  await quiet();
  seen.exported = await text.inputValue();
  seen.download = await B.locator("a[download]").getAttribute("download");
  seen.before = await rows();
  seen.stars = await page.evaluate(() => document.querySelectorAll(".rg-eyes td").length);
  await page.addScriptTag({ content: readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8") });
  seen.axe = await page.evaluate(async () => (await axe.run(".rg-builder")).violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + n.failureSummary) })));
  await picture("builder-open", 1280);

  await step("clear", () => B.getByRole("button", { name: "Clear" }).click(), count, 0);
  await B.getByPlaceholder(/Paste a recipe/).fill(seen.exported);
  await step("load", () => B.getByRole("button", { name: "Load this" }).click(), count, seen.before.length);
  seen.loaded = await rows(); seen.status = await status();
  await step("thumbs up", () => B.getByRole("button", { name: "Thumbs up", exact: true }).click(), says, "thumbs up");
  await step("unlock all", () => B.getByRole("button", { name: "Unlock all weights" }).click(), () => ![...document.querySelectorAll(".rg-locked")].some((e) => e.offsetParent));
  for (const name of [/Settings/, /Where the model looks/, /Export and load/]) await B.getByRole("button", { name }).click();

  const head = (n) => `.rg-head .jupyter-button:nth-of-type(${n})`;
  seen.clicks = await clicks(Array(5).fill([".rg-sugg .jupyter-button", ".rg-lock", head(1), ".rg-drop"]).flat());
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(300);
  seen.wide = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, parts: [...document.querySelectorAll(".rg-builder *")].filter((e) => e.offsetParent && e.getBoundingClientRect().right > 391 && !e.closest(".rg-eyes")).slice(0, 5).map((e) => `${e.className} ${e.textContent.slice(0, 30)}`) }));
  await picture("builder-phone", 390, 1180);
} else {
  let t = Date.now();
  await page.goto(url, { waitUntil: "domcontentloaded" });
  await page.waitForFunction(() => { // the notebook is there, and its kernel
    const panel = window.jupyterapp?.shell?.currentWidget;
    return panel?.content?.widgets?.length > 5 && panel.sessionContext?.session?.kernel?.status === "idle";
  }, undefined, { timeout: 40000 });
  times.push({ step: "open", ms: Date.now() - t });
  t = Date.now();
  await page.evaluate(() => { // the cell whose last line is the builder, run as Shift-Enter does
    const cells = window.jupyterapp.shell.currentWidget.content;
    cells.activeCellIndex = cells.widgets.findIndex((w) => /^Builder\(/m.test(w.model.sharedModel.source));
    return window.jupyterapp.commands.execute("notebook:run-cell");
  });
  await B.locator(".rg-sugg .rg-bar").first().waitFor();
  times.push({ step: "run the cell", ms: Date.now() - t });
  seen.first = await rows();
  await step("suggestion", () => B.locator(".rg-sugg .jupyter-button").first().click(), count, seen.first.length + 1);
  seen.then = await rows();
  if (shots) await page.screenshot({ path: `${shots}/builder-lab.png` });
}
console.log(JSON.stringify(seen));
await browser.close();
