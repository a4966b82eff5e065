"""How far can the middle go? The net that ships, the rules, their means, another middle, and what two cooks with one list differ by.

    python study/ways.py corpora/recipes_73k

All on the validation side, so that the test side is not used up by trials; log-ratio error and summed absolute error in points, and the
paired difference in log-ratio error to the net with its 95 % interval. Two minutes on one core. Written to study/ways.json.
"""
import json,sys
from pathlib import Path
import numpy as np,torch
from recipegen.laws import best_shares
from recipegen.quantities import Weigher,load_quantities
from recipegen.recipes import Corpus
from recipegen.shares import recipe_scores,share_baselines

class Ready: # shares that lie ready
    def __init__(self, p): self.p = p
    def shares(self, sets): return self.p

def mean(a, b, w): # of logarithms
    return [x/x.sum() for x in (np.exp((1-w)*np.log(p)+w*np.log(q)) for p,q in zip(a, b))]

def cooks(corpus, p): # recipes of one list: how far two cooks are apart, over the root of 2, and how far the net is from each
    alike,out = {},[]
    for i,s in enumerate(corpus.sets()):
        if (np.asarray(corpus.weights(i)) > 0).all(): alike.setdefault(tuple(np.sort(s).tolist()), []).append(i)
    clr = lambda i, x: (z := np.log(np.asarray(x, float)[np.argsort(corpus.set(i))]))-z.mean()
    for s,rows in alike.items():
        z = [clr(i, corpus.weights(i)) for i in rows]; d = [np.sqrt(((a-b)**2).mean()) for k,a in enumerate(z) for b in z[:k]]
        if d and np.mean(d) > .05: out.append((np.mean(d)/2**.5, np.mean([np.sqrt(((clr(i, p[i])-a)**2).mean()) for i,a in zip(rows, z)]))) # nearer than that is a copy
    return np.array(out)

def main(folder, to='study/ways.json'):
    torch.set_num_threads(1); C = Corpus.load(folder); train,valid = C.split('train'),C.split('valid'); S = valid.sets()
    net = Weigher(load_quantities('recipegen/weights')); base,_ = share_baselines(train, valid, names=('ridge','recipe-kNN'))
    p,k,r = net.shares(S),base['recipe-kNN'].shares(S),base['ridge'].shares(S)
    draws = [best_shares(d[:,None])[0] for d in net.draws(S, 100)]
    ways = {'the net that ships': p, 'recipe-kNN': k, 'ridge': r, 'net and kNN, a half each': mean(p, k, .5), 'net and ridge, .2 of ridge': mean(p, r, .2), 'the net, spatial median of 100 draws': draws}
    sc = {n: recipe_scores(Ready(x), valid, 0) for n,x in ways.items()}; rng = np.random.default_rng(0); res = {}
    for n,t in sc.items():
        d = (t.log_ratio-sc['the net that ships'].log_ratio).to_numpy(); boot = [d[rng.integers(len(d), size=len(d))].mean() for _ in range(1000)]
        res[n] = dict(log_ratio=round(float(t.log_ratio.mean()), 4), abs_points=round(float(t.abs_points.mean()), 2), to_net=[round(float(x), 4) for x in (d.mean(), *np.quantile(boot, [.025,.975]))])
    x = cooks(valid, p); res = dict(ways=res, cooks=dict(lists=len(x), apart=round(float(x[:,0].mean()), 3), net=round(float(x[:,1].mean()), 3)))
    Path(to).write_text(json.dumps(res, indent=1)+'\n'); print(json.dumps(res, indent=1))

if __name__ == '__main__': main(*sys.argv[1:])
