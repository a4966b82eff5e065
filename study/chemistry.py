"""Does chemistry help? Four encodings trained alike, five seeds, three sizes of the training side; the hide-one test of each.

    python study/chemistry.py train corpora/recipes_73k [seeds [sizes]]
    python study/chemistry.py summary

Each run writes its ranks below build/chemistry and is skipped when they are there, so that the study can be stopped and taken up
again. An hour and a half on one core. The summary goes to study/chemistry.json.
"""
import json,sys,time
from functools import partial
from pathlib import Path
import numpy as np,torch
from recipegen.composition import scale_composition
from recipegen.decoder import IngredientDecoder
from recipegen.evaluation import decoder_scores,hide_one,rank_cases
from recipegen.ingredients import table
from recipegen.recipes import Corpus
from recipegen.training import both_loss,fit,log_prior,set_loss

ROWS = {'id': (False,True), 'composition': (True,False), 'composition + id': (True,True), 'shuffled': (True,False)} # composition, ids
SIZES = {100: 2, 10: 6, 1: 30} # per cent of the training recipes: epochs
NET = dict(d_model=96, n_layers=2, n_heads=4, dropout=.1)

def build(row, seed, prior):
    "The net of one row; the shuffled one gives each ingredient the composition of another"
    T = table(); f = scale_composition(T.composition, T.measured)
    if row == 'shuffled': f = f[np.random.default_rng(seed).permutation(len(f))]
    torch.manual_seed(seed); comp,ids = ROWS[row]
    return IngredientDecoder(f, composition=comp, ids=ids, prior=prior, **NET)

def train_all(folder, seeds='01234', sizes='100,10,1', out='build/chemistry'):
    torch.set_num_threads(1)
    C,out,v = Corpus.load(folder).distinct(),Path(out),len(table()); out.mkdir(parents=True, exist_ok=True)
    whole,valid,test = (C.split(s) for s in ('train','valid','test'))
    few = valid.select(np.random.default_rng(0).permutation(len(valid))[:400])
    visible,hidden = hide_one(test.sets(), 0)
    np.savez_compressed(out/'cases.npz', hidden=hidden, count=np.bincount(whole.ids, minlength=v))
    for seed in map(int, seeds):
        for size in map(int, sizes.split(',')):
            train = whole.select(np.sort(np.random.default_rng([seed, size]).permutation(len(whole))[:len(whole)*size//100]))
            for row in ROWS:
                path = out/f'{size}-{row.replace(" ", "")}-{seed}.npz'
                if path.exists(): continue
                t,net = time.time(),build(row, seed, log_prior(train, v))
                h = fit(net, train, few, set_loss(both_loss), epochs=SIZES[size], bs=128 if size==100 else 64, lr=2e-3, wd=.05, patience=99, seed=seed, progress=False)
                ranks = rank_cases(partial(decoder_scores, net, last=True), visible, hidden, v)
                np.savez_compressed(path, ranks=ranks.astype(np.float32), valid=min(o['valid'] for o in h), seconds=time.time()-t)
                print(f'{size:3} % {row:17} seed {seed}: recall@10 {np.mean(ranks<=10):.4f}, validation {min(o["valid"] for o in h):.4f} nat, {time.time()-t:.0f} s', flush=True)

BANDS = {'under 100': 0, '100 to 300': 100, '300 to 1,000': 300, '1,000 to 3,000': 1000, '3,000 and more': 3000} # training recipes that hold the hidden ingredient

def summary(out='build/chemistry', to='study/chemistry.json', n_boot=1000):
    "Means over seeds, with 95 % intervals from resampling recipes and seeds together; differences are paired on both"
    out = Path(out); c = np.load(out/'cases.npz'); hidden,count = c['hidden'],c['count'][c['hidden']]; n = len(hidden)
    band = np.searchsorted(list(BANDS.values()), count, 'right')-1; rng = np.random.default_rng(0)
    res = {}
    for size in SIZES:
        hit = {}
        for row in ROWS:
            runs = [np.load(p)['ranks'] for s in range(5) if (p := out/f'{size}-{row.replace(" ", "")}-{s}.npz').exists()]
            if runs: hit[row] = np.stack(runs)<=10 # (seeds, n)
        k = min(map(len, hit.values()), default=0)
        if len(hit) < len(ROWS): continue
        H = np.stack([h[:k] for h in hit.values()]).astype(np.float32) # (rows, seeds, n)
        picks = [(rng.integers(k, size=k), rng.integers(n, size=n)) for _ in range(n_boot)]
        masks = {'all': np.ones(n, bool)} | {b: band==i for i,b in enumerate(BANDS)}
        def means(h, s, i, m): h = h[:,s][:,:,i].mean(1); w = m[i]; return h[:,w].mean(1) # (rows,)
        for name,m in masks.items():
            boot = np.stack([means(H, s, i, m) for s,i in picks]); mid = H[:,:,m].mean((1,2))
            lo,hi = np.quantile(boot, [.025,.975], axis=0)
            entry = dict(cases=int(m.sum()), seeds=k, recall_10={r: [round(float(x), 4) for x in (mid[j],lo[j],hi[j])] for j,r in enumerate(ROWS)}, differences={})
            for a,b in (('composition','shuffled'), ('composition + id','id'), ('composition','id')):
                i,j = list(ROWS).index(a),list(ROWS).index(b); d = boot[:,i]-boot[:,j]
                entry['differences'][f'{a} - {b}'] = [round(float(x), 4) for x in (mid[i]-mid[j], *np.quantile(d, [.025,.975]))]
            if name == 'all':
                ids,at = np.unique(hidden, return_inverse=True); per = np.zeros((len(ROWS), len(ids))); np.add.at(per.T, at, H.mean(1).T); per /= np.bincount(at)
                entry['macro'] = {r: round(float(x), 4) for r,x in zip(ROWS, per.mean(1))}
            res.setdefault(str(size), {})[name] = entry
    Path(to).write_text(json.dumps(res, indent=1)+'\n')

if __name__ == '__main__': {'train': train_all, 'summary': summary}[sys.argv[1]](*sys.argv[2:])
