/* The face of the recipe builder: <div data-recipe-builder></div> and the three scripts of this folder are all a page needs.
   data-start="flour, butter" begins with these; data-print prints the recipe's card instead of the page; data-lazy waits until it is seen. */
(function () {
"use strict";
const E = window.recipegenEngine, { Kitchen, amount, showGrams } = window.recipegenKitchen;
const HERE = new URL(".", document.currentScript.src).href;
const FILES = ["ingredients.json", "composition.i8", "noise.f32", "substitutes.safetensors", "ingredients.safetensors", "quantities.safetensors"];
const STARTS = [["flour", "butter", "sugar", "egg"], ["chickpea", "lemon juice", "garlic"], ["pasta", "tomato", "basil"], ["rice", "tofu", "soy sauce"]];
const SHOWN = "energy_kcal fat_g saturated_fat_g carbohydrate_g sugars_g fiber_g protein_g sodium_mg cholesterol_mg calcium_mg iron_mg potassium_mg vitamin_c_mg alcohol_g".split(" ");
const IMPLIED = { vegan: ["vegetarian", "pescatarian", "dairy-free"], vegetarian: ["pescatarian"] };
const REFERENCE = { energy_kcal: 2000, protein_g: 50, fat_g: 70, saturated_fat_g: 20, carbohydrate_g: 260, sugars_g: 90, fiber_g: 25, sodium_mg: 2400 }; // a day of an adult: Regulation (EU) 1169/2011, annex XIII; fibre: EFSA 2010
const FORMS = { text: ["Text", "txt"], jsonld: ["JSON-LD", "json"], cooklang: ["Cooklang", "cook"], csv: ["CSV", "csv"] };

const PADLOCK = '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5 7V5a3 3 0 0 1 6 0v2" fill="none" stroke-width="1.6"/></svg>';

const esc = (s) => String(s).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const percent = (p) => (p >= .1 ? `${Math.round(100 * p)} %` : p >= .001 ? `${(100 * p).toFixed(1)} %` : "< 0.1 %");
const list = (words) => words.join(", ").replace(/, ([^,]*)$/, " and $1");
const label = (k) => k.replace(/_(kcal|g|mg)$/, "").replaceAll("_", " ").replace("saturated fat", "of which saturated").replace("sugars", "of which sugars").replace("fiber", "fibre").replace("vitamin c", "vitamin C");
const editable = (g) => String(g < .1 ? Math.max(+g.toPrecision(2), .001) : g < 10 ? +g.toFixed(2) : g < 100 ? +g.toFixed(1) : Math.round(g));
const portions = (n) => `${n.toLocaleString("en-US")} portion${n === 1 ? "" : "s"}`;
const LIMITS = { servings: [1000, .1], total: [1e6, 1] }; // at most, at least
const WAYS = ["No way", "One way", "Two ways", "Three ways"];
const NEXT = { undo: "redo", redo: "undo", start: "finish", finish: "finish", take: "variants", variants: "variants", novariants: "variants" }; // where the focus goes when its button is gone
const onPaper = (card) => { for (const c of document.querySelectorAll(".rgb-card")) c.classList.toggle("rgb-now", c === card); document.documentElement.classList.toggle("rgb-print", !!card); };
const parts = (text) => (text.match(/(?:\d,\d|[^,])+/g) ?? []).map((t) => t.trim()); // between commas; 1,5 is a number

let files; // fetched once for all builders of a page
async function load() {
  const get = async (name) => { const r = await fetch(HERE + name); if (!r.ok) throw new Error(`${name}: ${r.status}`); return r.arrayBuffer(); };
  const [json, made, noise, choices, i, q] = await Promise.all(FILES.map(get));
  const w = E.readWeights(i), kitchen = new Kitchen(JSON.parse(new TextDecoder().decode(json)), new Int8Array(made), E.readWeights(choices).w), quantities = new E.Quantities(E.readWeights(q));
  kitchen.counts = w.w.counts.data;
  return { kitchen, ingredients: new E.Ingredients(w), quantities, noise: new E.Noise(noise, quantities.R + 1) };
}

// Make the children of `at` those of `html`, and keep what is the same: focus and scroll stay where they are
function morph(at, html) {
  const t = document.createElement("template");
  t.innerHTML = html;
  (function same(old, next) {
    const a = [...old.childNodes], b = [...next.childNodes];
    b.forEach((y, i) => {
      const x = a[i];
      if (!x) return old.append(y);
      if (x.nodeName !== y.nodeName || x.nodeType !== y.nodeType) return x.replaceWith(y);
      if (x.nodeType === 3) { if (x.data !== y.data) x.data = y.data; return; }
      for (const { name } of [...x.attributes]) if (!y.hasAttribute(name) && name !== "open") x.removeAttribute(name);
      for (const { name, value } of y.attributes) if (x.getAttribute(name) !== value) x.setAttribute(name, value);
      if (x.nodeName === "INPUT") { const v = y.getAttribute("value") ?? ""; if (x.value !== v && x.type !== "checkbox") x.value = v; x.checked = y.hasAttribute("checked"); }
      same(x, y);
    });
    a.slice(b.length).forEach((x) => x.remove());
  })(at, t.content);
}

let builders = 0;
class Builder {
  constructor(root) {
    Object.assign(this, { root, no: ++builders, past: [], future: [], swapping: null, variants: null, seed: 0, options: [], at: 0 });
    this.owner = root === (document.querySelector("[data-recipe-builder][data-print]") ?? document.querySelector("[data-recipe-builder]")); // its recipe stands in the page's address
    this.state = { title: "", items: [], diet: "", without: [], servings: 4, total: null, temperature: 1, topP: .95, most: 10 };
    root.classList.add("rgb");
    root.setAttribute("role", "region");
    root.setAttribute("aria-label", "Recipe builder");
    this.shell();
    this.open();
  }
  $(part) { return this.root.querySelector(`[data-part="${part}"]`); }
  say(text, bad = false) { const s = this.$("said"); s.textContent = text; s.classList.toggle("rgb-bad", bad); }

  async open() {
    try { Object.assign(this, await (files ??= load())); } catch (e) {
      files = null;
      this.root.dataset.state = "failed";
      this.say(location.protocol === "file:" ? "A page opened from the disk may not read files beside it. Open it over a local server: run python -m http.server in its folder, then visit http://localhost:8000" : `The weights did not arrive (${e.message}); reload the page to try again.`, true);
      return;
    }
    const linked = this.owner && (this.fromHash(location.hash) ?? this.fromHash(history.state?.recipegen));
    (linked || this.add(parts(this.root.dataset.start ?? ""))).f(this.state);
    this.choices();
    if (this.owner) addEventListener("hashchange", () => this.attempt(() => {
      const l = this.fromHash(location.hash);
      if (l && !history.state?.recipegen) { this.change(l.f, l.said); this.choices(); } else this.keep(l ? this.link() : location.href); // back to where this builder has been, or to a chapter: what is in the bowl stays
    }));
    this.draw();
    this.say(linked ? linked.said : "Ready. Nothing you do here leaves this page.");
    this.root.dataset.state = "ready";
    performance.mark("recipe-builder-ready");
  }

  // State

  get ids() { return this.state.items.map((o) => o.id); }
  get locks() { return this.state.items.map((o) => o.lock); }
  get locked() { return this.locks.some((g) => g > 0); }
  get total() { return this.state.total ?? this.state.servings * this.kitchen.portion; }
  get ok() { return this.kitchen.allowed(this.state.diet, this.state.without); }
  name(id) { return this.kitchen.names[id]; }

  change(f, said) { // every change goes through here, so that it can be taken back
    const was = JSON.stringify(this.state);
    f(this.state);
    if (JSON.stringify(this.state) !== was) { this.past.push(was); this.future = []; }
    this.swapping = this.variants = null;
    this.draw();
    this.keep();
    if (said) this.say(typeof said === "function" ? said() : said);
  }
  back(from, to, word) {
    if (!from.length) return;
    to.push(JSON.stringify(this.state));
    this.state = JSON.parse(from.pop());
    this.swapping = this.variants = null;
    this.choices();
    this.draw();
    this.keep();
    this.say(word);
  }
  keep(url = this.link()) { if (this.owner) try { history.replaceState({ recipegen: new URL(this.link()).hash }, "", url); } catch { /* some browsers count, and refuse the hundredth */ } }
  attempt(f) { try { return f(); } catch (e) { console.error(e); this.say(`That did not work (${e.message}); undo takes back what it changed.`, true); } }

  add(names) { // texts, as "butter" or "250 g butter", or ids -> what that does to the state, who comes, and why others do not
    const ok = this.ok, why = [], may = [];
    for (const n of names) {
      const o = typeof n === "number" ? { id: n } : this.kitchen.find(n);
      if (!o) why.push(`“${n}” is no ingredient I know`);
      else if (this.ids.includes(o.id)) why.push(`${this.name(o.id)} is in the bowl already`);
      else if (!ok[o.id]) why.push(`${this.name(o.id)} ${this.refusal(o.id)}`);
      else if (!may.some((x) => x.id === o.id)) may.push({ id: o.id, lock: o.grams ?? null });
    }
    const items = may.slice(0, this.noise.most - this.ids.length);
    if (items.length < may.length) why.push(`a list holds ${this.noise.most} at most`);
    return { items, why, f: (s) => s.items.push(...items) };
  }
  put(names) {
    const { items, why, f } = this.add(names), told = (o) => this.name(o.id) + (o.lock ? ` at ${editable(o.lock)} g` : "");
    if (!items.length) return this.say(why.join("; ").replace(/^./, (c) => c.toUpperCase()) + ".", true);
    this.change(f, () => `${[`Added ${list(items.map(told))}`, ...why].join("; ")}. Next may be ${this.next[0] ? this.name(this.next[0].id) : "the end"}.`);
  }
  refusal(i) {
    const bits = (m, names) => names.filter((_, j) => m >> j & 1), k = this.kitchen, s = this.state;
    if (s.diet && !bits(k.diets[i], k.dietNames).includes(s.diet)) return `is not ${s.diet}`;
    return `contains ${list(bits(k.allergens[i], k.allergenNames).filter((a) => s.without.includes(a)))}`;
  }

  fromHash(hash) { // #recipe=butter:125,flour&diet=vegan&servings=4 -> what that does to the state, and what to say; null where no recipe is
    const q = new URLSearchParams((hash ?? "").slice(1)), k = this.kitchen, items = [], lost = [], words = (key) => (q.get(key) ?? "").split(",").filter((t) => t.trim());
    if (!q.has("recipe")) return null;
    for (const t of words("recipe")) {
      const [n, g] = t.split(":"), id = k.resolve(n);
      if (id == null) lost.push(`“${n}” is no ingredient I know`);
      else if (!items.some((o) => o.id === id)) items.push({ id, lock: amount(g) });
      if (g && !amount(g)) lost.push(`“${g}” is no weight`);
    }
    const one = (key, known) => words(key).filter((w) => known.includes(w) || !lost.push(`“${w}” is unknown`)), size = (key) => { const x = amount(q.get(key), ...LIMITS[key]); if (q.get(key) && !x) lost.push(`“${q.get(key)}” is no ${key}`); return x; };
    const state = { items: items.slice(0, this.noise.most), title: q.get("title") ?? "", diet: one("diet", k.dietNames)[0] ?? "", without: one("without", k.allergenNames), servings: size("servings") ?? 4, total: size("total") }, ok = k.allowed(state.diet, state.without), bad = state.items.filter((o) => !ok[o.id]);
    if (items.length > this.noise.most) lost.push(`a list holds ${this.noise.most} at most`);
    if (bad.length) lost.push(`${list(bad.map((o) => this.name(o.id)))} ${bad.length > 1 ? "do" : "does"} not fit its diet`);
    return { f: (s) => Object.assign(s, state), said: `${history.state?.recipegen ? "Your recipe is here again" : "The recipe of the link is open"}${lost.length ? `, but ${lost.slice(0, 6).join("; ")}` : ""}.` };
  }
  link() {
    const s = this.state, q = new URLSearchParams({ recipe: s.items.map((o) => this.name(o.id) + (o.lock ? `:${o.lock}` : "")).join(","), servings: s.servings });
    for (const k of ["title", "diet", "total"]) if (s[k]) q.set(k, s[k]);
    if (s.without.length) q.set("without", s.without.join(","));
    return `${location.href.split("#")[0]}#${q.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
  }

  // What the nets say

  weigh() {
    const { ids, locks } = this;
    this.grams = ids.length ? E.weigh(this.quantities, this.noise, ids, locks, this.total) : { grams: [], low: [], high: [] };
  }
  suggest() {
    const { ids, ok } = this, p = this.ingredients.nextLogProbs(ids), may = [...p.keys()].filter((i) => i < this.ingredients.v && ok[i] && p[i] > -Infinity).sort((a, b) => p[b] - p[a]), sum = may.reduce((s, i) => s + Math.exp(p[i]), 0), best = may.slice(0, 10);
    const why = ids.length ? E.reasons(this.ingredients, ids, best) : best.map(() => []);
    this.end = Math.exp(p[this.ingredients.end]);
    this.next = best.map((id, i) => ({ id, p: Math.exp(p[id]) / sum, why: why[i].map((x, j) => [x, ids[j]]).filter(([x]) => x > .1).sort((a, b) => b[0] - a[0]).slice(0, 2) }));
  }
  nutrition() {
    const s = this.state, all = this.kitchen.nutrition(this.ids, this.grams.grams);
    return Object.fromEntries(Object.entries(all).map(([k, x]) => [k, x / s.servings]));
  }
  recipe() { return { title: this.state.title, servings: this.state.servings, items: this.ids.map((id, i) => ({ id, grams: this.grams.grams[i], low: this.grams.low[i], high: this.grams.high[i] })) }; }
  complete(seed) {
    const s = this.state, n = this.ids.length;
    return E.finish(this.ingredients, this.ids, { allowed: this.ok, least: Math.min(s.most, Math.max(4, n + 1)), most: s.most, temperature: s.temperature, topP: s.topP, roll: E.dice(seed) });
  }

  // Drawing

  shell() {
    const id = `rgb-${this.no}`;
    this.root.innerHTML = `
<div class="rgb-top">
  <div class="rgb-combo">
    <label for="${id}-q">Add an ingredient</label>
    <input id="${id}-q" data-part="q" role="combobox" aria-expanded="false" aria-controls="${id}-list" aria-autocomplete="list" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="garlic, or several between commas">
    <ul id="${id}-list" data-part="list" role="listbox" aria-label="Ingredients that fit" hidden></ul>
  </div>
  <div class="rgb-tools" role="group" aria-label="Steps">
    <button data-do="undo" type="button">Undo</button><button data-do="redo" type="button">Redo</button><button data-do="clear" type="button">Start over</button>
  </div>
</div>
<p class="rgb-said" data-part="said" role="status" aria-live="polite">Fetching 4 MB of weights, once …</p>
<div class="rgb-body">
  <section class="rgb-recipe" aria-label="Your recipe"><div data-part="recipe"></div></section>
  <section class="rgb-next" aria-label="What goes with it"><div data-part="next"></div></section>
<div class="rgb-ways" data-part="variants"></div>
<div class="rgb-more">
  <details><summary>Diet, allergens and taste</summary><div data-part="choices" class="rgb-choices"></div></details>
  <details data-part="facts"><summary>Nutrition of a portion</summary><div data-part="nutrition"></div></details>
  <details data-part="save"><summary>Save, share, print</summary>
    <div class="rgb-save">
      <label>Form <select data-part="form">${Object.entries(FORMS).map(([k, [n]]) => `<option value="${k}">${n}</option>`).join("")}</select></label>
      <button data-do="copy" type="button">Copy</button><button data-do="download" type="button">Download</button><button data-do="link" type="button">Copy a link</button><button data-do="print" type="button">Print the card</button>
      <textarea data-part="text" readonly rows="9" aria-label="The recipe in this form" spellcheck="false"></textarea>
    </div></details>
  <details><summary>Load a recipe</summary>
    <div class="rgb-save">
      <label class="rgb-wide">Text, JSON-LD, Cooklang or CSV <textarea data-part="paste" rows="6" spellcheck="false" placeholder="500 g potatoes&#10;2 eggs&#10;1 tbsp olive oil"></textarea></label>
      <button data-do="load" type="button">Load it</button>
      <label class="rgb-file">or a file <input data-part="file" type="file" accept=".json,.jsonld,.cook,.csv,.txt,.html,.htm"></label>
    </div></details>
  <p class="rgb-hint" data-part="took"></p>
</div>
</div>`;
    this.card = document.body.appendChild(Object.assign(document.createElement("div"), { className: "rgb-card" }));
    this.card.setAttribute("aria-hidden", "true");
    const q = this.$("q");
    q.addEventListener("input", () => this.typed());
    q.addEventListener("keydown", (e) => this.key(e));
    q.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    q.addEventListener("focus", () => q.value && this.typed());
    this.$("list").addEventListener("mousedown", (e) => e.preventDefault()); // the focus stays in the box
    this.$("list").addEventListener("click", (e) => { const o = e.target.closest("[role=option]"); if (o) this.attempt(() => this.pick(this.options[o.dataset.i])); });
    this.root.addEventListener("click", (e) => {
      const b = e.target.closest("[data-do]"), row = b?.closest("li"), what = b?.dataset.do;
      if (!b || !this.kitchen || b.disabled) return;
      this.attempt(() => this.do(what, b));
      if (b.isConnected && !b.disabled) return;
      const rest = this.root.querySelectorAll(`[data-do="${NEXT[what] ?? "remove"}"]:enabled`), to = what === "replace" && row.isConnected ? row.querySelector('[data-do="swap"]') : what === "clear" ? null : rest[rest.length - 1];
      (to ?? q).focus();
    });
    this.root.addEventListener("change", (e) => this.kitchen && this.attempt(() => this.changed(e.target)));
    this.root.addEventListener("input", ({ target: t }) => { if (t.type === "range") t.parentElement.querySelector("output").textContent = t.value; });
    this.root.addEventListener("keydown", (e) => {
      if (e.target.matches("[data-grams]") && e.key === "Enter") e.target.blur();
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== "z" || e.target.matches("input:not([type=checkbox]):not([type=range]), textarea")) return;
      e.preventDefault();
      this.do(e.shiftKey ? "redo" : "undo");
    });
    for (const d of this.root.querySelectorAll("details")) d.addEventListener("toggle", () => d.open && this.grams && this.panels());
  }

  choices() { // diet and taste: drawn once, and when a step back changes them
    const k = this.kitchen, s = this.state, range = (key, text, min, max, step) => `<label>${text} <output>${s[key]}</output><input type="range" data-set="${key}" min="${min}" max="${max}" step="${step}" value="${s[key]}"></label>`;
    this.$("choices").innerHTML = `<label>Diet <select data-set="diet"><option value="">any</option>${k.dietNames.map((d) => `<option${d === s.diet ? " selected" : ""}>${d}</option>`).join("")}</select></label>
      <fieldset><legend>Leave out</legend>${k.allergenNames.map((a) => `<label class="rgb-tick"><input type="checkbox" data-without="${a}"${s.without.includes(a) ? " checked" : ""}>${a}</label>`).join("")}</fieldset>
      ${range("temperature", "Temperature (above 1 more daring)", .2, 2, .1)}${range("topP", "Top-p (less keeps to the likely)", .3, 1, .05)}${range("most", "Ingredients, at most", 4, this.noise.most, 1)}`;
  }

  draw() {
    const key = JSON.stringify([this.ids, this.state.diet, this.state.without]), start = performance.now();
    this.weigh();
    if (key !== this.known) { this.suggest(); this.known = key; }
    this.drawRecipe();
    this.drawNext();
    this.panels();
    const busy = (what, no) => { this.root.querySelector(`[data-do="${what}"]`).disabled = no; };
    busy("undo", !this.past.length);
    busy("redo", !this.future.length);
    busy("clear", !this.ids.length);
    for (const what of ["copy", "download", "link", "print"]) busy(what, !this.ids.length);
    if ("print" in this.root.dataset) onPaper(this.ids.length ? this.card : null);
    this.$("took").textContent = `Laws, reasons and weights of this step: ${Math.round(performance.now() - start)} ms, in this page.`;
  }

  drawRecipe() {
    const k = this.kitchen, s = this.state, { grams, low, high } = this.grams, ok = this.ok, total = grams.reduce((a, b) => a + b, 0), widest = Math.max(...high, 1);
    if (!s.items.length) {
      morph(this.$("recipe"), `<h2>Your recipe</h2><p>The bowl is empty. Type an ingredient, take one from the list, or begin with</p><p class="rgb-starts">${STARTS.map((n, i) => `<button type="button" data-do="start" data-i="${i}">${n.join(", ")}</button>`).join("")}</p>
        <p><button type="button" class="rgb-main" data-do="finish">Surprise me</button></p>`);
      return;
    }
    const rows = s.items.map(({ id, lock }, i) => {
      const n = esc(this.name(id)), g = grams[i], bar = (x) => (100 * Math.sqrt(Math.min(x / widest, 1))).toFixed(1);
      const span = lock ? "locked" : `${showGrams(low[i])} to ${showGrams(high[i])}`;
      return `<li${ok[id] ? "" : ' class="rgb-not"'}>
        <span class="rgb-name">${n}${ok[id] ? "" : ` <small>${esc(this.refusal(id))}</small>`}</span>
        <span class="rgb-amount"><input type="text" data-grams="${i}" inputmode="decimal" autocomplete="off" value="${editable(g)}" aria-label="Grams of ${n}"${lock ? ' class="rgb-locked"' : ""}><span aria-hidden="true">g</span>
          <button type="button" class="rgb-icon" data-do="lock" data-i="${i}" aria-pressed="${!!lock}" aria-label="Lock the weight of ${n}" title="${lock ? "Let the weight go" : "Keep this weight"}">${PADLOCK}</button></span>
        <span class="rgb-spoons">${esc(k.household(id, g) ?? "")}</span>
        <span class="rgb-span"><i aria-hidden="true"><b style="left:${bar(low[i])}%;right:${(100 - bar(high[i])).toFixed(1)}%"></b><u style="left:${bar(g)}%"></u></i><small>${span}</small></span>
        <span class="rgb-acts"><button type="button" data-do="swap" data-i="${i}" aria-expanded="${this.swapping === i}" aria-label="Swap ${n}">Swap</button><button type="button" data-do="remove" data-i="${i}" aria-label="Remove ${n}">✕</button></span>
        ${this.swapping === i ? this.swaps(id) : ""}</li>`;
    });
    morph(this.$("recipe"), `<div><input data-set="title" class="rgb-title" value="${esc(s.title)}" placeholder="${esc(k.title(this.recipe()))}" aria-label="Name of the recipe"></div>
      <ol class="rgb-rows">${rows.join("")}</ol>
      <div class="rgb-size"><label>Portions <input type="text" inputmode="decimal" autocomplete="off" data-set="servings" value="${s.servings}"></label>
        <label>Total <input type="text" inputmode="decimal" autocomplete="off" data-set="total" value="${editable(total)}"${this.locked ? " disabled" : ""}> g</label>
        <span>${this.locked ? "the locked weights say how much; " : ""}${portions(s.servings)} of ${showGrams(total / s.servings)}</span></div>
      <p class="rgb-holds">${this.fitness()}</p>
      <p class="rgb-go"><button type="button" class="rgb-main" data-do="finish">Finish it for me</button> <button type="button" data-do="variants">Three ways to finish it</button></p>`);
  }

  fitness() { // diets that it keeps, allergens in it
    if (!this.ids.length) return "";
    const k = this.kitchen, bits = (m, names) => names.filter((_, j) => m >> j & 1), fit = bits(this.ids.reduce((m, i) => m & k.diets[i], -1), k.dietNames), holds = bits(this.ids.reduce((m, i) => m | k.allergens[i], 0), k.allergenNames);
    const diets = fit.filter((d) => !fit.some((f) => IMPLIED[f]?.includes(d)));
    return (diets.length ? `<b>${list(diets).replace(/^./, (c) => c.toUpperCase())}</b>. ` : "") + (holds.length ? `Contains ${list(holds)}.` : "None of the 14 allergens of EU labels.");
  }

  swaps(out) {
    const found = this.kitchen.substitutes(this.ids, out, [this.ingredients, this.quantities], this.ok);
    const why = (o) => o.because.filter(([, x]) => x > .3).slice(0, 2).map(([k]) => this.kitchen.because[k]).join(", ");
    return `<div class="rgb-swaps" role="group" aria-label="Instead of ${esc(this.name(out))}">${found.map((o) => `<button type="button" data-do="replace" data-out="${out}" data-id="${o.id}"><b>${esc(this.name(o.id))}</b> <small>${percent(o.score)}${why(o) ? `; ${why(o)}` : ""}</small></button>`).join("") || "Nothing that the diet allows."}</div>`;
  }

  drawNext() {
    const top = this.next[0]?.p ?? 1, why = (o) => (o.why.length ? `with ${o.why.map(([x, j]) => `${esc(this.name(j))} ×${Math.exp(x) >= 10 ? Math.round(Math.exp(x)) : Math.exp(x).toFixed(1)}`).join(", ")}` : this.ids.length ? "often there, whatever else" : "common in all recipes");
    morph(this.$("next"), `<h2>${this.ids.length ? "Goes with it" : "Begin with"}</h2><ol>${this.next.map((o) => `<li><button type="button" data-do="add" data-id="${o.id}"><span class="rgb-name">${esc(this.name(o.id))}</span> <span class="rgb-p">${percent(o.p)}</span>
      <i aria-hidden="true"><b style="width:${(100 * o.p / top).toFixed(1)}%"></b></i><small>${why(o)}</small></button></li>`).join("")}</ol>
      ${this.ids.length ? `<p class="rgb-hint">×2: twice as likely here as without that ingredient. ${this.end > .5 ? "<b>The recipe may be complete</b>" : "That it is complete"}: ${percent(this.end)}.</p>` : ""}`);
  }

  panels() { // what is folded away is drawn when it is seen
    const k = this.kitchen, n = this.nutrition();
    if (this.$("facts").open) morph(this.$("nutrition"), `<table class="rgb-facts"><thead><tr><th>One of ${portions(this.state.servings)}</th><th>amount</th><th>of a day</th></tr></thead><tbody>${SHOWN.filter((key) => key in n).map((key) => [key, n[key]]).map(([key, x]) => {
      const unit = key.match(/_(kcal|g|mg)$/)[1], day = REFERENCE[key] ? x / REFERENCE[key] : null;
      return `<tr><th scope="row">${label(key)}</th><td>${x >= 10 ? Math.round(x).toLocaleString("en-US") : +x.toFixed(1)} ${unit}</td><td>${day == null ? "" : `<i aria-hidden="true"><b style="width:${Math.min(100, 100 * day).toFixed(1)}%"></b></i><span>${Math.round(100 * day)} %</span>`}</td></tr>`;
    }).join("")}</tbody></table><p class="rgb-hint">Summed from USDA SR28; what it does not give counts as nothing. Of a day: reference intakes of the EU for an adult, fibre by EFSA.</p>`);
    if (this.$("save").open) this.$("text").value = k.write(this.recipe(), this.$("form").value);
    this.drawVariants();
    const r = this.recipe(), total = this.grams.grams.reduce((a, b) => a + b, 0);
    this.card.innerHTML = `<h1>${esc(k.title(r))}</h1><p>${portions(r.servings)} of ${showGrams(total / r.servings)}, ${showGrams(total)} in all</p><table>${r.items.map((o) => `<tr><td>${showGrams(o.grams)}</td><th>${esc(this.name(o.id))}</th><td>${esc(k.household(o.id, o.grams) ?? "")}</td></tr>`).join("")}</table>
      <p>A portion: ${Object.entries({ energy_kcal: "kcal", protein_g: "g protein", fat_g: "g fat", carbohydrate_g: "g carbohydrate", fiber_g: "g fibre", sodium_mg: "mg sodium" }).map(([key, u]) => `${Math.round(n[key]).toLocaleString("en-US")} ${u}`).join(", ")}</p><p>${this.fitness()}</p><p class="rgb-from">made with recipegen, which weighs and does not cook</p>`;
  }

  drawVariants() {
    if (!this.variants) return morph(this.$("variants"), "");
    morph(this.$("variants"), `<section class="rgb-variants" aria-label="Ways to finish it"><h2>${WAYS[this.variants.length]} to finish it</h2><div>${this.variants.map((v, i) => `<article><h3>${"ABC"[i]}: ${Math.round(v.kcal).toLocaleString("en-US")} kcal a portion</h3><ul>${v.ids.map((id, j) => `<li${this.ids.includes(id) ? "" : ' class="rgb-new"'}>${showGrams(v.grams[j])} ${esc(this.name(id))}</li>`).join("")}</ul><button type="button" data-do="take" data-i="${i}" aria-label="Take this one: ${"ABC"[i]}">Take this one</button></article>`).join("")}</div>
      <p><button type="button" data-do="variants">Others</button> <button type="button" data-do="novariants">Close</button></p></section>`);
  }

  // Doing

  do(what, b) {
    const i = +b?.dataset.i, id = +b?.dataset.id, s = this.state;
    const item = s.items[i];
    if (what === "undo") this.back(this.past, this.future, "Undone.");
    else if (what === "redo") this.back(this.future, this.past, "Done again.");
    else if (what === "clear") this.change((s) => Object.assign(s, { items: [], title: "", total: null }), "Started over; undo brings it back.");
    else if (what === "start") this.put(STARTS[i]);
    else if (what === "add") this.put([id]);
    else if (what === "remove") this.change((s) => s.items.splice(i, 1), `Removed ${this.name(item.id)}.`);
    else if (what === "lock" && item.lock && this.typedAt?.[0] === i && performance.now() - this.typedAt[1] < 400) this.typedAt = null; // the same click that ended the typing, which has locked it
    else if (what === "lock") { const g = item.lock ? null : +editable(this.grams.grams[i]); this.change((s) => { s.items[i].lock = g; }, g ? `${this.name(item.id)} stays at ${editable(g)} g; the rest follows.` : `${this.name(item.id)} is free.`); }
    else if (what === "swap") { this.swapping = this.swapping === i ? null : i; this.drawRecipe(); this.say(this.swapping === i ? `Instead of ${this.name(item.id)}: what would do.` : ""); }
    else if (what === "replace") { const out = +b.dataset.out; this.change((s) => { s.items[s.items.findIndex((o) => o.id === out)] = { id, lock: null }; }, `${this.name(id)} instead of ${this.name(out)}, and all weighed again.`); }
    else if (what === "finish") {
      const more = this.complete(++this.seed).slice(s.items.length);
      this.change((s) => more.forEach((id) => s.items.push({ id, lock: null })), more.length ? `Added ${list(more.map((x) => this.name(x)))}.` : this.full());
    } else if (what === "variants") {
      const ways = new Map([1, 2, 3].map(() => this.complete(++this.seed)).map((ids) => [[...ids].sort().join(), ids])), n = ways.size; // those that are the same are one
      this.variants = [...ways.values()].filter((ids) => ids.length > s.items.length).map((ids) => {
        const w = E.weigh(this.quantities, this.noise, ids, ids.map((x, j) => this.locks[j] ?? null), this.total);
        return { ids, grams: w.grams, kcal: this.kitchen.nutrition(ids, w.grams).energy_kcal / s.servings };
      });
      if (!this.variants.length) this.variants = null;
      this.drawVariants();
      this.say(!this.variants ? this.full() : `${WAYS[this.variants.length]} to finish it${n < 3 ? "; what else was tried came out the same" : ", side by side"}.`);
    } else if (what === "novariants") { this.variants = null; this.drawVariants(); this.say(""); }
    else if (what === "take") { const more = this.variants[i].ids.slice(s.items.length); this.change((s) => more.forEach((id) => s.items.push({ id, lock: null })), `Took ${"ABC"[i]}.`); }
    else if (what === "copy") this.clip(this.kitchen.write(this.recipe(), this.$("form").value), "Copied.");
    else if (what === "link") this.clip(this.link(), "The link is copied; it holds the whole recipe.");
    else if (what === "download") {
      const form = this.$("form").value, url = URL.createObjectURL(new Blob([this.kitchen.write(this.recipe(), form)], { type: form === "jsonld" ? "application/ld+json" : "text/plain" }));
      Object.assign(document.createElement("a"), { href: url, download: `${this.kitchen.normalize(this.kitchen.title(this.recipe())).replace(/[^a-z0-9]+/g, "-") || "recipe"}.${FORMS[form][1]}` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
      this.say(`Saved as ${FORMS[form][0]}.`);
    } else if (what === "print") {
      const was = document.querySelector(".rgb-now");
      addEventListener("afterprint", () => onPaper(was), { once: true });
      onPaper(this.card);
      print();
    } else if (what === "load") this.read(this.$("paste").value);
  }

  full() { return this.ids.length >= this.state.most ? `${this.ids.length} are in the bowl, and the taste below says ${this.state.most} at most.` : "Nothing more fits."; }

  async clip(text, said) {
    const old = () => { const at = document.activeElement, t = document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text })); t.select(); const done = document.execCommand("copy"); t.remove(); at?.focus(); return done; };
    const done = await (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => true, old);
    this.say(done ? said : `This browser lets no page copy; ${text.startsWith("http") ? "the link stands in the address bar" : "mark the text below and copy it"}.`, !done);
  }

  read(text) {
    if (!text.trim()) return this.say("There is nothing to load yet: paste a recipe, or choose a file.", true);
    const r = this.kitchen.read(text), items = r.items.slice(0, this.noise.most).map((o) => ({ id: o.id, lock: o.grams })), missed = r.missed.slice(0, 5).map((l) => l.slice(0, 60)).join("; ");
    if (!items.length) return this.say(`No ingredient was understood${missed && `: ${missed}`}. One a line works, as 125 g butter.`, true);
    const n = items.filter((o) => o.lock).length, more = r.items.length - items.length;
    this.change((s) => Object.assign(s, { items, title: r.title, servings: amount(r.servings, ...LIMITS.servings) ?? s.servings, total: null }),
      () => `Loaded ${items.length} ingredients, ${n === items.length ? "their weights" : `${n} weights`} locked.${more ? ` A list holds ${this.noise.most} at most: ${more} more ${more > 1 ? "were" : "was"} left out.` : ""}${missed && ` Not understood: ${missed}.`}${this.unfit() && ` ${this.unfit()}`}`);
  }

  changed(t) {
    const s = this.state, d = t.dataset;
    if (d.grams !== undefined) {
      const g = amount(t.value), i = +d.grams, n = this.name(s.items[i].id);
      if (!g && t.value.trim()) { const was = t.value; this.draw(); return this.say(`“${was}” is no weight: more than 0 and at most 1,000,000 g. ${n} is as it was.`, true); }
      this.typedAt = [i, performance.now()];
      return this.change((s) => { s.items[i].lock = g; }, g ? `${n} stays at ${editable(g)} g; the rest follows.` : `${n} is free.`);
    }
    if (d.without) return this.change((s) => { s.without = t.checked ? [...s.without, d.without] : s.without.filter((a) => a !== d.without); }, () => this.unfit() || "The suggestions keep to it.");
    if (d.part === "form") return this.panels();
    if (d.part === "file" && t.files[0]) return t.files[0].text().then((x) => { t.value = ""; this.attempt(() => this.read(x)); });
    const key = d.set;
    if (!key) return;
    if (key === "title") return this.change((s) => { s.title = t.value.trim(); }, t.value.trim() ? `Named ${t.value.trim()}.` : "Its name follows what is in it.");
    if (key === "diet") return this.change((s) => { s.diet = t.value; }, () => this.unfit() || "The suggestions keep to it.");
    if (t.type === "range") return this.change((s) => { s[key] = +t.value; }, `${t.parentElement.firstChild.data.trim().replace(/ \(.*/, "")} ${t.value}: how it is finished next.`);
    const [most, least] = LIMITS[key], x = amount(t.value, most, least), was = t.value;
    if (!x) { this.draw(); return this.say(`“${was}” is no number from ${least} to ${most.toLocaleString("en-US")}; all is as it was.`, true); }
    this.change((s) => { s[key] = x; if (key === "servings") s.total = null; }, () => { const all = this.grams.grams.reduce((a, b) => a + b, 0); return `${portions(this.state.servings)} of ${showGrams(all / this.state.servings)}, ${showGrams(all)} in all.`; });
  }
  unfit() { const ok = this.ok, bad = this.ids.filter((i) => !ok[i]); return bad.length ? `${list(bad.map((i) => this.name(i)))} ${bad.length > 1 ? "do" : "does"} not fit; swap or remove.` : ""; }

  // Searching: a combobox with a list, as the ARIA practices have it

  typed() {
    const text = this.$("q").value, ok = this.ok, ids = new Set(this.ids), whole = this.kitchen && this.kitchen.resolve(text) != null; // "flour, plain" is one
    this.options = this.kitchen ? this.kitchen.search(this.kitchen.bare(whole ? text : parts(text).at(-1) ?? ""), (i) => ok[i] && !ids.has(i)) : [];
    this.at = 0;
    this.moved = false;
    this.showOptions();
  }
  showOptions() {
    const l = this.$("list"), q = this.$("q"), open = this.options.length > 0;
    l.hidden = !open;
    q.setAttribute("aria-expanded", open);
    morph(l, this.options.map((o, i) => `<li role="option" id="${l.id}-${i}" data-i="${i}" aria-selected="${i === this.at}">${esc(this.name(o.id))}${o.alias ? ` <small>${esc(o.alias)}</small>` : ""}</li>`).join(""));
    if (open) { q.setAttribute("aria-activedescendant", `${l.id}-${this.at}`); l.children[this.at]?.scrollIntoView({ block: "nearest" }); } else q.removeAttribute("aria-activedescendant");
  }
  close() { this.options = []; this.showOptions(); }
  pick(o) { // an option, or without one what the text says; what only looks like it is offered and not taken
    const q = this.$("q"), k = this.kitchen, text = q.value.trim(), all = k.resolve(text) != null ? [text] : parts(text).filter(Boolean), last = all.at(-1);
    if (!o && !last) return;
    if (!o && !k.find(last)) {
      const first = this.options[0];
      if (first?.sure) o = first;
      else if (all.length < 2) return this.say(`“${last}” is no ingredient I know${first ? `; did you mean ${this.name(first.id)}? The arrow keys choose` : ""}.`, true);
    }
    if (o) { const named = last?.replace(k.bare(last), this.name(o.id)) ?? ""; all.splice(-1, 1, k.find(named)?.id === o.id ? named : o.id); } // its amount stays
    q.value = "";
    this.close();
    this.put(all);
  }
  key(e) {
    const n = this.options.length, move = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (move) { e.preventDefault(); if (!n && this.$("q").value) return this.typed(); if (n) { this.at = (this.at + move + n) % n; this.moved = true; this.showOptions(); } }
    else if (e.key === "Escape") { if (n) this.close(); else this.$("q").value = ""; }
    else if (e.key === "Enter") {
      e.preventDefault();
      if (this.kitchen) this.attempt(() => this.pick(this.moved ? this.options[this.at] : null));
    }
  }
}

function mount(root) {
  if (root.recipeBuilder) return;
  const begin = () => { root.recipeBuilder ??= new Builder(root); };
  if (!("lazy" in root.dataset)) return begin();
  const seen = new IntersectionObserver((es) => { if (es.some((e) => e.isIntersecting)) { seen.disconnect(); begin(); } }, { rootMargin: "200px" });
  seen.observe(root);
}
const all = () => document.querySelectorAll("[data-recipe-builder]").forEach(mount);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all); else all();
})();
