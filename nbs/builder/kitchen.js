/* What a cook knows: names and their aliases, cups and pieces, what a diet allows, nutrition, and the forms in which recipes travel.
   The same rules as recipegen/ingredients.py and recipegen/recipes.py. */
(function (root) {
"use strict";

const MARKS = { tsp: "1/8 1/4 1/2 3/4 1 5/4 3/2 7/4 2 5/2 7/2 4", tbsp: "1 3/2 2 5/2 3 6", cup: "1/4 1/3 1/2 2/3 3/4 1 5/4 4/3 3/2 5/3 7/4 2 9/4 7/3 5/2 8/3 11/4 3 13/4 10/3 7/2 11/3 15/4 4 9/2 5 11/2 6 13/2 7 15/2 8 9 10 11 12 13 14 15 16" };
const set = (words) => new Set(words.split(" "));
const COUNTED = set("vegetable fruit mushroom egg bread snack shellfish poultry meat"), BEASTS = set("chicken turkey duck rabbit"); // groups of things that stand one beside another; of meat only these:
const JOINTS = set("hen quail breast thigh drumstick leg wing tender cutlet chop steak sausage bratwurst dog link shank hock patty meatball");
const NAMED = "clove spear ear head stalk slice fillet cube sheet package".split(" "); // a unit that weighs what a piece does is its name
const PLURALS = { leaf: "leaves", loaf: "loaves", half: "halves", tomato: "tomatoes", potato: "potatoes", mango: "mangoes", chili: "chilies", shrimp: "shrimp", squid: "squid", tsp: "tsp", tbsp: "tbsp" };
const LETTERS = { "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "&": " and " };
const GLYPHS = { "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8" };

const plural = (w) => PLURALS[w] ?? (/[^aeiou]y$/.test(w) ? `${w.slice(0, -1)}ies` : w + (/(s|x|z|ch|sh)$/.test(w) ? "es" : "s"));
const fraction = (t) => { const [a, b = 1] = t.split("/").map(Number); return { a, b, n: a / b }; };
const gcd = (a, b) => (b ? gcd(b, a % b) : a);
function said({ a, b, n }, unit) { // 5/2, "small onion" -> "2 1/2 small onions"
  const whole = Math.floor(n), rest = a - whole * b, by = gcd(rest, b), words = unit.split(" "), noun = words.pop();
  return [...(whole ? [whole] : []), ...(rest ? [`${rest / by}/${b / by}`] : []), ...words, n > 1 ? plural(noun) : noun].join(" ");
}
const before = (x, y) => x[0] - y[0] || (x[1] < y[1] ? -1 : 1);
const ladder = (unit, grams, counts) => counts.split(" ").map(fraction).map((f) => [f.n * grams, said(f, unit)]);
const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1).join(" ");
function near(g, marks) { // the nearest mark, and how far it is, as a log ratio
  if (!marks.length) return [null, Infinity];
  let i = marks.findIndex((m) => m[0] >= g);
  if (i < 0) i = marks.length;
  const [h, word] = marks[i === marks.length || (i && g * g < marks[i - 1][0] * marks[i][0]) ? i - 1 : i];
  return [word, Math.abs(Math.log(h / g))];
}

const roundGrams = (g) => (g < 10 ? Math.round(g * 10) / 10 : g < 100 ? Math.round(g) : 5 * Math.round(g / 5));
const showGrams = (g) => (g == null ? "to taste" : g < .05 ? "< 0.1 g" : `${roundGrams(g).toLocaleString("en-US")} g`);
const weight = (g) => String(+(g >= .1 && Math.abs(g - Math.round(g * 10) / 10) < 1e-6 || (g >= 1 && g < 10) ? g.toFixed(1) : g >= 10 ? g.toFixed(0) : Math.max(g, .01).toFixed(2))); // as a cook writes it
const amount = (x, most = 1e6, least = .001) => { const g = +String(x ?? "").trim().replace(",", "."); return g >= least && g <= most ? +g.toPrecision(6) : null; }; // what someone typed, or a file gave; null where it is no amount
const BASICS = set("oil sweetener spice leavening stock"); // groups that name no dish, while another is there
const NUTRITION = { calories: ["energy_kcal", "calories"], proteinContent: ["protein_g", "g"], fatContent: ["fat_g", "g"], saturatedFatContent: ["saturated_fat_g", "g"], carbohydrateContent: ["carbohydrate_g", "g"],
  fiberContent: ["fiber_g", "g"], sugarContent: ["sugars_g", "g"], cholesterolContent: ["cholesterol_mg", "mg"], sodiumContent: ["sodium_mg", "mg"] }; // schema.org/NutritionInformation: ours, unit

const FORMULA = /^'*[=+\-@＝＋－＠]/; // what a spreadsheet would compute: an apostrophe stands before it

class Kitchen {
  constructor(data, composition, choices) { // ingredients.json, composition.i8, what cooks choose: substitutes.safetensors
    Object.assign(this, data);
    this.v = this.names.length;
    this.modifiers = new Set(this.modifiers);
    this.ids = new Map(this.names.map((n, i) => [n, i]));
    this.normal = this.names.map((n) => this.normalize(n));
    this.units = this.units.map((u) => Object.fromEntries(Array.from({ length: u.length / 2 }, (_, j) => [this.unitNames[u[2 * j]], u[2 * j + 1]])));
    this.aliases = this.keys.map((line, i) => {
      let last = "";
      const name = this.normal[i], end = name.split(" ").at(-1);
      return Array.from(line.matchAll(/([A-Z])([^A-Z]*)/g), ([, n, rest]) => (last = last.slice(0, n.charCodeAt(0) - 65) + rest)).map((k) => k.replaceAll("~", name).replaceAll("^", end));
    });
    this.keys = new Map([...this.aliases.flatMap((a, i) => a.map((k) => [k, i])), ...this.normal.map((k, i) => [k, i])]);
    this.spoons = Object.entries(MARKS).flatMap(([u, m]) => m.split(" ").map(fraction).map((f) => [f.n * this.measures[u][1], said(f, u)])).sort(before);
    this.ladders = [];
    this.nouns = this.names.map((n) => n.split(/ in | with /)[0].split(" ").pop());
    Object.assign(this, { composition, choices });
  }

  // Names

  singularOf(w) {
    if (Object.hasOwn(this.singular, w)) return this.singular[w];
    if (w.length < 4 || !w.endsWith("s") || "su".includes(w.at(-2))) return w;
    if (w.endsWith("ies")) return `${w.slice(0, -3)}y`;
    return /(ch|sh|x|ss|zz|o)es$/.test(w) ? w.slice(0, -2) : w.slice(0, -1);
  }

  normalize(text) {
    let t = text.toLowerCase().replace(/[œæßøł&]/g, (c) => LETTERS[c]).normalize("NFKD").replace(/['’‘`´\u0300-\u036f]/g, "").replace(/(\d) ?per ?cent\b/g, "$1%");
    t = t.replace(/[^a-z0-9%]+/g, " ").trim();
    return t ? t.split(" ").map((w) => this.singularOf(w)).join(" ") : "";
  }

  match(name) { // ids that it may mean, dropping as few modifiers as it takes
    const turned = name.includes(",") ? `${name.slice(name.indexOf(",") + 1)} ${name.slice(0, name.indexOf(","))}` : name;
    for (const text of new Set([name, turned])) {
      const words = this.normalize(text).split(" "), may = words.map((w, i) => i).filter((i) => this.modifiers.has(words[i]) && !(words[i] === "whole" && words[i + 1] === "wheat")).slice(0, 8);
      const found = Array.from({ length: may.length + 1 }, () => new Set());
      for (let bits = 0; bits < 1 << may.length; bits++) {
        const out = new Set(may.filter((_, j) => bits >> j & 1)), id = this.keys.get(words.filter((_, i) => !out.has(i)).join(" "));
        if (id !== undefined) found[out.size].add(id);
      }
      const ids = found.find((s) => s.size);
      if (ids) return [...ids];
    }
    return [];
  }

  find(text) { // "butter", "250 g butter", or as the command has it "butter=250" -> {id, grams}
    const id = this.resolve(text);
    return id == null ? this.line(text.replace(/^\s*([^=]+?)\s*=\s*([\d.]+)(?:\s*g)?\s*$/, "$2 g $1")) : { id };
  }
  resolve(name) { const ids = this.match(name); return ids.length === 1 ? ids[0] : null; }

  // What someone may mean while typing: [{id, alias, sure}], the alias where it is not the name itself that fits; sure: it begins so
  search(text, ok = () => true, n = 8) {
    const q = this.normalize(text), out = [];
    if (!q) return out;
    const three = Array.from({ length: q.length }, (_, i) => ` ${q} `.slice(i, i + 3)), own = this.resolve(text);
    const fit = (k) => (k === q ? 9 : k.startsWith(q) ? 6 : ` ${k}`.includes(` ${q}`) ? 5 : 0);
    const blur = (k) => { const s = ` ${k} `; return three.reduce((a, t) => a + s.includes(t), 0) / (q.length + k.length); };
    for (let id = 0; id < this.v; id++) {
      if (!ok(id)) continue;
      let best = id === own ? 20 : fit(this.normal[id]), alias = "";
      for (const k of best ? [] : this.aliases[id]) { const s = fit(k) - 1 - k.length / 100; if (s > Math.max(best, 0)) { best = s; alias = k; } }
      if (best > 0) out.push([best + (alias ? 1 : 3) * this.fame(id), id, alias]);
    }
    if (!out.length) for (let id = 0; id < this.v; id++) if (ok(id)) { // nothing like it: what looks most like it
      const [s, alias] = this.aliases[id].reduce((a, k) => { const b = blur(k); return b > a[0] ? [b, k] : a; }, [blur(this.normal[id]), ""]);
      if (s > .25) out.push([s, id, alias]);
    }
    return out.sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, n).map(([, id, alias]) => ({ id, alias, sure: id === own || (alias || this.normal[id]).startsWith(q) }));
  }
  fame(id) { return this.counts ? Math.log1p(this.counts[id]) / 10 : 0; }

  // Diets

  allowed(diet = "", without = []) { // one byte an ingredient
    const d = diet ? 1 << this.dietNames.indexOf(diet) : 0, a = without.reduce((s, x) => s | 1 << this.allergenNames.indexOf(x), 0);
    return Uint8Array.from(this.diets, (m, i) => +((!d || m & d) && !(this.allergens[i] & a)));
  }

  // Amounts

  pieces(id) { // counts that a cook may say of an ingredient: of the thing, and of small and large ones
    const U = this.units[id], name = this.names[id], group = this.groups[this.group[id]], state = this.states[this.state[id]], has = (u) => Object.hasOwn(U, u), none = [[], []];
    let noun = this.nouns[id], one = U.piece;
    if (state === "canned" && has("can")) return ["stock", "juice", "drink"].includes(group) ? none : [ladder("can", U.can, upTo(6)), []];
    if (noun === "ginger" || noun === "galangal") return [has("inch") ? ladder("inch", U.inch, "1/2 1 3/2 2 3 4") : [], []];
    if (!one || (name.startsWith("cooked") && BEASTS.has(noun))) return none;
    if (noun === "bread") noun = one >= 200 ? "loaf" : name.split(" ")[0];
    if (noun === "dough" && one < 100) noun = name.split(" ").at(-2);
    if (group === "egg") return [ladder(noun, one, `1/4 1/3 1/2 2/3 3/4 1 3/2 2 5/2 3 7/2 4 ${upTo(60).split(" ").slice(4).join(" ")}`), []];
    let unit = NAMED.find((u) => U[u] === one && !(["leek", "cracker", "crust"].includes(noun) && ["stalk", "sheet", "package"].includes(u)));
    if (["stock", "leavening", "spice", "dessert"].includes(group)) return [["cube", "package"].includes(unit) ? ladder(unit, one, `1/2 ${upTo(12)}`) : noun === "leaf" || name === "vanilla bean" ? ladder(noun, one, `1/2 ${upTo(12)}`) : [], []];
    if (noun === "zest" || (!COUNTED.has(group) && unit !== "fillet" && unit !== "sheet") || (state === "frozen" && !unit)) return none;
    const flesh = group === "meat" || group === "poultry";
    if (flesh && (JOINTS.has(noun) || BEASTS.has(noun))) unit = noun;
    else if (!unit || (unit === "slice" && has("large"))) unit = flesh || U.leaf === one ? null : noun;
    if (!unit) return none;
    const part = BEASTS.has(noun) ? "1/2 " : one >= 80 ? "1/4 1/2 3/4 " : one >= 8 || unit === "clove" ? "1/2 " : "";
    return [ladder(unit, one, part + (one >= 15 ? "3/2 5/2 " : "") + upTo(one >= 8 ? 12 : 6)).sort(before), // nobody counts out twenty olives
      ["small", "large"].filter((s) => has(s) && unit === noun && U[s] !== one).flatMap((s) => ladder(`${s} ${noun}`, U[s], upTo(4))).sort(before)];
  }

  household(id, grams) { // "2 3/4 cups", "3 eggs"; null where no unit of the kitchen says it
    if (!(grams > 0)) return null;
    const U = this.units[id], name = this.names[id], group = this.groups[this.group[id]], state = this.states[this.state[id]], density = this.density[id];
    const [plain, sized] = (this.ladders[id] ??= this.pieces(id)), [word, off] = near(grams, plain), [other, by] = near(grams, sized);
    if (by < .12 && off > .1) return other;
    if (off < (group === "egg" || (U.piece ?? 9) < 8 ? .25 : .14)) return word;
    if (name === "bay leaf" || !(density > 0) || (["meat", "poultry", "fish", "shellfish"].includes(group) && ["raw", "cured", "frozen"].includes(state)) || (["egg", "bread"].includes(group) && U.piece)) return null;
    if (name.endsWith("noodle") && density > .2) return null; // long ones
    const ml = grams / density;
    if (ml < .45 && U.drop) return said(fraction(String(Math.max(1, Math.round(grams / U.drop)))), "drop");
    if (ml < .45) return ml > .1 && ["spice", "leavening", "sweetener", "flour"].includes(group) && state !== "raw" ? "a pinch" : null;
    const [spoon, far] = near(ml, this.spoons);
    return far < (ml > 5 ? .2 : .45) ? spoon : null; // beyond the last cup, nobody measures
  }

  nutrition(ids, grams) { // totals, in the units that the names end with
    return Object.fromEntries(Object.entries(this.nutrients).map(([k, per]) => [k, ids.reduce((s, id, i) => s + (grams[i] ?? 0) * per[id] / 100, 0)]));
  }

  // Likeness of an ingredient to all others: their composition in eight bits, and the rows of the two nets, each about its middle
  likeness(id, nets) {
    const cosines = (x, d) => {
      const unit = this.unit ??= new Map();
      if (!unit.has(x)) {
        const y = new Float32Array(this.v * d), mean = new Float64Array(d);
        if (x !== this.composition) for (let i = 0; i < y.length; i++) mean[i % d] += x[i] / this.v;
        for (let r = 0; r < y.length; r += d) {
          let s = 0;
          for (let i = 0; i < d; i++) s += (y[r + i] = x[r + i] - mean[i]) ** 2;
          s = 1 / Math.max(Math.sqrt(s), 1e-9);
          for (let i = 0; i < d; i++) y[r + i] *= s;
        }
        unit.set(x, y);
      }
      const y = unit.get(x);
      return Float64Array.from({ length: this.v }, (_, j) => { let s = 0; for (let i = 0; i < d; i++) s += y[id * d + i] * y[j * d + i]; return s; });
    };
    const same = (x) => Float64Array.from(x.slice(0, this.v), (a) => +(a === x[id]));
    return { made: cosines(this.composition, this.composition.length / this.v), learned: cosines(nets[0].rows, nets[0].d), weighed: cosines(nets[1].rows, nets[1].d), noun: same(this.nouns), group: same(this.group), usual: Float64Array.from(this.counts, (c) => Math.log(c + 1)), named: this.chosen(id) };
  }

  chosen(id) { // what cooks name instead, as far as the bowl has no say
    const [bias, comes, gone] = ["bias", "comes", "gone"].map((k) => this.choices[`${k}.weight`]), f = comes.shape[0], v = this.v;
    return Float64Array.from({ length: v }, (_, j) => { let s = bias.data[j]; for (let i = 0; i < f; i++) s += comes.data[i * v + j] * gone.data[i * v + id]; return s; });
  }

  // What stands in for `out` among `ids`, as in recipegen/substitutes.py: [{id, score, because}], best first
  substitutes(ids, out, nets, ok, n = 5) {
    const law = nets[0].missingLogProbs(ids.filter((i) => i !== out)).map((x) => Math.max(x, -50)), X = { law, ...this.likeness(out, nets) }, may = [...Array(this.v).keys()].filter((i) => ok[i] && !ids.includes(i));
    const say = Object.entries(this.swap).filter(([k]) => X[k]).map(([k, w]) => { const mean = may.reduce((s, i) => s + X[k][i], 0) / may.length; return [k, Float64Array.from(X[k], (x) => w * (x - mean))]; });
    const total = (i) => say.reduce((s, [, x]) => s + x[i], 0), by = may.map((i) => [total(i), i]).sort((a, b) => b[0] - a[0]), sum = by.reduce((s, [x]) => s + Math.exp(x - by[0][0]), 0);
    return by.slice(0, n).map(([x, id]) => ({ id, score: Math.exp(x - by[0][0]) / sum, because: say.map(([k, y]) => [k, y[id]]).sort((a, b) => b[1] - a[1]) }));
  }

  // Forms in which a recipe travels: r = {title, servings, items: [{id, grams, low, high}]}

  title(r) { // its own name, or what weighs most in it
    if (r.title) return r.title.trim().replace(/\s+/g, " ");
    const named = [...r.items].sort((a, b) => (b.grams ?? 0) - (a.grams ?? 0)).map((o) => o.id), telling = named.filter((i) => !["water", "salt"].includes(this.names[i])), all = telling.length ? telling : named;
    const plain = (i) => BASICS.has(this.groups[this.group[i]]), dish = all.filter((i) => !plain(i)), [first, ...others] = [...dish, ...all.filter(plain)].slice(0, Math.max(2, Math.min(3, dish.length))).map((i) => this.names[i]);
    return first ? first[0].toUpperCase() + first.slice(1) + (others.length ? ` with ${others.join(" and ")}` : "") : "Recipe";
  }

  write(r, form) { // the forms of recipegen/formats.py; nothing of nothing
    if (!r.items.length) return "";
    const items = r.items.map((o) => ({ ...o, name: this.names[o.id], spoons: this.household(o.id, o.grams) })).sort((a, b) => (b.grams ?? 0) - (a.grams ?? 0)), total = items.reduce((s, o) => s + (o.grams ?? 0), 0), title = this.title(r);
    const per = this.nutrition(items.map((o) => o.id), items.map((o) => (o.grams ?? 0) / r.servings));
    if (form === "text") {
      const rows = [...items.map((o) => [o.name, showGrams(o.grams), o.grams ? `${(100 * o.grams / total).toFixed(1)} %` : "", o.spoons ?? ""]), ["total", showGrams(total), "", ""]], w = [0, 1, 2].map((j) => Math.max(...rows.map((c) => c[j].length)));
      const kcal = (k) => per[k].toFixed(0);
      return [title, ...rows.map((c) => `${c[0].padEnd(w[0])}  ${c[1].padStart(w[1])}  ${c[2].padStart(w[2])}  ${c[3]}`.trimEnd()),
        `serves ${r.servings}, each ${showGrams(total / r.servings)}: ${kcal("energy_kcal")} kcal, protein ${kcal("protein_g")} g, fat ${kcal("fat_g")} g, carbohydrate ${kcal("carbohydrate_g")} g, fiber ${kcal("fiber_g")} g, sodium ${kcal("sodium_mg")} mg`].join("\n") + "\n";
    }
    const amount = (o) => (o.grams ? `${weight(o.grams)} g ${o.name}${o.spoons ? ` (${o.spoons})` : ""}` : `${o.name}, to taste`);
    if (form === "cooklang") {
      const steps = items.map((o) => (o.grams ? `@${o.name}{${weight(o.grams)}%g}${o.spoons ? ` (${o.spoons})` : ""}` : `@${o.name}{}`)), head = /^[A-Za-z][\w ,.'()/&-]*$/.test(title) ? title : JSON.stringify(title);
      return `---\ntitle: ${head}\nservings: ${r.servings}\n---\n\n> Weighed ingredients without directions.\n\nPut together\n${steps.slice(0, -1).join(",\n")}${steps.length > 1 ? "\nand " : ""}${steps.at(-1)}.\n`;
    }
    if (form === "csv") {
      const num = (g) => (g == null ? "" : String(+g.toPrecision(6))), safe = (c) => (FORMULA.test(c) ? `'${c}` : c), cell = (c) => (/[",\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c);
      return [["recipe", "ingredient", "grams", "low", "high", "share", "servings"], ...items.map((o) => [safe(title), o.name, num(o.grams), num(o.low), num(o.high), num(o.grams == null ? null : o.grams / total), String(r.servings)])].map((row) => row.map(cell).join(",")).join("\n") + "\n";
    }
    const told = Object.entries(NUTRITION).map(([k, [n, unit]]) => [k, `${per[n].toFixed(+(per[n] < 10 && unit === "g"))} ${unit}`]);
    return JSON.stringify({ "@context": "https://schema.org", "@type": "Recipe", name: title, recipeYield: `${r.servings} serving${r.servings === 1 ? "" : "s"}`, recipeIngredient: items.map(amount),
      nutrition: { "@type": "NutritionInformation", servingSize: `1 serving (${Math.round(total / r.servings)} g)`, ...Object.fromEntries(told) } }, null, 1).replaceAll("</", "<\\/") + "\n"; // inside a page it must not end its own block
  }

  counted(text) { // "1 1/2 cups flour" -> [1.5, "cups flour"], "flour: 200 g" -> [200, "g flour"]; [null, text] where no number stands
    let t = text.replace(/[½⅓⅔¼¾⅛⅜⅝⅞]/g, (c) => ` ${GLYPHS[c]}`).replace(/\([^)]*\)/g, " ").replace(/^\s*([-*•]\s+)?/, "").trim();
    const NUMBER = "((?:\\d+\\s+)?\\d+\\s*\\/\\s*\\d+|\\d+(?:[.,]\\d+)?)(?:\\s*(?:-|–|to)\\s*(\\d+(?:[.,]\\d+)?))?", last = t.match(RegExp(`^([^\\d@]*[^\\d@\\s,:])[\\s,:]+${NUMBER}\\s*([a-z]*\\.?)$`, "i"));
    if (last && (!last[4] || this.measure(last[4]))) t = `${last[2]}${last[3] ? `-${last[3]}` : ""} ${last[4]} ${last[1]}`;
    const m = t.match(RegExp(`^${NUMBER}\\s*(.*)$`, "i"));
    const number = (s) => s.replace(",", ".").replace(/\s*\/\s*/, "/").split(/\s+/).reduce((s, x) => s + fraction(x).n, 0);
    return m ? [m[2] ? (number(m[1]) + number(m[2])) / 2 : number(m[1]), m[3].trim()] : [null, t];
  }
  measure(word) { return [word, word.toLowerCase(), word.toLowerCase().replace(/\.$/, "")].map((w) => Object.hasOwn(this.measures, w) && this.measures[w]).find(Boolean); }
  bare(text) { const [n, t] = this.counted(text), [first, ...rest] = t.split(/\s+/); return n != null && rest.length && this.measure(first) ? rest.join(" ") : t; } // without its amount

  line(text) { // "1 1/2 cups flour" -> {id, grams}; null where it names no ingredient
    const o = this.weighed(...this.counted(text));
    return o && { ...o, grams: amount(o.grams) };
  }
  weighed(n, t) { // a number, what it counts
    const named = (s) => { const whole = s.replace(/^of /, ""); return this.resolve(whole) ?? this.resolve(whole.split(/,| - |;/)[0]); };
    if (n == null) { const id = named(t.replace(/\bto taste\b/, "")); return id == null ? null : { id }; }
    const [first, ...rest] = t.split(/\s+/), tail = rest.join(" "), unit = this.measure(first);
    let id = tail ? named(tail) : null;
    if (id != null) {
      const U = this.units[id], word = this.singularOf(first.toLowerCase());
      if (unit?.[0] === "mass") return { id, grams: n * unit[1] };
      if (unit?.[0] === "volume") return { id, grams: this.density[id] > 0 ? n * unit[1] * this.density[id] : null };
      if (Object.hasOwn(U, word)) return { id, grams: n * U[word] };
    }
    id = named(t);
    return id == null ? null : { id, grams: this.units[id].piece ? n * this.units[id].piece : null };
  }

  read(text) { // any of the forms, or a saved page that holds JSON-LD -> {title, servings, items, missed}
    const out = { title: "", servings: null, items: [], missed: [] }, number = (x) => amount(String(x ?? "").match(/\d+(\.\d+)?/)?.[0], 1e4);
    const put = (o, text) => {
      if (!o) return out.missed.push(text.trim() || "a line without text");
      const old = out.items.find((x) => x.id === o.id);
      if (!old) out.items.push(o); else if (o.grams) old.grams = amount((old.grams ?? 0) + o.grams);
    };
    const words = (x) => (x !== null && typeof x === "object" ? "" : String(x ?? "")), said = (x) => put(this.line(words(x)), words(x)); // a file may hold anything where a text should stand
    const row = (name, g) => { const id = this.resolve(words(name)); put(id == null ? null : { id, grams: amount(words(g)) }, words(name)); };
    const recipes = (o) => (Array.isArray(o) ? o.flatMap(recipes) : o && typeof o === "object" ? ([].concat(o["@type"] ?? []).includes("Recipe") || Array.isArray(o.ingredients) ? [o] : recipes(o["@graph"])) : []);
    const json = (s) => { try { return recipes(JSON.parse(s))[0]; } catch { return null; } };
    const found = json(text) ?? [...text.matchAll(/<script[^>]*ld\+json[^>]*>([\s\S]*?)<\/script>/gi)].map((m) => json(m[1])).find(Boolean);
    if (found) {
      out.title = words([].concat(found.name ?? found.title)[0]);
      out.servings = number([].concat(found.recipeYield ?? found.servings ?? "")[0]);
      if (Array.isArray(found.ingredients) && !found.recipeIngredient) found.ingredients.forEach((o) => (o !== null && typeof o === "object" ? row(o.name, o.grams) : said(o)));
      else [].concat(found.recipeIngredient ?? []).flatMap((l) => (typeof l === "string" ? l.split("\n") : l)).forEach(said);
      return out;
    }
    if (/<html|<body|<!doctype/i.test(text)) return out;
    const lines = text.split(/\r?\n/), cells = (l) => Array.from(l.matchAll(/("(?:[^"]|"")*"|[^,]*)(,|$)/g), (m) => m[1].replace(/^"|"$/g, "").replaceAll('""', '"')), head = cells(lines[0].toLowerCase()).map((c) => c.trim());
    const at = ["ingredient", "name"].map((h) => head.indexOf(h)).find((i) => i >= 0);
    if (at !== undefined && head.includes("grams")) {
      const col = (c, h) => { const x = (head.includes(h) && c[head.indexOf(h)]) || ""; return FORMULA.test(x.slice(1)) && x[0] === "'" ? x.slice(1) : x; }, rows = lines.slice(1).filter((l) => l.trim()).map(cells), name = col(rows[0] ?? [], "recipe");
      rows.filter((c) => col(c, "recipe") === name).forEach((c) => row(col(c, head[at]), col(c, "grams")));
      return Object.assign(out, { title: name, servings: number(col(rows[0] ?? [], "servings")) });
    }
    out.title = (text.match(/^(?:>>\s*)?title:\s*(.+)$/m)?.[1].trim() ?? "").replace(/^"(.*)"$/, "$1");
    out.servings = number(text.match(/^(?:>>\s*)?(?:servings:|serves)\s*([^,\n]+)/im)?.[1]);
    if (/@[^\s@{}][^@{}\n]*\{/.test(text)) {
      for (const [, name, amount] of text.matchAll(/@([^\s@{}][^@{}\n]*)\{([^}]*)\}/g)) { const [n, u] = amount.replace("%", " ").trim().split(/\s+(.+)/); const o = this.line(`${n ?? ""} ${u ?? ""} ${name}`); put(o && (amount ? o : { ...o, grams: null }), name); }
      return out;
    }
    const OURS = /^\s*(\S.*?)\s{2,}(?:([\d.,]+) (k?g)\b|to taste|< 0\.1 g)/, table = lines.some((l) => OURS.test(l));
    lines.forEach((l, i) => {
      if (!l.trim() || /^\s*(total\b|serves\b|servings\b|ingredients?\s*:?\s*$|>>|#)/i.test(l)) return;
      const ours = l.match(OURS), o = ours ? null : this.line(l);
      if (ours) row(ours[1], ours[2] ? ours[2].replaceAll(",", "") * (ours[3] === "kg" ? 1000 : 1) : null);
      else if (!out.title && !out.items.length && !/\d/.test(l) && lines.slice(i + 1).join("").trim() && (!o || table || /^\s*(ingredients?\s*:?\s*|serv(es|ings).*)?$/i.test(lines[i + 1]))) out.title = l.trim(); // what stands alone at the top, or is no ingredient
      else put(o, l);
    });
    return out;
  }
}

root.recipegenKitchen = { Kitchen, amount, showGrams };
if (typeof module !== "undefined") module.exports = root.recipegenKitchen;
})(typeof window === "undefined" ? globalThis : window);
