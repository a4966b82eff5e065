/* The two nets of recipegen in plain JavaScript: what comes next, and how many grams of each.
   The same sums as recipegen/engine.py and recipegen/laws.py, over the same weights: tests/test_page.py compares them. */
(function (root) {
"use strict";

// Weights

const half = (h) => { // float16
  const e = (h >> 10) & 31, m = h & 1023, s = h & 32768 ? -1 : 1;
  return s * (e === 0 ? m * 2 ** -24 : e === 31 ? (m ? NaN : Infinity) : (1 + m / 1024) * 2 ** (e - 15));
};
const READ = {
  F32: (b, at, n) => new Float32Array(b.slice(at, at + 4 * n)),
  U16: (b, at, n) => new Uint16Array(b.slice(at, at + 2 * n)),
  I8: (b, at, n) => new Int8Array(b, at, n),
  F16: (b, at, n) => Float32Array.from(new Uint16Array(b.slice(at, at + 2 * n)), half),
};

// A .safetensors file -> { w: {name: {data, shape}}, facts }; eight bits are put together with the scale of their row
function readWeights(buffer) {
  const size = Number(new DataView(buffer).getBigUint64(0, true)), head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
  const facts = {}, w = {};
  for (const [k, v] of Object.entries(head.__metadata__ ?? {})) facts[k] = JSON.parse(v);
  delete head.__metadata__;
  for (const [k, { dtype, shape, data_offsets }] of Object.entries(head)) w[k] = { data: READ[dtype](buffer, 8 + size + data_offsets[0], shape.reduce((a, b) => a * b, 1)), shape };
  for (const k of Object.keys(w)) {
    const s = w[`${k}.scale`];
    if (!s) continue;
    const q = w[k].data, c = w[k].shape[1], x = new Float32Array(q.length);
    for (let i = 0; i < q.length; i++) x[i] = q[i] * s.data[(i / c) | 0];
    w[k].data = x;
    delete w[`${k}.scale`];
  }
  return { w, facts };
}

// What a net is made of: rows of numbers one after the other, in a Float32Array

class Net {
  constructor(w, heads) {
    this.w = Object.fromEntries(Object.entries(w).map(([k, x]) => [k, x.data]));
    this.h = heads;
    this.d = w.rows.shape[1];
    this.rows = this.w.rows;
  }
  row(i) { return this.rows.subarray(i * this.d, (i + 1) * this.d); }
  layers(part) { return 1 + Math.max(...Object.keys(this.w).filter((k) => k.startsWith(part)).map((k) => +k.split(".")[1])); }

  norm(x, n) {
    const d = this.d, W = this.w[`${n}.weight`], b = this.w[`${n}.bias`], y = new Float32Array(x.length);
    for (let r = 0; r < x.length; r += d) {
      let m = 0, v = 0;
      for (let i = 0; i < d; i++) m += x[r + i];
      m /= d;
      for (let i = 0; i < d; i++) v += (x[r + i] - m) ** 2;
      v = 1 / Math.sqrt(v / d + 1e-5);
      for (let i = 0; i < d; i++) y[r + i] = (x[r + i] - m) * v * W[i] + b[i];
    }
    return y;
  }

  lin(x, n) { return products(x, this.w[`${n}.weight`], this.w[`${n}.bias`]); }

  mlp(x, n) {
    const y = this.lin(this.norm(x, `${n}.norm2`), `${n}.mlp.0`);
    for (let i = 0; i < y.length; i++) { const a = y[i]; y[i] = .5 * a * (1 + Math.tanh(.7978845608 * a * (1 + .044715 * a * a))); } // GELU
    return add(x, this.lin(y, `${n}.mlp.2`));
  }

  // t questions look at s rows: q (t, d), keys and values of each row, one after the other, in kv[j] (2d) -> (t, d)
  look(q, kv) {
    const { d, h } = this, c = d / h, s = kv.length, out = new Float32Array(q.length), p = new Float64Array(s), by = 1 / Math.sqrt(c);
    for (let t = 0; t < q.length; t += d) for (let a = 0; a < d; a += c) {
      let top = -Infinity, sum = 0;
      for (let j = 0; j < s; j++) {
        let z = 0;
        for (let i = a; i < a + c; i++) z += q[t + i] * kv[j][i];
        p[j] = z * by;
        top = Math.max(top, p[j]);
      }
      for (let j = 0; j < s; j++) sum += p[j] = Math.exp(p[j] - top);
      for (let j = 0; j < s; j++) { const m = p[j] / sum, v = kv[j]; for (let i = a; i < a + c; i++) out[t + i] += m * v[d + i]; }
    }
    return out;
  }
}

const add = (x, y) => { for (let i = 0; i < x.length; i++) y[i] += x[i]; return y; };

// x (r, c) by W (o, c) -> (r, o); four rows by two weights at a time, so that each number is fetched once for several products
function products(x, W, b) {
  const o = b.length, c = W.length / o, r = x.length / c, y = new Float32Array(r * o);
  let i = 0;
  for (; i + 3 < r; i += 4) {
    const p = i * c, q = p + c, u = q + c, v = u + c;
    for (let j = 0; j < o; j += 2) {
      let e = 0, f = 0, g = 0, h = 0, e2 = 0, f2 = 0, g2 = 0, h2 = 0;
      const at = j * c, up = j + 1 < o ? at + c : at;
      for (let k = 0; k < c; k++) {
        const m = W[at + k], n = W[up + k], x0 = x[p + k], x1 = x[q + k], x2 = x[u + k], x3 = x[v + k];
        e += m * x0; f += m * x1; g += m * x2; h += m * x3;
        e2 += n * x0; f2 += n * x1; g2 += n * x2; h2 += n * x3;
      }
      let z = b[j], to = i * o + j;
      y[to] = e + z; y[to + o] = f + z; y[to + 2 * o] = g + z; y[to + 3 * o] = h + z;
      if (up === at) continue;
      z = b[j + 1]; to++;
      y[to] = e2 + z; y[to + o] = f2 + z; y[to + 2 * o] = g2 + z; y[to + 3 * o] = h2 + z;
    }
  }
  for (; i < r; i++) for (let j = 0, p = i * c; j < o; j++) {
    let e = 0, f = 0, g = 0, h = 0, k = 0;
    const at = j * c;
    for (; k + 3 < c; k += 4) { e += W[at + k] * x[p + k]; f += W[at + k + 1] * x[p + k + 1]; g += W[at + k + 2] * x[p + k + 2]; h += W[at + k + 3] * x[p + k + 3]; }
    for (; k < c; k++) e += W[at + k] * x[p + k];
    y[i * o + j] = e + f + g + h + b[j];
  }
  return y;
}

function logSoftmax(z) { // Float64Array
  let top = -Infinity, sum = 0;
  for (const a of z) if (a > top) top = a;
  for (const a of z) sum += Math.exp(a - top);
  const by = top + Math.log(sum);
  return Float64Array.from(z, (a) => a - by);
}

// Which ingredients

class Ingredients extends Net {
  constructor({ w, facts }) {
    super(w, facts.sizes.n_heads);
    this.v = w.rows.shape[0] - 4;
    [this.end, this.begin, this.pad, this.last] = [0, 1, 2, 3].map((i) => this.v + i);
    this.n = this.layers("blocks.");
    this.kv = [];
    this.head = this.rows.subarray(0, (this.v + 1) * this.d);
  }

  seen(i) { // keys and values of a row in every block: computed when it is first in a bowl
    if (!this.kv[i]) { const e = this.norm(this.row(i), "norm_e"); this.kv[i] = Array.from({ length: this.n }, (_, l) => this.lin(e, `blocks.${l}.cross.kv`)); }
    return this.kv[i];
  }

  // The law given a set of ids: (v+1) logits, the last of them ends the recipe
  logits(ids, ask = this.begin) {
    const kv = [this.begin, ...[...ids].sort((a, b) => a - b)].map((i) => this.seen(i));
    let x = Float32Array.from(this.row(ask));
    for (let l = 0; l < this.n; l++) {
      const n = `blocks.${l}`, q = this.lin(this.norm(x, `${n}.norm_x`), `${n}.cross.q`);
      x = this.mlp(add(x, this.lin(this.look(q, kv.map((k) => k[l])), `${n}.cross.out`)), n);
    }
    return products(this.norm(x, "norm"), this.head, this.w.bias);
  }

  nextLogProbs(ids, shut = ids) { // natural log, (v+1); what is inside has probability zero
    const z = Float64Array.from(this.logits(ids));
    for (const i of shut) z[i] = -Infinity;
    return logSoftmax(z);
  }

  missingLogProbs(ids) { // of the one that is missing, where exactly one is: (v)
    const z = Float64Array.from(this.logits(ids, this.last).subarray(0, this.v));
    for (const i of ids) z[i] = -Infinity;
    return logSoftmax(z);
  }
}

// How many grams

class Quantities extends Net {
  constructor({ w, facts }) {
    super(w, facts.sizes.n_heads);
    this.n = [this.layers("encoder."), this.layers("decoder.")];
    this.K = w["head.pi.bias"].data.length;
    this.R = w["head.out.bias"].data.length / this.K - 2;
  }

  att(x, ctx, n) {
    const kv = this.lin(ctx, `${n}.kv`), w = 2 * this.d;
    return this.lin(this.look(this.lin(x, `${n}.q`), Array.from({ length: kv.length / w }, (_, j) => kv.subarray(j * w, (j + 1) * w))), `${n}.out`);
  }

  // Parameters of the law of the log grams of a list: mu, sigma [k][i], factors [k][i][r], logPi [k]
  law(ids) {
    const x = new Float32Array(ids.length * this.d), { K, R } = this, t = ids.length;
    ids.forEach((id, i) => x.set(this.row(id), i * this.d));
    let e = x.slice();
    for (let l = 0; l < this.n[0]; l++) {
      const n = `encoder.${l}`, y = this.norm(e, `${n}.norm1`);
      e = this.mlp(add(e, this.att(y, y, `${n}.att`)), n);
    }
    e = this.norm(e, "norm_e");
    let q = add(e, this.lin(x, "query"));
    for (let l = 0; l < this.n[1]; l++) {
      const n = `decoder.${l}`;
      q = this.mlp(add(q, this.att(this.norm(q, `${n}.norm_x`), e, `${n}.cross`)), n);
    }
    q = this.norm(q, "norm");
    const o = this.lin(q, "head.out"), kinds = this.lin(q, "head.pi"), spread = this.w["head.spread"][0], usual = this.w.usual, P = 2 + R;
    const each = (f) => Array.from({ length: K }, (_, k) => Array.from({ length: t }, (_, i) => f((i * K + k) * P, i)));
    return {
      mu: each((at, i) => usual[ids[i]] + o[at]),
      sigma: each((at) => { const z = o[at + 1] + .5; return spread * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) + .05); }),
      factors: each((at) => Array.from({ length: R }, (_, r) => spread * o[at + 2 + r])),
      logPi: logSoftmax(Float64Array.from({ length: K }, (_, k) => { let s = 0; for (let i = 0; i < t; i++) s += kinds[i * K + k]; return s / t; })),
    };
  }
}

// The law once some grams are locked (`given_grams`); a list without a lock keeps the size of `mu`
function given({ mu, sigma, factors, logPi }, lock) {
  const n = lock.length, has = lock.some((g) => g > 0) ? 1 : 0, R = factors[0][0].length, S = R + 1, out = { mu: [], sigma: [], factors: [], logPi: [] };
  mu.forEach((m, k) => {
    const A = factors[k].map((f) => [...f, has]), M = Array.from({ length: S }, (_, i) => Array.from({ length: S }, (_, j) => +(i === j))), u = new Array(S).fill(0);
    let rest = 0, logs = 0;
    M[R][R] -= has; // the size has no prior but the locks
    for (let t = 0; t < n; t++) {
      if (!(lock[t] > 0)) continue;
      const w = sigma[k][t] ** -2, r = Math.log(lock[t]) - m[t];
      rest += w * r * r;
      logs += Math.log(sigma[k][t]);
      for (let i = 0; i < S; i++) { u[i] += w * r * A[t][i]; for (let j = 0; j < S; j++) M[i][j] += w * A[t][i] * A[t][j]; }
    }
    const C = M.map((r) => r.map(() => 0)), T = M.map((r) => r.map(() => 0)), y = []; // M = C C', T = C^-1'
    for (let i = 0; i < S; i++) for (let j = 0; j <= i; j++) {
      let s = M[i][j];
      for (let l = 0; l < j; l++) s -= C[i][l] * C[j][l];
      C[i][j] = i === j ? Math.sqrt(s) : s / C[j][j];
    }
    for (let j = 0; j < S; j++) for (let i = j; i < S; i++) {
      let s = +(i === j);
      for (let l = j; l < i; l++) s -= C[i][l] * T[j][l];
      T[j][i] = s / C[i][i];
    }
    for (let i = 0; i < S; i++) { let s = u[i]; for (let l = 0; l < i; l++) s -= C[i][l] * y[l]; y.push(s / C[i][i]); rest -= y[i] ** 2; logs += Math.log(C[i][i]); }
    const mid = T.map((r) => r.reduce((s, a, j) => s + a * y[j], 0));
    out.logPi.push(logPi[k] - .5 * rest - logs);
    out.mu.push(m.map((a, t) => (lock[t] > 0 ? Math.log(lock[t]) : A[t].reduce((s, f, i) => s + f * mid[i], a))));
    out.sigma.push(sigma[k].map((s, t) => (lock[t] > 0 ? 0 : s)));
    out.factors.push(A.map((f, t) => T[0].map((_, j) => (lock[t] > 0 ? 0 : f.reduce((s, a, i) => s + a * T[i][j], 0)))));
  });
  out.logPi = logSoftmax(Float64Array.from(out.logPi));
  return out;
}

const DRAWS = 256;

class Noise { // the dice that Python throws for a list of n, see tools/page.py
  constructor(buffer, S) { this.x = new Float32Array(buffer); this.S = S; this.most = 0; for (let n = 1, at = 0; (at += DRAWS * (1 + n + S)) <= this.x.length; n++) this.most = n; }
  of(n) {
    let at = 0;
    for (let m = 1; m < n; m++) at += DRAWS * (1 + m + this.S);
    const cut = (k) => this.x.subarray(at, (at += k));
    return { u: cut(DRAWS), own: cut(DRAWS * n), common: cut(DRAWS * this.S) };
  }
}

// Grams of a list: what is locked (grams, or null beside each id) stays, and says how much the rest is; without a lock the whole weighs `total`
function weigh(net, noise, ids, locks = ids.map(() => null), total = 100) {
  const order = ids.map((_, i) => i).sort((a, b) => ids[a] - ids[b]), lock = order.map((i) => locks[i]), n = ids.length, some = lock.some((g) => g > 0);
  const back = (x) => { const y = new Array(n); order.forEach((i, j) => { y[i] = x[j]; }); return y; };
  if (lock.every((g) => g > 0)) return { grams: back(lock), low: back(lock), high: back(lock) };
  const law = given(net.law(order.map((i) => ids[i])), lock), K = law.mu.length, p = law.logPi.map(Math.exp), S = net.R + 1;
  const scaled = (g) => { if (some) return g; const s = total / g.reduce((a, b) => a + b, 0); return g.map((x) => x * s); };
  const size = law.mu.map((m) => (some ? 0 : m.reduce((a, b) => a + b, 0) / n)); // nothing locked: each component at one size
  const grams = scaled(lock.map((_, t) => { let s = 0; for (let k = 0; k < K; k++) s += p[k] * (law.mu[k][t] - size[k]); return Math.exp(s); }));
  const { u, own, common } = noise.of(n), draws = Array.from({ length: n }, () => new Float64Array(DRAWS));
  for (let j = 0; j < DRAWS; j++) {
    let k = 0, sum = p[0];
    while (k < K - 1 && u[j] > sum) sum += p[++k];
    const g = scaled(lock.map((_, t) => {
      let z = law.mu[k][t] + law.sigma[k][t] * own[j * n + t];
      for (let i = 0; i < S; i++) z += law.factors[k][t][i] * common[j * S + i];
      return Math.exp(z);
    }));
    for (let t = 0; t < n; t++) draws[t][j] = g[t];
  }
  const at = .1 * (DRAWS - 1), i = Math.floor(at), f = at - i, low = [], high = [];
  draws.forEach((x, t) => {
    x.sort();
    low.push(Math.min(x[i] * (1 - f) + x[i + 1] * f, grams[t]));
    high.push(Math.max(x[DRAWS - 1 - i] * (1 - f) + x[DRAWS - 2 - i] * f, grams[t]));
  });
  const keep = (x) => back(x.map((g, t) => (lock[t] > 0 ? lock[t] : g)));
  return { grams: keep(grams), low: keep(low), high: keep(high) };
}

// How much each of `ids` speaks for each candidate, in nat: what its log-probability loses when that one is left out of the question; the end is no candidate
function reasons(net, ids, candidates) {
  const law = (seen) => net.nextLogProbs(seen, [...ids, net.end]), all = law(ids), without = ids.map((i) => law(ids.filter((j) => j !== i)));
  return candidates.map((c) => without.map((p) => all[c] - p[c]));
}

// Random numbers that a seed repeats; they are not numpy's
function dice(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Draw until the end: ids of a whole recipe that begins with `ids`
function finish(net, ids, { allowed = null, least = 4, most = 12, temperature = 1, topP = .95, roll = dice(0) } = {}) {
  const out = [...ids];
  while (out.length < most) {
    const z = Float64Array.from(net.logits(out));
    for (let i = 0; i < net.v; i++) if (allowed && !allowed[i]) z[i] = -Infinity;
    for (const i of out) z[i] = -Infinity;
    if (out.length < least) z[net.end] = -Infinity;
    const p = logSoftmax(z.map((a) => a / Math.max(temperature, 1e-3))).map(Math.exp), by = [...p.keys()].filter((i) => p[i] > 0).sort((a, b) => p[b] - p[a]);
    if (!by.length) break;
    let mass = 0, n = 0;
    while (n < by.length && mass < topP * (1 - 1e-9)) mass += p[by[n++]];
    let at = roll() * mass, k = 0;
    while (k < n - 1 && (at -= p[by[k]]) > 0) k++;
    if (by[k] === net.end) break;
    out.push(by[k]);
  }
  return out;
}

root.recipegenEngine = { readWeights, Ingredients, Quantities, Noise, given, weigh, reasons, finish, dice, logSoftmax };
if (typeof module !== "undefined") module.exports = root.recipegenEngine;
})(typeof window === "undefined" ? globalThis : window);
