"""Which explanations survive when every ingredient is given another's composition? Small nets trained alike, and what each says of the same suggestions.

    python study/interpret.py train corpora/recipes_73k
    python study/interpret.py exact corpora/recipes_73k
    python study/interpret.py baseline corpora/recipes_73k
    python study/interpret.py survive corpora/recipes_73k
    python study/interpret.py heads corpora/recipes_73k

Two forms (composition + id, as in the weights that ship, and composition alone), each with rows as they are and with rows shuffled (one
shuffling for all), two seeds of each: eight nets of width 96 with two blocks, two passes over the training side. A net that is below
build/interpret already is not trained again: ten minutes on one core. `exact`, `baseline` and `heads` ask the weights that ship: how exact an
explanation is, whether randomised weights destroy it, whether attention tells what matters; what each head is worth. `survive` asks the
eight nets for the same explanations. A few minutes each; figures go to study/interpret.json. Explanations are of the test side: a recipe
without one ingredient, which is the candidate. Heads are scored on the validation side. Intervals are 95 %, from resampling recipes.
"""
import copy,json,sys,time
from pathlib import Path
from types import SimpleNamespace
import numpy as np,torch
from recipegen.blocks import record
from recipegen.composition import scale_composition
from recipegen.decoder import IngredientDecoder
from recipegen.evaluation import decoder_scores,hide_one,midranks,pair_counts
from recipegen.ingredients import table
from recipegen.interpret import attentions,attribute,heard,load_net,question_roll_out,reasons,silence
from recipegen.quantities import grams_loss,load_quantities
from recipegen.recipes import Corpus
from recipegen.sampling import log_softmax
from recipegen.training import batches,both_loss,fit,log_prior,set_loss

FORMS = {'composition + id': True, 'composition': False} # with ids or without
SEEDS = 0,1
NET = dict(d_model=96, n_layers=2, n_heads=4, dropout=.1)

def features(shuffled):
    "Scaled compositions; shuffled: each ingredient has another's"
    T = table(); f = scale_composition(T.composition[:T.shipped], T.measured[:T.shipped])
    return f[np.random.default_rng(0).permutation(len(f))] if shuffled else f

def build(ids, shuffled, seed, prior=None): torch.manual_seed(seed); return IngredientDecoder(features(shuffled), ids=ids, prior=prior, **NET).eval()

def runs(out): return [(form, shuffled, seed, Path(out)/f'{form.replace(" ", "")}-{"shuffled" if shuffled else "real"}-{seed}.pt') for form in FORMS for seed in SEEDS for shuffled in (False,True)]

def train(folder, out='build/interpret'):
    torch.set_num_threads(1); Path(out).mkdir(parents=True, exist_ok=True)
    C = Corpus.load(folder).distinct(); learn,valid = C.split('train'),C.split('valid'); few = valid.select(np.random.default_rng(0).permutation(len(valid))[:400])
    for form,shuffled,seed,path in runs(out):
        if path.exists(): continue
        t,net = time.process_time(),build(FORMS[form], shuffled, seed, log_prior(learn, len(table())))
        h = fit(net, learn, few, set_loss(both_loss), epochs=2, bs=128, lr=2e-3, wd=.05, patience=99, seed=seed, progress=False)
        torch.save(dict(net=net.state_dict(), valid=min(o['valid'] for o in h), seconds=time.process_time()-t, recipes=len(learn)), path)
        print(f'{path.stem}: validation {min(o["valid"] for o in h):.4f} nat, {time.process_time()-t:.0f} s of one core', flush=True)

def cases(folder, n, side='test'):
    "Bowls of four to ten ingredients of one side, and the one that was taken out"
    visible,hidden = hide_one(Corpus.load(folder).distinct().split(side).sets(), 0); at = [i for i,s in enumerate(visible) if 4 <= len(s) <= 10]
    at = np.random.default_rng(0).permutation(at)[:n]
    return [(sorted(map(int, visible[i])),int(hidden[i])) for i in at]

def rho(a, b): # Spearman
    from scipy.stats import rankdata
    a,b = rankdata(np.ravel(a)),rankdata(np.ravel(b)); a,b = a-a.mean(),b-b.mean(); k = np.sqrt((a@a)*(b@b))
    return a@b/k if k else np.nan

def top(a, b, k=10): # share of the k largest claims that the other makes too, among its k largest and with the same sign
    a,b = np.ravel(a),np.ravel(b); i,j = (set(np.abs(x).argsort()[::-1][:k]) for x in (a,b))
    return sum(a[x]*b[x] > 0 for x in i & j)/k

def ci(x, n_boot=2000): # mean and 95 % interval over cases; what has no answer is left out
    x = np.asarray(x, float); x = x[np.isfinite(x)]; picks = np.random.default_rng(0).integers(len(x), size=(n_boot, len(x)))
    return [round(float(o), 4) for o in (x.mean(), *np.quantile(x[picks].mean(1), [.025,.975]))]

def put(name, res, to='study/interpret.json'): # one part of the file
    to = Path(to); old = json.loads(to.read_text()) if to.exists() else {}
    to.write_text(json.dumps(old | {name: res}, indent=1)+'\n'); print(name, json.dumps(res), flush=True)

def looks(net, ids):
    "(layers, heads, s+1): attention of the question, the row of `begin` first"
    with record(net) as acts: decoder_scores(net, [ids])
    return torch.stack([acts[f'blocks.{l}.cross.attn'][0,:,0] for l in range(len(net.blocks))]).numpy()

def still(net): rows = net.embed().detach(); net.embed.forward = lambda: rows; return net # a net that learns no more reads its compositions once

def told(net, ids, c, steps=32):
    "All that is said of one suggestion"
    A,ask = attribute(net, ids, c, steps),SimpleNamespace(logits=lambda sets: decoder_scores(net, sets)); a = looks(net, ids)
    return dict(components=A.components, each=A.total, own=A.own, marks=A.marks, reasons=reasons(ask, ids, [c])[0], attention=a, rollout=question_roll_out(a)[1:], error=A.error, delta=A.end-A.start)

def noise(net, stage, seed=0):
    "The net with the entries of its matrices permuted, from the answer downwards: block after block, then the reader of compositions, then the vectors of the ingredients"
    net,g = copy.deepcopy(net),torch.Generator().manual_seed(seed); parts = [*reversed(net.blocks), net.embed.project, *([net.embed.ids] if net.embed.ids is not None else [])]
    for p in (p for part in parts[:stage] for p in part.parameters()): p.data = p.data.flatten()[torch.randperm(p.numel(), generator=g)].view(p.shape)
    return net

def law_change(net, ids):
    "(s,) nat: how far the whole law moves when one ingredient is left out, as KL"
    z = decoder_scores(net, [ids, *(ids[:k]+ids[k+1:] for k in range(len(ids)))])[:,:-1]; z[:,ids] = -np.inf; lp = log_softmax(z); ok = np.isfinite(lp[0])
    return (np.exp(lp[0,ok])*(lp[0,ok]-lp[1:,ok])).sum(1)

def exact(folder, n=200, n_noise=60):
    torch.set_num_threads(1); net,asked,res = load_net().double(),cases(folder, n),dict(explanations=n); calm = still(copy.deepcopy(net)); t = time.process_time(); real = [told(calm, *o) for o in asked]; res['seconds'] = round((time.process_time()-t)/n, 3)
    for steps in (8,16,32):
        e = np.array([x['error'] for x in real] if steps == 32 else [attribute(calm, *o, steps).error for o in asked]); res.setdefault('completeness', {})[str(steps)] = dict(median=float(np.median(e)), largest=float(e.max()))
    res['parts'] = {k: ci([np.abs(x[k]).sum()/(np.abs(x['components'].sum(1))+np.abs(x['marks'])+np.abs(x['own'])).sum() for x in real]) for k in ('own','marks')} | dict(components=ci([np.abs(x['components'].sum(1)).sum()/(np.abs(x['components'].sum(1))+np.abs(x['marks'])+np.abs(x['own'])).sum() for x in real]))
    C = Corpus.load(folder).distinct().split('train'); co = pair_counts(C.sets(), len(table())); own = np.diag(co); lift = [np.log((co[c,s]+.5)/(own[c]*own[s]/len(C)+.5)) for s,c in asked]
    moved = [law_change(calm, s) for s,_ in asked]; mean = [x['attention'].mean((0,1))[1:] for x in real]
    pairs = {'attention, mean': mean, 'attention, roll-out': [x['rollout'] for x in real], 'attention, last block': [x['attention'][-1].mean(0)[1:] for x in real], 'integrated gradients': [x['each'][:-1] for x in real], 'co-occurrence': lift}
    res['with leave-one-out'] = {k: dict(reason=ci([rho(a, x['reasons']) for a,x in zip(v, real)]), size=ci([rho(np.abs(a), np.abs(x['reasons'])) for a,x in zip(v, real)]), law=ci([rho(np.abs(a), m) for a,m in zip(v, moved)])) for k,v in pairs.items()}
    heads = np.array([[[rho(x['attention'][l,h,1:], m) for x,m in zip(real, moved)] for h in range(5)] for l in range(3)]); res['each head with law'] = [[ci(heads[l,h]) for h in range(5)] for l in range(3)]
    stages = ['as trained','block 3','and block 2','and block 1','and composition','and own vectors']; res['noise'] = {}
    for k,stage in enumerate(stages):
        rough = still(noise(net, k)); other = [told(rough, *o) for o in asked[:n_noise]]; res['noise'][stage] = dict(explanations=n_noise, **{m: ci([rho(x[m], y[m]) for x,y in zip(real, other)]) for m in ('components','each','reasons','attention')}, top=ci([top(x['components'], y['components']) for x,y in zip(real, other)]))
    put('exact', res)

def baseline(folder, n=200):
    "Which way from the baseline to the bowl? All at once, or the candidate first; chosen on the validation side, by what a bowl with the mean ingredient in one place says"
    from captum.attr import IntegratedGradients
    torch.set_num_threads(1); net,res = still(load_net().double()),dict(explanations=n); ask = SimpleNamespace(logits=lambda sets: decoder_scores(net, sets))
    for side in ('valid','test'):
        got = {k: [] for k in ('all at once','candidate first','leave one out','replace by the mean')}
        for s,c in cases(folder, n, side):
            f,x,base = heard(net, s, c); swapped = [torch.cat([a, a.repeat(len(s),1,1)]) for a in x]
            for a,b in zip(swapped, base): a[range(1,len(s)+1),range(len(s))] = b[0,:-1]
            with torch.no_grad(): p = f(*swapped).numpy()
            got['replace by the mean'].append(p[0]-p[1:]); got['leave one out'].append(reasons(ask, s, [c])[0]); got['candidate first'].append(attribute(net, s, c).total[:-1])
            got['all at once'].append(sum(p[0].sum(-1) for p in IntegratedGradients(f).attribute(x, base, n_steps=32, method='gausslegendre')).numpy()[:-1])
        res[side] = {f'{a} / {b}': ci([rho(x, y) for x,y in zip(got[a], got[b])]) for a in ('all at once','candidate first') for b in ('replace by the mean','leave one out')} | {'leave one out / replace by the mean': ci([rho(x, y) for x,y in zip(got['leave one out'], got['replace by the mean'])])}
    put('baseline', res)

def survive(folder, n=200, out='build/interpret', k=10):
    torch.set_num_threads(1); asked,res = cases(folder, n),{}; T = table(); group = np.array([o.group for o in T]); C = Corpus.load(folder).distinct().split('train'); often = np.flatnonzero(np.bincount(C.ids, minlength=len(T)) >= 20)
    co = pair_counts(C.sets(), len(T)); own = np.diag(co); lift = [np.log((co[c,s]+.5)/(own[c]*own[s]/len(C)+.5)) for s,c in asked]
    visible,hidden = hide_one(Corpus.load(folder).distinct().split('test').sets(), 0); visible,hidden = visible[:2000],hidden[:2000]
    for form in FORMS:
        got,valid,kin,share,hit = {},{},{},{},{}
        for f,shuffled,seed,path in runs(out):
            if f != form: continue
            net,w = build(FORMS[form], shuffled, seed),torch.load(path); net.load_state_dict(w['net']); net = still(net.double()); key = shuffled,seed; got[key] = [told(net, *o) for o in asked]; valid[key] = round(w['valid'], 4)
            hit[key] = np.concatenate([midranks(decoder_scores(net, visible[j:j+250], last=True)[:,:-1], visible[j:j+250], hidden[j:j+250]) <= 10 for j in range(0, len(hidden), 250)])
            x = net.embed().detach().numpy()[often]; x = x-x.mean(0); x /= np.linalg.norm(x, axis=1, keepdims=True); S = x@x.T; np.fill_diagonal(S, -9); near = S.argsort(1)[:,::-1][:,:k]; kin[key] = (group[often][near] == group[often][:,None]).mean(1)
            share[key] = [np.abs(o['components'].sum(1)).sum()/(np.abs(o['components'].sum(1))+np.abs(o['marks'])+np.abs(o['own'])).sum() for o in got[key]]
            print(form, key, valid[key], flush=True)
        kinds = {'another seed': [((False,0),(False,1))], 'another seed, both shuffled': [((True,0),(True,1))], 'real against shuffled': [((False,i),(True,j)) for i in SEEDS for j in SEEDS]}
        kind = np.array([c['kind'] for c in T.components]); by_kind = lambda x: np.stack([x['components'][:,kind == j].sum(1) for j in sorted(set(kind))], 1)
        ways = {'kinds of components': lambda x,y: rho(by_kind(x), by_kind(y)), 'components': lambda x,y: rho(x['components'], y['components']), 'top ten components': lambda x,y: top(x['components'], y['components']), 'candidate\'s components': lambda x,y: rho(x['components'][-1], y['components'][-1]),
                'ingredients': lambda x,y: rho(x['each'], y['each']), 'reasons': lambda x,y: rho(x['reasons'], y['reasons']), 'attention, mean': lambda x,y: rho(x['attention'].mean((0,1))[1:], y['attention'].mean((0,1))[1:]), 'roll-out': lambda x,y: rho(x['rollout'], y['rollout'])}
        each = {w: {p: np.nanmean([[f(x, y) for x,y in zip(got[a], got[b])] for a,b in ab], 0) for p,ab in kinds.items()} for w,f in ways.items()}
        res[form] = dict(explanations=n, agreement={w: {p: ci(x) for p,x in v.items()} for w,v in each.items()}, lost={w: ci(v['another seed']-v['real against shuffled']) for w,v in each.items()})
        for s,name in ((False,'real'),(True,'shuffled')):
            res[form][name] = dict(validation=[valid[s,i] for i in SEEDS], recall_10=ci(np.mean([hit[s,i] for i in SEEDS], 0)), composition_share=ci(np.mean([share[s,i] for i in SEEDS], 0)), same_group=ci(np.mean([kin[s,i] for i in SEEDS], 0)), error=max(o['error'] for i in SEEDS for o in got[s,i]),
                                   co_occurrence_with_reasons=ci(np.nanmean([[rho(l, o['reasons']) for l,o in zip(lift, got[s,i])] for i in SEEDS], 0)))
    put('survive', res)

def heads(folder, n=2000, n_grams=600):
    torch.set_num_threads(1); net,Q = load_net(),load_quantities(Path(__import__('recipegen').__file__).parent/'weights'); C = Corpus.load(folder).distinct().split('valid')
    visible,hidden = hide_one(C.select(np.random.default_rng(0).permutation(len(C))[:n+200]).sets(), 0); visible,hidden = visible[:n],hidden[:n]; few = C.select(np.random.default_rng(1).permutation(len(C))[:n_grams])
    def completion():
        nat,hit = [],[]
        for j in range(0, n, 250):
            z = decoder_scores(net, visible[j:j+250], last=True)[:,:-1]; hit.append(midranks(z, visible[j:j+250], hidden[j:j+250]) <= 10)
            for r,s in zip(z, visible[j:j+250]): r[s] = -np.inf
            nat.append(log_softmax(z)[np.arange(len(z)),hidden[j:j+250]])
        return np.concatenate(nat),np.concatenate(hit).astype(float)
    @torch.no_grad()
    def grams(): l = np.full(len(few), np.nan); [l.__setitem__(r, grams_loss(Q, few, r, None).numpy()) for r in batches(np.diff(few.offsets), 100)]; return -l
    base,res = completion(),{}; res['completion'] = dict(cases=len(hidden), nat=ci(base[0]), recall_10=ci(base[1]), heads={}); l,h = len(attentions(net)),attentions(net)[0].n_heads
    for k in range(l):
        for j in [*range(h), 'all']:
            with silence(net, k, range(h) if j == 'all' else j): x = completion()
            res['completion']['heads'][f'{k} {j}'] = dict(nat=ci(x[0]-base[0]), recall_10=ci(x[1]-base[1]))
    base = grams(); res['grams'] = dict(recipes=int(np.isfinite(base).sum()), nat=ci(base), heads={}); l,h = len(attentions(Q)),attentions(Q)[0].n_heads
    for k in range(l):
        for j in [*range(h), 'all']:
            with silence(Q, k, range(h) if j == 'all' else j): res['grams']['heads'][f'{k} {j}'] = dict(nat=ci(grams()-base))
    put('heads', res)

if __name__ == '__main__': {'train': train, 'exact': exact, 'baseline': baseline, 'survive': survive, 'heads': heads}[sys.argv[1]](*sys.argv[2:])
