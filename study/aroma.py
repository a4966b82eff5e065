"""Aroma as a second modality: does it tell where an unseen ingredient belongs, alone or beside composition?

    python study/aroma.py corpora/recipes_73k ../shared/data

Presence of aroma molecules from FlavorDB (for non-commercial study; nothing of it ships) and from the flavour network of Ahn et al. 2011
(CC BY 4.0), for the ingredients of our table that they name. Cold start, protocol (a), as in 07_cold_start: leave one out, macro AUC on
the test side; the width of the aroma kernel is chosen on the validation side. All rows of a source are compared on the same ingredients,
and learn from these alone. A minute on one core; figures go to study/aroma.json.
"""
import csv,gzip,json,sys
from pathlib import Path
import numpy as np
from recipegen.cold_start import CompositionKernel,leave_one_out,own_aucs,profiles,rarity,shuffle
from recipegen.evaluation import multi_hot,pair_counts
from recipegen.ingredients import UnknownIngredient,resolve,table
from recipegen.recipes import Corpus

def known(name):
    try: return table()[resolve(name)].id
    except UnknownIngredient: return None

def flavordb(folder):
    "{ingredient id: set of molecules}"
    out = {}
    with gzip.open(Path(folder)/'flavordb'/'entities.jsonl.gz', 'rt', encoding='utf-8') as f:
        for e in map(json.loads, f):
            mols = next((v for k,v in e.items() if k.startswith('molecule')), None); mols = mols if isinstance(mols, list) else str(mols or '').replace('[','').replace(']','').split(',')
            i = known(e['entity_alias_readable'])
            if i is not None and len(mols) > 3: out.setdefault(i, set()).update(str(m).strip() for m in mols)
    return out

def ahn(folder):
    "{ingredient id: set of compounds}"
    d = Path(folder)/'ahn2011'/'ingr_comp'; rows = lambda n: [r for r in csv.reader(open(d/n, encoding='utf-8'), delimiter='\t') if r and not r[0].startswith('#')]
    ids,out = {r[0]: known(r[1].replace('_', ' ')) for r in rows('ingr_info.tsv') if len(r) > 1},{}
    for r in rows('ingr_comp.tsv'):
        if len(r) == 2 and ids.get(r[0]) is not None: out.setdefault(ids[r[0]], set()).add(r[1])
    return {i: m for i,m in out.items() if len(m) > 3}

def distance(has):
    "Between ingredients by the molecules that they share, rare molecules weighing more: sqrt(2 - 2 cos)"
    mols = sorted(set().union(*has)); at = {m: j for j,m in enumerate(mols)}; X = np.zeros((len(has), len(mols)))
    for i,s in enumerate(has): X[i,[at[m] for m in s]] = 1
    X *= np.log(len(has)/X.sum(0)); X /= np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-9)
    return np.sqrt((2-2*X@X.T).clip(0))

def main(folder, data, to='study/aroma.json', n_boot=2000):
    C = Corpus.load(folder).distinct(); train,valid,test = (C.split(s).sets() for s in ('train','valid','test')); v = len(table())
    co = pair_counts(train, v); n = np.diag(co); A,w = profiles(co, len(train)),rarity(n); V,X = multi_hot(valid, v),multi_hot(test, v); K = CompositionKernel()(); res = {}
    for name,read in (('FlavorDB', flavordb), ('Ahn 2011', ahn)):
        has = read(data); ids = np.array(sorted(i for i in has if n[i] >= 20)); asked = ids[(X[:,ids].sum(0) >= 5)&(V[:,ids].sum(0) >= 5)]
        D = distance([has[i] for i in ids]); med = np.median(D[D>0]); C_ = K[np.ix_(ids,ids)]
        def auc(k, side): R = np.zeros((v,v)); R[ids] = leave_one_out(k, A[ids]); return own_aucs(R, w, side, asked)
        kernels = {x: np.exp(-D/med/x) for x in (.3,.6,1.2,2.4)}; width = max(kernels, key=lambda x: auc(kernels[x], V).mean()); a = kernels[width]
        rows = {'composition': C_, 'aroma': a, 'both': (C_+a)/2, 'composition, shuffled': shuffle(C_, 0), 'aroma, shuffled': shuffle(a, 0), 'composition and shuffled aroma': (C_+shuffle(a, 0))/2}
        got = {k: auc(x, X) for k,x in rows.items()} | {'seen': own_aucs(A, w, X, asked)}
        rng = np.random.default_rng(0); picks = rng.integers(len(asked), size=(n_boot, len(asked))); ci = lambda d: [round(float(x), 4) for x in (d.mean(), *np.quantile(d[picks].mean(1), [.025,.975]))]
        res[name] = dict(ingredients=len(asked), learned_from=len(ids), width=width, auc={k: ci(x) for k,x in got.items()},
                         differences={f'{p} - {q}': ci(got[p]-got[q]) for p,q in (('both','composition'), ('both','aroma'), ('composition','aroma'), ('aroma','aroma, shuffled'), ('composition and shuffled aroma','composition'))})
        print(name, json.dumps(res[name], indent=1))
    Path(to).write_text(json.dumps(res, indent=1)+'\n')

if __name__ == '__main__': main(*sys.argv[1:])
