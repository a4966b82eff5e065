// The builder of the site. Without a browser: what it answers to many questions, as JSON. With one: a recipe from start to end, and what was seen.
// node page.mjs numbers FOLDER-OF-WEIGHTS FOLDER-OF-SCRIPTS ASKED.json ANSWERS.json
// node page.mjs browser CHROMIUM URL FOLDER-FOR-PICTURES THE-SAME-PAGE-ON-DISK
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const [mode, ...args] = process.argv.slice(2), require = createRequire(import.meta.url);
const median = (x) => [...x].sort((a, b) => a - b)[x.length >> 1];

function numbers([weights, scripts, asked, answers]) {
  const E = require(`${scripts}/engine.js`), { Kitchen } = require(`${scripts}/kitchen.js`);
  const bytes = (name) => { const b = readFileSync(`${weights}/${name}`); return b.buffer.slice(b.byteOffset, b.byteOffset + b.length); };
  const start = performance.now(), w = E.readWeights(bytes("ingredients.safetensors"));
  const I = new E.Ingredients(w), Q = new E.Quantities(E.readWeights(bytes("quantities.safetensors"))), noise = new E.Noise(bytes("noise.f32"), Q.R + 1);
  const K = new Kitchen(JSON.parse(new TextDecoder().decode(bytes("ingredients.json"))), new Int8Array(bytes("composition.i8")), E.readWeights(bytes("substitutes.safetensors")).w), opened = performance.now() - start;
  K.counts = w.w.counts.data;
  const times = {}, timed = (what, f) => { const t = performance.now(), x = f(); (times[what] ??= []).push(performance.now() - t); return x; };
  const plain = (x) => Buffer.from(Float32Array.from(x).buffer).toString("base64");
  const { sets, full, names, amounts, swaps, texts } = JSON.parse(readFileSync(asked, "utf8"));
  const out = sets.map(({ ids, locks, total }) => ({
    next: plain(timed("next", () => I.nextLogProbs(ids))),
    missing: plain(timed("missing", () => I.missingLogProbs(ids))),
    ...timed("weigh", () => E.weigh(Q, noise, ids, locks, total)),
  }));
  for (const ids of full) timed("weigh 16", () => E.weigh(Q, noise, ids));
  writeFileSync(answers, JSON.stringify({
    out, opened, names: names.map((n) => K.match(n).sort((a, b) => a - b)), amounts: amounts.map(([id, g]) => K.household(id, g)),
    reasons: sets.slice(0, 50).map(({ ids }) => E.reasons(I, ids, [0, 1, 2].filter((i) => !ids.includes(i)))),
    swaps: swaps.map(([ids, gone, diet]) => K.substitutes(ids, gone, [I, Q], K.allowed(diet), 3).map((o) => [o.id, o.score])),
    read: texts.map((t) => K.read(t)), written: out.slice(0, 20).flatMap((o, i) => ["text", "jsonld", "cooklang", "csv"].map((f) => K.write({ title: "", servings: 4, items: sets[i].ids.map((id, j) => ({ id, grams: o.grams[j], low: o.low[j], high: o.high[j] })) }, f))),
    nutrition: out.slice(0, 50).map((o, i) => K.nutrition(sets[i].ids, o.grams)),
    times: Object.fromEntries(Object.entries(times).map(([k, x]) => [k, median(x)])),
  }));
}

async function browse([executablePath, url, shots, disk]) {
  const { chromium } = await import("playwright-core"), axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const seen = { said: [], outside: [], steps: {}, odd: {}, many: "flour butter sugar egg salt water milk onion garlic carrot celery tomato potato rice pasta lemon apple banana oat yeast honey thyme".split(" "), axe: {}, overflow: {}, clicks: [] };
  const open = async (width, dark = false, at = url) => {
    const context = await browser.newContext({ viewport: { width, height: 844 }, isMobile: width < 600, hasTouch: width < 600, colorScheme: dark ? "dark" : "light", acceptDownloads: true }), page = await context.newPage();
    page.setDefaultTimeout(15000);
    page.on("console", (m) => { if (["error", "warning"].includes(m.type())) seen.said.push(m.text()); });
    page.on("pageerror", (e) => seen.said.push(String(e)));
    await page.route("**/*", (route) => {
      const to = route.request().url();
      if (to.startsWith(new URL(url).origin) || /^(data|blob):/.test(to)) return route.continue();
      seen.outside.push(to);
      return route.abort();
    });
    await page.goto(at, { waitUntil: "commit" });
    await page.waitForSelector("[data-state=ready]");
    return page;
  };
  const names = (page) => page.$$eval(".rgb-rows .rgb-name", (es) => es.map((e) => e.firstChild.data.trim()));
  const state = (page) => page.evaluate(() => { const b = document.querySelector(".rgb").recipeBuilder, k = b.kitchen; return { items: b.state.items.map((o, i) => ({ name: k.names[o.id], lock: o.lock, grams: b.grams.grams[i], low: b.grams.low[i], high: b.grams.high[i] })), total: b.total }; });
  const check = async (page, what) => {
    await page.evaluate(axe);
    seen.axe[what] = await page.evaluate(async () => (await axe.run(".rgb")).violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`) })));
    seen.overflow[what] = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  };
  const shot = (page, name) => page.locator(".rgb").screenshot({ path: `${shots}/${name}.png` });

  // A vegan recipe of seven ingredients
  let page = await open(1280), t = Date.now();
  const step = async (what, f) => { const now = Date.now(); await f(); seen.steps[what] = Date.now() - now; };
  const act = (what, i = 0) => page.locator(`[data-do="${what}"]`).nth(i).click();
  seen.ready = await page.evaluate(() => performance.getEntriesByName("recipe-builder-ready")[0].startTime);
  seen.first = await page.$eval(".rgb-next li", (e) => e.innerText);
  seen.start = await state(page);
  await act("clear");
  await step("diet", async () => { await page.locator("summary", { hasText: "Diet" }).click(); await page.locator("[data-set=diet]").selectOption("vegan"); });
  await step("keyboard", async () => { // no mouse: type a second name, down and up, enter
    await page.focus("[role=combobox]");
    await page.keyboard.type("garbanzo", { delay: 5 });
    await page.waitForSelector("[role=option]");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
  });
  seen.typed = await names(page);
  await step("refused", async () => { await page.fill("[role=combobox]", "butter"); await page.keyboard.press("Escape"); await page.keyboard.press("Enter"); });
  seen.refused = await page.locator("[role=status]").innerText();
  await step("seven", async () => { for (let i = 1; i < 7; i++) await act("add", 0); });
  seen.seven = await names(page);
  await step("lock", async () => { await page.locator("[data-grams]").first().fill("240"); await act("lock", 0); }); // the click on the padlock ends the typing: it stays locked
  seen.locked = await state(page);
  await step("swap", async () => { await act("swap", 2); await act("replace", 0); });
  seen.swapped = await state(page);
  await step("undo", () => act("undo"));
  seen.undone = await names(page);
  await step("redo", () => act("redo"));
  seen.redone = await names(page);
  await step("export", async () => { await page.locator("summary", { hasText: "Save" }).click(); await page.locator("[data-part=form]").selectOption("jsonld"); });
  seen.jsonld = await page.locator("[data-part=text]").inputValue();
  await step("download", async () => { const [d] = await Promise.all([page.waitForEvent("download"), act("download")]); seen.file = d.suggestedFilename(); });
  await step("clear", () => act("clear"));
  await step("load", async () => { await page.locator("summary", { hasText: "Load" }).click(); await page.locator("[data-part=paste]").fill(seen.jsonld); await act("load"); });
  seen.loaded = await state(page);
  await step("variants", async () => { await act("lock", 1); await act("lock", 2); await act("remove", 6); await act("remove", 5); await act("variants"); });
  seen.variants = await page.locator(".rgb-variants article").count();
  await page.locator("summary", { hasText: "Nutrition" }).click();
  await check(page, "1280");
  await shot(page, "builder-1280");
  seen.card = await (async () => { await page.evaluate(() => document.documentElement.classList.add("rgb-print")); await page.emulateMedia({ media: "print" }); const v = await page.evaluate(() => [getComputedStyle(document.querySelector(".rgb-card")).display, [...document.body.children].filter((e) => getComputedStyle(e).display !== "none").length]); await page.screenshot({ path: `${shots}/card.png` }); await page.emulateMedia({ media: null }); return v; })();
  const link = await page.evaluate(() => document.querySelector(".rgb").recipeBuilder.link());
  seen.scenario = Date.now() - t;

  // What a click costs: from the event to the changed page
  await page.evaluate(() => document.querySelector('[data-do="novariants"]').click());
  seen.clicks = await page.evaluate(async () => {
    const out = [], click = async (what, i) => { const b = document.querySelectorAll(`[data-do="${what}"]`)[i]; const t = performance.now(); b.click(); document.body.offsetHeight; out.push(performance.now() - t); await new Promise((ok) => setTimeout(ok, 10)); };
    for (let i = 0; i < 6; i++) { await click("add", i); await click("lock", 0); await click("swap", 1); await click("undo", 0); await click("redo", 0); await click("remove", 2); }
    return out;
  });
  seen.median = median(seen.clicks);

  // Odd and hostile: what was said, what is in the bowl after it, and where the focus stands
  const odd = async (what, f) => { await f(); seen.odd[what] = { said: await page.locator(".rgb [role=status]").innerText(), bowl: (await state(page)).items.map((o) => [o.name, o.lock]), ways: await page.locator(".rgb-variants article").count(), focus: await page.evaluate(() => document.activeElement.dataset.do ?? document.activeElement.role ?? document.activeElement.tagName) }; };
  const follow = (hash) => page.evaluate((h) => new Promise((ok) => { addEventListener("hashchange", () => setTimeout(ok, 0), { once: true }); location.hash = h; }), hash);
  const enter = async (text) => { await page.fill("[role=combobox]", text); await page.press("[role=combobox]", "Enter"); };
  const type = async (what, text) => { await page.locator(what).first().fill(text); await page.locator(what).first().press("Enter"); };
  const paste = async (text) => { await page.locator("[data-part=paste]").evaluate((e, x) => { e.closest("details").open = true; e.value = x; }, text); await act("load"); };
  await odd("link", () => follow("#recipe=butter:125,xyzzyqq,flour:Infinity,sugar:1e300,egg&servings=0&diet=vegan&without=stones&title=%3Cb%3Ehi"));
  await odd("clear", () => act("clear"));
  seen.shut = await page.$$eval("[data-do=copy],[data-do=download],[data-do=link],[data-do=print]", (es) => es.every((e) => e.disabled));
  await odd("many", () => follow(`#recipe=${seen.many.join(",")}`));
  await odd("full", async () => { await page.fill("[role=combobox]", "saffron"); await page.press("[role=combobox]", "Enter"); });
  await odd("most", () => act("finish"));
  await act("clear");
  await odd("equals", () => enter("garlic=10"));
  await act("clear");
  await odd("amount", () => enter("250 g butter"));
  await odd("comma", () => enter("flour, plain"));
  await odd("half", () => enter("onion, xyzzyqq"));
  await odd("vague", () => enter("chese"));
  await odd("begun", () => enter("garl"));
  for (const g of ["1,5", "0", "-5", "1e9", "x"]) await odd(`grams ${g}`, () => type("[data-grams]", g));
  await odd("servings", () => type("[data-set=servings]", "2,5"));
  await odd("no servings", () => type("[data-set=servings]", "-1"));
  await odd("title", () => type("[data-set=title]", "Торт"));
  await odd("ways", () => act("variants"));
  await odd("stale ways", async () => { await page.locator("[data-set=diet]").evaluate((e) => { e.value = "vegan"; e.dispatchEvent(new Event("change", { bubbles: true })); }); });
  await odd("replaced", async () => { await act("swap", 0); await act("replace", 0); });
  await odd("removed", async () => { await act("remove", 3); });
  await odd("forbidden", () => enter("milk"));
  await page.reload();
  await page.waitForSelector("[data-state=ready]");
  await odd("reloaded", () => null);
  await page.evaluate(() => { location.hash = "#how-it-works"; });
  await page.reload();
  await page.waitForSelector("[data-state=ready]");
  await odd("chapter", () => null);
  await odd("back", async () => { await act("remove", 0); await page.goBack(); await page.waitForTimeout(50); });
  await odd("json", () => paste('{"@type":"Recipe","name":42,"recipeIngredient":[1,null,"2 eggs",{"a":1}]}'));
  await odd("null name", () => paste('{"ingredients":[{"name":null},{"name":"butter","grams":1e300},{"name":"flour","grams":"1,5"}]}'));
  await odd("pasted many", () => paste(seen.many.map((n) => `10 g ${n}`).join("\n")));
  await odd("nonsense", () => paste("\u0000{[<@{}"));
  await page.context().close();

  // A phone; the link opens there; then the dark
  page = await open(390, false, link);
  seen.linked = { ...(await state(page)), diet: await page.locator("[data-set=diet]").inputValue() };
  await check(page, "390");
  await shot(page, "builder-390");
  await page.locator('[data-do="finish"]').tap();
  seen.finished = (await names(page)).length;
  await page.fill("[role=combobox]", "oni");
  await page.locator("[role=option]").first().dispatchEvent("pointerdown"); // a finger that begins to scroll
  seen.touched = [await names(page)];
  await page.locator("[role=option]").first().tap();
  seen.touched.push(await names(page));
  await page.context().close();
  page = await open(1280, true, link);
  await page.evaluate(() => { document.documentElement.dataset.theme = "dark"; });
  await page.locator("summary", { hasText: "Nutrition" }).click();
  await check(page, "dark");
  await shot(page, "builder-dark");
  await page.context().close();
  page = await open(1280);
  await act("clear");
  await check(page, "empty");
  await shot(page, "builder-empty");
  await page.context().close();

  // From the disk, where nothing can be fetched; and further down a page, where it waits until it is seen
  page = await (await browser.newContext()).newPage();
  await page.goto(disk);
  await page.waitForSelector("[data-state=failed]");
  seen.disk = await page.locator("[role=status]").innerText();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  await page.goto(new URL("below.html", url).href);
  await page.waitForTimeout(300);
  const mounted = () => page.$$eval("[data-recipe-builder]", (es) => es.map((e) => !!e.recipeBuilder));
  seen.lazy = [await mounted()];
  await page.evaluate(() => scrollTo(0, 5000));
  await page.waitForFunction(() => document.querySelectorAll("[data-state=ready] .rgb-rows li").length > 2);
  seen.lazy.push(await mounted(), await names(page));
  await page.goto(new URL("two.html", url).href);
  await page.waitForFunction(() => document.querySelectorAll("[data-state=ready]").length > 1);
  seen.printed = await page.evaluate(() => { const now = () => [...document.querySelectorAll(".rgb-card")].map((c) => c.classList.contains("rgb-now")), out = []; window.print = () => { out.push(now()); dispatchEvent(new Event("afterprint")); }; document.querySelectorAll("[data-do=print]")[1].click(); return [...out, now()]; });
  await browser.close();
  console.log(JSON.stringify(seen));
}

await (mode === "browser" ? browse(args) : numbers(args.map((p) => resolve(p))));
