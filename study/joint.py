"""One net for lists and weights, or two: the joint forms against the split pair, all trained alike.

    python study/joint.py corpora/recipes_73k

Six small nets (width 96, two blocks, one pass over the distinct training sets with Muon, seed 0) read the same recipes.
Nothing is chosen by the test side.
A finished net and its figures lie below build/joint and are skipped; the summary goes to study/joint.json. A quarter of an hour on one free core.
"""
import json,sys,time
from pathlib import Path
import numpy as np,torch
from torch import nn
import torch.nn.functional as F
from recipegen.composition import scale_composition
from recipegen.decoder import IngredientDecoder
from recipegen.ingredients import table
from recipegen.joint import JointDecoder,TokenDecoder,WeightByWeight,_told,joint_loss,tokens_loss,weights_loss
from recipegen.laws import ShareMixture
from recipegen.quantities import pad_recipes
from recipegen.recipes import Corpus
from recipegen.shares import usual_grams
from recipegen.training import _remaining,batches,fit,log_prior,remaining_loss,save_weights,set_loss

class AtOnce(WeightByWeight):
    "The same reader asked once, with nothing known: a mixture of logistic-normals with common factors"
    def __init__(self, *a, K=4, R=4, **kw):
        super().__init__(*a, **kw); d = self.head.in_features; self.K = K
        self.head,self.mix = nn.Linear(d, K*(2+R)),nn.Linear(d, K); nn.init.normal_(self.head.weight, std=.05); nn.init.zeros_(self.head.bias)
    def shares(self, ids):
        real = ids != self.pad; none = torch.zeros_like(real)[:,None]
        h,_ = self(ids, torch.full(ids.shape, torch.nan), real[:,None], none, torch.cat([ids, ids.new_full((len(ids),1), self.begin)], 1)[:,None])
        o = self.head(h[:,0,:-1]).unflatten(-1, (self.K, -1))
        return ShareMixture(self.usual[ids][...,None]+o[...,0], F.softplus(o[...,1]+.5)+.05, real, o[...,2:], self.mix(h[:,0,-1]))
    def log_prob(self, ids, grams, **kw): return self.shares(ids).log_prob(grams)
    def sample(self, ids, draws=1, generator=None):
        with torch.no_grad(): return self.shares(ids).sample(draws, generator)

class ListFirst(WeightByWeight):
    "One net, two questions: the list from lists without weights, then weight by weight"
    def list_steps(self, ids):
        n = ids.shape[1]; see = torch.ones(n+1, n, dtype=torch.bool).tril(-1) & (ids != self.pad)[:,None]
        h,_ = self(ids, torch.full(ids.shape, torch.nan), see, torch.zeros_like(see), torch.full((len(ids),n+1,1), self.begin))
        return self.logits(h[:,:,0]).log_softmax(-1)

def at_once_loss(model, corpus, rows, rng):
    ids,g = pad_recipes(corpus, rows, model.pad); return -model.log_prob(ids, g)/((g > 0).sum(-1)-1)

def list_first_loss(model, corpus, rows, rng):
    ids,_ = pad_recipes(corpus, rows, model.pad, rng); a,b = _remaining(model.list_steps(ids), ids, model),weights_loss(model, corpus, rows, rng)
    return torch.cat([a, b*(~a.isnan()).sum()/(~b.isnan()).sum()], 1) if model.training else torch.cat([a, b], 1) # both questions weigh alike

@torch.no_grad()
def draw_lists(model, n, generator, max_size=30): # from IngredientDecoder or ListFirst: (n, .) padded ids
    ids,live = torch.full((n, max_size), model.pad),torch.arange(n)
    for t in range(max_size):
        x = ids[live,:t]
        if isinstance(model, IngredientDecoder): z = model(torch.cat([x.new_full((len(x),1), model.begin), x], 1), torch.ones(1, t+1, dtype=torch.bool))[:,0]
        else: see = torch.ones(len(x), 1, t, dtype=torch.bool); z = model.logits(model(x, torch.full(x.shape, torch.nan), see, ~see, torch.full((len(x),1,1), model.begin))[0][:,0,0])
        z = z.scatter(1, x, -torch.inf)
        if t == 0: z[:,model.end] = -torch.inf
        pick = torch.multinomial(z.softmax(-1), 1, generator=generator)[:,0]; on = pick != model.end; live = live[on]
        if not len(live): break
        ids[live,t] = pick[on]
    return ids[:,:int((ids != model.pad).sum(1).max())]

@torch.no_grad()
def score(nets, corpus, seed=0): # nat of each recipe, told in one random order: dict of arrays
    rng,gen,out,rowss = np.random.default_rng(seed),torch.Generator().manual_seed(seed),{},batches(np.diff(corpus.offsets), 128)
    def put(k, x): out.setdefault(k, []).append(x.double().numpy())
    for rows in rowss:
        net = list(nets.values())[0]; ids,g = pad_recipes(corpus, rows, net.pad, rng); rough = g*(.05*torch.randn(g.shape, generator=gen)).exp(); n = (g > 0).sum(-1)
        put('n', (ids != net.pad).sum(-1)); put('weighed', n)
        for name,m in nets.items():
            if name == 'ingredients':
                put(f'{name}/list', -_told(m(torch.cat([ids.new_full((len(ids),1), m.begin), ids], 1)).log_softmax(-1), ids, m))
            elif name in ('one stream','tokens'):
                a,b = m.log_prob(ids, g); put(f'{name}/list', -a); put(f'{name}/weights', b); a,b = m.log_prob(ids, rough); put(f'{name}/list rough', -a); put(f'{name}/weights rough', b)
            else:
                if name == 'list first': put(f'{name}/list', -_told(m.list_steps(ids), ids, m))
                put(f'{name}/weights', m.log_prob(ids, g, generator=gen).nan_to_num()); put(f'{name}/weights rough', m.log_prob(ids, rough, generator=gen).nan_to_num())
                if name == 'weight by weight': put(f'{name}/weights of 8', m.log_prob(ids, g, orders=8, generator=gen).nan_to_num())
    back = np.argsort(np.concatenate(rowss))
    return {k: np.concatenate(v)[back] for k,v in out.items()}

def middles(net, corpus, rows, draws=64, seed=0): # log-ratio error of the mean centred log-ratio of draws, share of weights in the 80 % interval
    gen,err,hit,n = torch.Generator().manual_seed(seed),[],0,0
    for i in range(0, len(rows), 50):
        ids,g = pad_recipes(corpus, rows[i:i+50], net.pad); s = net.sample(ids, draws, gen)
        for x,y in zip(s.transpose(0, 1), g):
            ok = y > 0
            if ok.sum() < 2: continue
            l,t = x[:,ok].log(),y[ok].log(); d = (l-l.mean(1, keepdim=True)).mean(0)-(t-t.mean()); err.append((d**2).mean().sqrt().item())
            p,q = x[:,ok]/x[:,ok].sum(1, keepdim=True),y[ok]/y[ok].sum(); lo,hi = p.quantile(.1, 0),p.quantile(.9, 0); hit += ((q >= lo) & (q <= hi)).sum().item(); n += ok.sum().item()
    return np.array(err),hit/n

def by_step(net, corpus, most=10, seed=0): # nat of each step of a random order, recipes with at least `most` weights
    gen,out = torch.Generator().manual_seed(seed),[]
    for rows in batches(np.diff(corpus.offsets), 128):
        ids,g = pad_recipes(corpus, rows, net.pad); keep = (g > 0).sum(-1) >= most
        if keep.any():
            with torch.no_grad(): out.append(-net.chain(ids[keep], g[keep], torch.rand(g[keep].shape, generator=gen).argsort(-1))[:,:most-1])
    return torch.cat(out)

def cakes(net, names=('flour','butter','sugar','egg','milk'), butters=(20,60,200), draws=2000): # median and 80 % interval of each weight, flour 200 g and butter locked
    ids = torch.tensor([[table()[n].id for n in names]]); out = {}
    for b in butters:
        s = net.sample(ids, draws, torch.Generator().manual_seed(0), torch.tensor([[200.,b]+[torch.nan]*(len(names)-2)]))[:,0]
        out[str(b)] = {n: [round(float(x), 1) for x in s[:,i].quantile(torch.tensor([.5,.1,.9]))] for i,n in enumerate(names)}
    return out

def bounds(corpus, v, least=100): # (v,) lowest and highest share: .1 % and 99.9 % of what training recipes have
    per = {}
    for i in range(len(corpus)):
        g = corpus.weights(i); ok = g > 0
        for k,s in zip(corpus.set(i)[ok], g[ok]/g[ok].sum()): per.setdefault(int(k), []).append(s)
    lo,hi = np.zeros(v),np.ones(v)
    for k,s in per.items():
        if len(s) >= least: lo[k],hi[k] = np.quantile(s, [.001,.999])
    return lo,hi

def realism(recipes, v, lo, hi, sizes, freq, logs): # of drawn (ids, grams), against the sizes, frequencies and mean log shares of the test side
    out,n = [],0; f,t = np.zeros(v),[[] for _ in range(v)]
    for i,g in recipes:
        ok = g > 0; f[i] += 1
        if ok.sum() < 2: continue
        s = g[ok]/g[ok].sum(); bad = (s < lo[i[ok]])|(s > hi[i[ok]]); out.append(bad.sum()); n += len(s)
        for k,x in zip(i[ok], np.log(s)): t[k].append(x)
    top = np.argsort(-freq)[:100]; m = np.array([np.mean(t[k]) if len(t[k]) >= 10 else np.nan for k in top]); size = np.array([len(i) for i,_ in recipes]); tv = lambda a,b: .5*np.abs(a/a.sum()-b/b.sum()).sum()
    return dict(size=float(size.mean()), size_sd=float(size.std()), size_tv=float(tv(np.bincount(size, minlength=60)[:60], np.bincount(sizes, minlength=60)[:60])), frequency_tv=float(tv(f, freq)),
                odd_weights=float(np.sum(out)/n), odd_recipes=float(np.mean(np.array(out) > 0)), mean_log_share_rms=float(np.sqrt(np.nanmean((m-logs[top])**2))))

def main(folder, out='build/joint', to='study/joint.json', few=400, drawn=2000):
    torch.set_num_threads(1); out = Path(out); out.mkdir(parents=True, exist_ok=True); T = table(); v = len(T); features = scale_composition(T.composition, T.measured)
    C = Corpus.load(folder).distinct(); tr,va,te = (C.split(s) for s in ('train','valid','test')); va = va.select(np.random.default_rng(0).permutation(len(va))[:few])
    usual,prior,size = usual_grams(tr, v),log_prior(tr, v),dict(d_model=96, n_layers=2, n_heads=4, dropout=.1)
    make = {'weight by weight': (lambda: WeightByWeight(features, usual=usual, **size), weights_loss), 'ingredients': (lambda: IngredientDecoder(features, prior=prior, **size), set_loss(remaining_loss)),
            'one stream': (lambda: JointDecoder(features, usual=usual, prior=prior, **size), joint_loss), 'tokens': (lambda: TokenDecoder(features, usual, prior=prior, **size), tokens_loss),
            'at once': (lambda: AtOnce(features, usual=usual, **size), at_once_loss), 'list first': (lambda: ListFirst(features, usual=usual, prior=prior, **size), list_first_loss)}
    nets,facts = {},{}
    for name,(new,loss) in make.items():
        path = out/f'{name.replace(" ", "_")}.safetensors'; torch.manual_seed(0); m = new()
        if path.exists():
            from safetensors import safe_open
            with safe_open(str(path), 'pt') as f: m.load_state_dict({k: f.get_tensor(k) for k in f.keys()}, strict=False); facts[name] = json.loads(f.metadata()['facts'])
        else:
            t = time.process_time(); h = fit(m, tr, va, loss, epochs=1, bs=128, lr=2e-3, muon=True, patience=99, seed=0, progress=False)
            facts[name] = dict(parameters=sum(p.numel() for p in m.parameters()), train=h[-1]['train'], valid=h[-1]['valid'], cpu_seconds=round(time.process_time()-t)); print(name, facts[name], flush=True); save_weights(m, path, facts=facts[name])
        nets[name] = m.eval()
    if (out/'scores.npz').exists(): s = dict(np.load(out/'scores.npz'))
    else: s = score(nets, te); np.savez(out/'scores.npz', **s)
    pair = {k: s[f'ingredients/list']-s[f'weight by weight/weights{k}'] for k in ('',' rough')}; rng = np.random.default_rng(0); boot = rng.integers(len(te), size=(1000, len(te)))
    ci = lambda d: [round(float(x), 3) for x in (d.mean(), *np.quantile([d[b].mean() for b in boot], [.025,.975]))]
    rows,steps,coords = {},(s['n']+1).sum(),(s['weighed']-1).clip(min=0).sum()
    for name,lists,weights in (('split pair','ingredients','weight by weight'),('split pair, all at once','ingredients','at once'),('one net, list first','list first','list first'),('one stream',)+('one stream',)*2,('tokens',)+('tokens',)*2):
        a,b = s[f'{lists}/list'],-s[f'{weights}/weights']; a2,b2 = s.get(f'{lists}/list rough', a),-s[f'{weights}/weights rough']
        rows[name] = dict(list=float(a.sum()/steps), weights=float(b.sum()/coords), total=float((a+b).mean()), less_pair=ci(a+b-pair['']), less_pair_rough=ci(a2+b2-pair[' rough']),
                          parameters=sum(facts[k]['parameters'] for k in {lists,weights}), cpu_seconds=sum(facts[k]['cpu_seconds'] for k in {lists,weights}))
    res = dict(recipes=len(te), rows=rows, training=facts, orders=dict(one=float(-s['weight by weight/weights'].sum()/coords), mean_of_8=float(-s['weight by weight/weights of 8'].sum()/coords), gain=ci(s['weight by weight/weights of 8']-s['weight by weight/weights'])))
    k = by_step(nets['weight by weight'], te); res['by_step'] = dict(recipes=len(k), nat=k.mean(0).tolist(), half_width=(1.96*k.std(0)/len(k)**.5).tolist()); res['cakes'] = cakes(nets['weight by weight'])
    some = np.random.default_rng(1).permutation(len(te))[:300]; mids = {k: middles(nets[k], te, some) for k in ('at once','weight by weight','list first')}; boot5 = rng.integers(len(mids['at once'][0]), size=(1000, len(mids['at once'][0])))
    res['middle'] = {k: dict(log_ratio_error=float(e.mean()), covers_80=float(c), less_at_once=[round(float(x), 4) for x in ((e-mids['at once'][0]).mean(), *np.quantile((e-mids['at once'][0])[boot5].mean(1), [.025,.975]))]) for k,(e,c) in mids.items()}
    lo,hi = bounds(tr, v); real = [(te.set(i).astype(int),te.weights(i)) for i in range(len(te))]; sizes = np.diff(te.offsets); freq = np.bincount(te.ids, minlength=v).astype(float)
    acc = [[] for _ in range(v)]
    for i,g in real:
        ok = g > 0
        if ok.sum() > 1:
            for k,x in zip(i[ok], np.log(g[ok]/g[ok].sum())): acc[k].append(x)
    logs = np.array([np.mean(x) if x else np.nan for x in acc]); res['drawn'] = {}
    def split(lists, weights, n, gen):
        ids = draw_lists(nets[lists], n, gen); g = nets[weights].sample(ids, 1, gen)[0]; return [(i[i != nets[lists].pad].numpy(),w[i != nets[lists].pad].numpy()) for i,w in zip(ids, g)]
    ways = {'split pair': lambda n,g: split('ingredients','weight by weight',n,g), 'split pair, all at once': lambda n,g: split('ingredients','at once',n,g), 'one net, list first': lambda n,g: split('list first','list first',n,g),
            'one stream': lambda n,g: nets['one stream'].sample(n, g), 'tokens': lambda n,g: nets['tokens'].sample(n, g)}
    for name,way in ways.items():
        g,t = torch.Generator().manual_seed(0),time.process_time(); got = [r for _ in range(drawn//250) for r in way(250, g)]
        res['drawn'][name] = dict(ms=1000*(time.process_time()-t)/len(got), **realism(got, v, lo, hi, sizes, freq, logs)); print(name, res['drawn'][name], flush=True)
    va2 = C.split('valid'); va2 = va2.select(np.random.default_rng(2).permutation(len(va2))[:drawn]); res['drawn']['real (validation side)'] = realism([(va2.set(i).astype(int),va2.weights(i)) for i in range(len(va2))], v, lo, hi, sizes, freq, logs)
    Path(to).write_text(json.dumps(res, indent=1)+'\n'); print(json.dumps({k: res[k] for k in ('rows','orders','middle')}, indent=1))

if __name__ == '__main__': main(*sys.argv[1:])
