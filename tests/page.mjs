// The builder of the site, without a browser: laws and grams of many sets, as JSON.
// node page.mjs FOLDER-OF-WEIGHTS FOLDER-OF-SCRIPTS ASKED.json ANSWERS.json
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const [weights, scripts, asked, answers] = process.argv.slice(2).map((p) => resolve(p));
const require = createRequire(import.meta.url), E = require(`${scripts}/engine.js`);
const bytes = (name) => { const b = readFileSync(`${weights}/${name}`); return b.buffer.slice(b.byteOffset, b.byteOffset + b.length); };

const start = performance.now();
const I = new E.Ingredients(E.readWeights(bytes("ingredients.safetensors"))), Q = new E.Quantities(E.readWeights(bytes("quantities.safetensors")));
const noise = new E.Noise(bytes("noise.f32"), Q.R + 1), opened = performance.now() - start;
const times = {}, timed = (what, f) => { const t = performance.now(), x = f(); (times[what] ??= []).push(performance.now() - t); return x; };
const plain = (x) => Array.from(x, (a) => (a === -Infinity ? null : a));
const middle = (x) => x.sort((a, b) => a - b)[x.length >> 1];

const { sets, full } = JSON.parse(readFileSync(asked, "utf8"));
const out = sets.map(({ ids, locks, total }) => ({
  next: plain(timed("next", () => I.nextLogProbs(ids))),
  missing: plain(timed("missing", () => I.missingLogProbs(ids))),
  ...timed("weigh", () => E.weigh(Q, noise, ids, locks, total)),
}));
const law = full.map((ids) => { const l = timed(`weigh ${ids.length}`, () => E.weigh(Q, noise, ids)); return l.grams; });
writeFileSync(answers, JSON.stringify({ out, law, opened, times: Object.fromEntries(Object.entries(times).map(([k, x]) => [k, middle(x)])) }));
