"""What was tried for the ingredient model, one change at a time, judged on validation alone.

    python study/tried.py corpora/recipes_73k

The base is small and briefly trained, so that many changes can be compared on one core: width 96, two blocks, two passes over the
training side, both questions. Each line of study/tried.json is one change: recall@10 and mean reciprocal rank when one ingredient of
each validation recipe is hidden, and the gain over the base with a paired 95 % interval over recipes (one seed: the interval does not
hold the chance of training). Runs that are in the file already are skipped.
"""
import copy,json,sys,time
from functools import partial
from pathlib import Path
import numpy as np,torch
from torch import nn
from recipegen.composition import scale_composition
from recipegen.decoder import IngredientDecoder
from recipegen.evaluation import decoder_scores,ease,hide_one,load_decoder,midranks,pair_counts,recipe_knn
from recipegen.ingredients import table
from recipegen.recipes import Corpus
from recipegen.sampling import log_softmax
from recipegen.training import both_loss,fit,log_prior,next_loss,remaining_loss,set_loss

NET,HOW = dict(d_model=96, n_layers=2, n_heads=4, dropout=.1),dict(epochs=2, bs=128, lr=2e-3, wd=.05, patience=99, seed=0, progress=False)

class Gated(IngredientDecoder):
    "The net plus what EASE says of the visible ones, times a learned factor for each question"
    def __init__(self, B, *a, **kw):
        super().__init__(*a, **kw); self.register_buffer('B', B); self.gate = nn.Parameter(torch.ones(2))
    def forward(self, ids, visible=None, ask=None):
        z = super().forward(ids, visible, ask); b,t = z.shape[:2]
        see = (torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril() if visible is None else visible).expand(b, t, ids.shape[1])
        x = torch.zeros(b, t, self.v+4).scatter_add_(2, ids[:,None].expand(b, t, -1), see.float())[...,:self.v]
        g = self.gate[(torch.zeros(b, t, dtype=torch.long) if ask is None else (ask == self.last).long())]
        return torch.cat([z[...,:-1]+3*g[...,None]*(x@self.B), z[...,-1:]], -1)

def answers(net, sets, last=False): # log-probabilities (n, v)
    return np.concatenate([log_softmax(decoder_scores(net, sets[k:k+256], last)[:,:-1]) for k in range(0, len(sets), 256)])

def smooth(eps, model, ids): # label smoothing: a share of the target goes to every ingredient alike
    keep = {}
    h = model.register_forward_hook(lambda m, a, out: keep.__setitem__('z', out))
    l = both_loss(model, ids); h.remove()
    flat = -keep['z'].log_softmax(-1).mean(-1)
    return (1-eps)*l+eps*flat

def alike(model, ids): # every question weighs alike, in batches of short recipes and of long ones
    l = both_loss(model, ids)
    return l*(~l.isnan()).sum()/(20*len(ids))

def main(folder, path='study/tried.json'):
    torch.set_num_threads(1); path = Path(path); T = table(); v = len(T)
    C = Corpus.load(folder).distinct(); train,valid = C.split('train'),C.split('valid'); few = valid.select(np.random.default_rng(0).permutation(len(valid))[:400])
    wiki = (C+Corpus.load()).distinct().split('train')
    visible,hidden = hide_one(valid.sets(), 0); visible,hidden = visible[:4000],hidden[:4000]
    features,co,log = scale_composition(T.composition, T.measured),pair_counts(train.sets(), v),json.loads(path.read_text()) if path.exists() else {}
    scores = {}
    def note(name, s, seconds, **more):
        ranks = midranks(s, visible, hidden); hit = ranks <= 10; scores.setdefault(name, s)
        if name == 'base': note.base = hit
        rng = np.random.default_rng(0); d = hit.astype(float)-note.base; boot = [d[rng.integers(len(d), size=len(d))].mean() for _ in range(1000)]
        log[name] = dict(recall_10=round(float(hit.mean()), 4), mrr=round(float((1/ranks).mean()), 4), gain=[round(float(x), 4) for x in (d.mean(), *np.quantile(boot, [.025,.975]))], seconds=round(seconds), **more)
        path.write_text(json.dumps(log, indent=1)+'\n'); print(name, log[name], flush=True)
    def run(name, loss=both_loss, net=None, data=train, last=True, ema=0., seed=0, how={}, cls=IngredientDecoder, save=False):
        if name in log and not save: return
        t = time.time(); torch.manual_seed(seed); m = cls(features, prior=log_prior(data, v), **NET | (net or {})); shadow = copy.deepcopy(m) if ema else None; f = set_loss(loss)
        def step(model, *a):
            if shadow and model.training:
                with torch.no_grad():
                    for p,q in zip(shadow.parameters(), model.parameters()): p.lerp_(q, 1-ema)
            return f(model, *a)
        fit(m, data, few, step, **HOW | dict(seed=seed) | how)
        note(name, answers((shadow or m).eval(), visible, last), time.time()-t)
        return m
    m = run('base', save=True)
    E = np.concatenate([ease(co, 30.)(visible[k:k+256]) for k in range(0, len(visible), 256)]); K = np.concatenate([recipe_knn(train.sets(), v, 50)(visible[k:k+256]) for k in range(0, len(visible), 256)])
    note('EASE alone', E, 0); note('recipe-kNN alone', K, 0)
    for a in (2,5): note(f'base + {a} EASE, added after training', scores['base']+a*E, 0)
    for a in (.2,.4): note(f'base + {a} log kNN, added after training', scores['base']+a*np.log(K/K.sum(1, keepdims=True)+1e-3), 0)
    if 'base, asked "what may come next"' not in log: note('base, asked "what may come next"', answers(m, visible), 0)
    ship = load_decoder('recipegen/weights'); S = answers(ship, visible, last=True) # trained on these training sides and Wikibooks', stopped by this validation side
    note('the weights that ship', S, 0); note('the weights that ship + 4 EASE', S+4*E, 0); note('the weights that ship + 0.3 log kNN', S+.3*np.log(K/K.sum(1, keepdims=True)+1e-3), 0)
    run('one question only: what remains', remaining_loss, last=False)
    run('causal, all that remain', remaining_loss, dict(causal=True)); run('causal, teacher forcing', next_loss, dict(causal=True))
    B = ease(co, 30.)(np.arange(v)[:,None]) # its matrix, a row for each ingredient alone
    run('gated sum with EASE, trained together', cls=partial(Gated, torch.tensor(B, dtype=torch.float32)))
    if 'base, second seed' not in log: run('base, second seed', seed=1); note('two seeds, laws averaged', np.logaddexp(scores['base'], scores['base, second seed']), 0)
    run('every question weighs alike', alike); run('one block', net=dict(n_layers=1)); run('four blocks', net=dict(n_layers=4)); run('no dropout', net=dict(dropout=0.)); run('dropout .2', net=dict(dropout=.2))
    run('moving average .995', ema=.995); run('label smoothing .05', partial(smooth, .05)); run('weight decay .3', how=dict(wd=.3))
    run('rate .004', how=dict(lr=4e-3)); run('rate .001', how=dict(lr=1e-3)); run('with Wikibooks', data=wiki); run('width 160', net=dict(d_model=160, n_heads=5))

if __name__ == '__main__': main(*sys.argv[1:])
