"""What eight bits cost the builder of the site: the law of the next ingredient, recall@10, and grams, each beside the nets in 32 bits.

    python study/page.py corpora/recipes_73k

Roundings are chosen on 1,500 recipes of the validation side by what they move the law; the chosen one is measured on the whole test side, paired, with
95 % intervals by resampling (2,000, seed 0). numpy on one core (OMP_NUM_THREADS=1), about three minutes. Written to study/page.json.
"""
import json,sys,tempfile
from pathlib import Path
import numpy as np
sys.path.insert(0, str(Path(__file__).resolve().parent.parent/'tools'))
import page
from recipegen.evaluation import hide_one,midranks
from recipegen.generator import RecipeGenerator
from recipegen.recipes import Corpus

OUT = Path('study/page.json')
TABLES = {f'tables: ingredients {a}, quantities {b}': dict(ingredients=a, quantities=b) for a in ('int8','float16') for b in ('int8','float16')}

def whole(W): # one scale for a matrix, for comparison
    s = np.full(len(W), abs(W).max()/127, np.float32)
    return np.round(W/s[:,None]).astype(np.int8),s

def some(x, B=2000): # mean of cases, 95 % interval
    x = np.asarray(x, float); rng = np.random.default_rng(0); b = [x[rng.integers(len(x), size=len(x))].mean() for _ in range(B)]
    return [float(x.mean()), *np.quantile(b, (.025,.975)).tolist()]

def laws(gen, sets, last): # (n, v) log-probabilities of what is missing, or (n, v+1) of what comes next
    names = np.array(gen.names); ask = gen.missing_log_probs if last else gen.next_log_probs
    return ask([names[s].tolist() for s in sets])

def apart(p, q): # nat, the law p told by q
    return np.where(p > -np.inf, np.exp(p)*(np.where(p > -np.inf, p, 0)-np.where(q > -np.inf, q, 0)), 0).sum(-1)

def prefixes(sets, rng): return [np.sort(rng.permutation(s)[:rng.integers(len(s))]) for s in sets]

def log_shares(gen, corpus): # centred log-ratios of what was weighed, against those of the recipe, root mean square of each
    rows = [i for i in range(len(corpus)) if (np.nan_to_num(corpus.weights(i)) > 0).sum() > 1]; names = np.array(gen.names)
    lists = [names[corpus.set(i)].tolist() for i in rows]; err = []
    for i,q in zip(rows, gen.quantify(lists)):
        g = corpus.weights(i); ok = np.nan_to_num(g) > 0; d = np.log(q.grams[ok])-np.log(g[ok]); err.append(np.sqrt(np.mean((d-d.mean())**2)))
    return np.array(err)

def main(folder):
    corpus = Corpus.load(folder); exact = RecipeGenerator.load(engine='numpy'); out = dict(corpus=Path(folder).name, tried={})
    valid = corpus.split('valid').distinct(); some_valid = valid.select(np.random.default_rng(0).permutation(len(valid))[:1500]); cases = prefixes(some_valid.sets(), np.random.default_rng(1)); p,e = laws(exact, cases, False),log_shares(exact, some_valid)
    with tempfile.TemporaryDirectory() as tmp:
        light = {}
        rowwise = page.in_bytes
        for name,rows in ({'one scale a matrix, all int8': dict(ingredients='int8', quantities='int8')} | TABLES).items():
            page.in_bytes = rowwise if name in TABLES else whole
            to = Path(tmp)/str(len(light)); page.write(to, rows); light[name] = RecipeGenerator.load(to)
            size = {f.name: f.stat().st_size for f in sorted(to.iterdir())}
            out['tried'][name] = dict(kl=some(apart(p, laws(light[name], cases, False))), log_ratio=some(log_shares(light[name], some_valid)-e), bytes=sum(size.values()), files=size); print(name, out['tried'][name], flush=True)
        fits = {k: o for k,o in out['tried'].items() if o['bytes'] < 4e6}; chosen = min(fits, key=lambda k: fits[k]['kl'][0]); gen = light[chosen]
        test = corpus.split('test').distinct(); visible,hidden = hide_one(test.sets()); sets = prefixes(test.sets(), np.random.default_rng(1))
        p,q = (laws(g, sets, False) for g in (exact, gen)); a,b = (midranks(laws(g, visible, True), visible, hidden) for g in (exact, gen)); x,y = (log_shares(g, test) for g in (exact, gen))
        out |= dict(chosen=chosen, test=dict(kl=some(apart(p, q)), first_same=float((p.argmax(1) == q.argmax(1)).mean()), cases=len(sets),
            recall_10=dict(exact=some(a <= 10), page=some(b <= 10), gap=some((b <= 10)*1.-(a <= 10)), cases=len(hidden)), log_ratio=dict(exact=some(x), page=some(y), gap=some(y-x), recipes=len(x))))
    OUT.write_text(json.dumps(out, indent=1)+'\n'); print(json.dumps(out['test'], indent=1))

if __name__ == '__main__': main(sys.argv[1])
