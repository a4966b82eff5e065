"""Laws and encodings: what a net of one size says of grams when its law and what it reads are changed, one at a time.

    python study/laws.py train corpora/recipes_73k
    python study/laws.py summary corpora/recipes_73k

Four heads (a point, a Dirichlet, one logistic-normal with two common factors, a mixture of four) by four encodings (id, composition,
both, composition of another ingredient); laws without factors, a point trained on squared error; what helps to train; then strangers: a
tenth of the ingredients out of training, their amounts told by what they are made of, draw after draw. Small nets (width 64, one block
and one), two passes over the training side, one thread. Scores are of the test side, settings were not chosen by them. Runs are skipped
when their file below build/laws is there. The summary goes to study/laws.json.
"""
import json,sys,time
from functools import partial
from pathlib import Path
import numpy as np,torch
from recipegen.cold_start import hold_out
from recipegen.composition import scale_composition
from recipegen.ingredients import table
from recipegen.laws import clr_error
from recipegen.quantities import DirichletHead,MixtureHead,PointHead,QuantityModel,grams_loss,pad_recipes,title_words,titled_loss
from recipegen.recipes import Corpus
from recipegen.sampling import load_weights
from recipegen.shares import usual_grams
from recipegen.training import fit

ENCODINGS = {'id': (False,True), 'composition': (True,False), 'composition + id': (True,True), 'shuffled': (True,False)} # composition, ids
HEADS = {'point': PointHead, 'Dirichlet': DirichletHead, 'logistic-normal': partial(MixtureHead, components=1), 'mixture': MixtureHead}
MORE = {'independent normal': partial(MixtureHead, components=1, factors=0), 'mixture without factors': partial(MixtureHead, factors=0), 'point, squared error': PointHead}
TRIED = ('AdamW alone','with known vectors','with known vectors and titles','point with known vectors') # composition + id; the mixture where no head is named
HOW = dict(epochs=2, bs=128, lr=2e-3, wd=.05, muon=True, patience=99, progress=False)

def build(head, encoding, usual, seed, **kw):
    T = table(); f = scale_composition(T.composition, T.measured); comp,ids = ENCODINGS[encoding]; torch.manual_seed(seed)
    if encoding == 'shuffled': f = f[np.random.default_rng(seed).permutation(len(f))]
    net = QuantityModel(f, d_model=64, n_layers=1, n_decoder=1, n_heads=4, composition=comp, ids=ids, usual=usual if ids else None, head=head, **kw)
    net.usual.requires_grad_(ids) # a number of its own for each ingredient is an id
    return net

def point_loss(model, corpus, rows, rng, power=.5): # Aitchison distance over the root of the coordinates; power 1: its square
    ids,g = pad_recipes(corpus, rows, model.pad)
    return (clr_error(model(ids).logits, g, ids != model.pad)/((g > 0).sum(-1)-1)).clamp(min=1e-8)**power

def scores(net, corpus, draws=200): # arrays, a value a recipe: log-ratio error, absolute error in points, nat a coordinate, share inside 80 %
    gen,out = torch.Generator().manual_seed(0),[]
    for k in range(0, len(corpus), 128):
        rows = range(k, min(k+128, len(corpus)))
        with torch.no_grad():
            ids,g = pad_recipes(corpus, rows, net.pad); law = net(ids); ok = g > 0; n = ok.sum(-1)
            part = lambda x: torch.where(ok, x, 0.)/torch.where(ok, x, 0.).sum(-1, keepdim=True)
            p,q = part(law.centre()),part(g); e = (clr_error(law.centre().clamp(min=1e-12).log(), g, ids != net.pad)/n)**.5
            nll,cover = torch.full(n.shape, torch.nan),torch.full(n.shape, torch.nan)
            if hasattr(law, 'log_prob'):
                nll = -law.log_prob(g)/(n-1); s = part(law.sample(draws, gen)); lo,hi = s.quantile(.1, 0),s.quantile(.9, 0)
                cover = (ok & (q >= lo) & (q <= hi)).sum(-1)/n
            out.append(torch.stack([e, 100*(p-q).abs().sum(-1), nll, cover], -1)[n > 1])
    return torch.cat(out).numpy()

class Without: # a corpus in which some ingredients were never seen
    def __init__(self, corpus, held):
        keep = [~np.isin(s, held) for s in corpus.sets()]; at = [i for i,k in enumerate(keep) if (np.asarray(corpus.weights(i))[k] > 0).sum() > 1]
        self.s,self.w = [corpus.set(i)[keep[i]] for i in at],[corpus.weights(i)[keep[i]] for i in at]
        self.offsets,self.ids,self.grams = np.cumsum([0]+[len(x) for x in self.s]),np.concatenate(self.s),np.concatenate(self.w)
    def __len__(self): return len(self.s)
    def set(self, i): return self.s[i]
    def weights(self, i): return self.w[i]

def stranger_errors(net, corpus, held): # (cases, 2): id, |log of its amount against the rest, told over weighed|; other strangers are left out
    out = []
    for i in range(len(corpus)):
        s,w = corpus.set(i),np.asarray(corpus.weights(i))
        for h in s[np.isin(s, held) & (w > 0)]:
            keep = ~np.isin(s, held) | (s == h)
            if (keep & (w > 0)).sum() < 3: continue
            out.append((h, s[keep], w[keep]))
    res = []
    for k in range(0, len(out), 256):
        part = out[k:k+256]; n = max(len(s) for _,s,_ in part); ids = torch.full((len(part),n), net.pad); g = torch.full((len(part),n), torch.nan)
        for r,(_,s,w) in enumerate(part): ids[r,:len(s)],g[r,:len(s)] = torch.from_numpy(s.astype(np.int64)),torch.from_numpy(np.array(w))
        with torch.no_grad(): p = net(ids).centre()
        d = torch.where(g > 0, p.clamp(min=1e-12).log()-torch.where(g > 0, g, 1.).log(), torch.nan); at = ids == torch.tensor([int(h) for h,_,_ in part])[:,None]
        res.append(torch.stack([ids[at].float(), (d[at]-torch.where(at, torch.nan, d).nanmedian(-1).values).abs()], -1))
    return torch.cat(res).numpy()

def train_all(folder, out='build/laws', draws='012'):
    torch.set_num_threads(1); out = Path(out); out.mkdir(parents=True, exist_ok=True); C = Corpus.load(folder); train,valid,test = (C.split(s) for s in ('train','valid','test')); v = len(table())
    few,usual = valid.select(range(500)),usual_grams(train, v)
    def table_of(order):
        for head,enc in order:
            path,t = out/f'{head}-{enc}.npy'.replace(' ', ''),time.time()
            if path.exists(): continue
            net = build((HEADS|MORE)[head], enc, usual, 0); fit(net, train, few, (partial(point_loss, power=1.) if 'squared' in head else point_loss) if 'point' in head else grams_loss, **HOW, seed=0)
            x = scores(net, test); np.save(path, x.astype(np.float32)); print(f'{head}, {enc}:', np.nanmean(x, 0).round(4), f'{time.time()-t:.0f} s', flush=True)
    table_of([('mixture',e) for e in ENCODINGS] + [(h,'composition + id') for h in (*HEADS, *MORE) if h != 'mixture'])
    rows = load_weights('recipegen/weights/ingredients.safetensors')[0]['rows'][:v]; known,words = (rows-rows.mean(0))/rows.std(),title_words(train) # trained on these training sides and Wikibooks', stopped by validation
    for name in TRIED:
        path,t = out/f'{name}.npy'.replace(' ', ''),time.time()
        if path.exists(): continue
        net = build(PointHead if 'point' in name else MixtureHead, 'composition + id', usual, 0, **dict(known=known) if 'known' in name else {}, words=len(words) if 'titles' in name else 0)
        fit(net, train, few, titled_loss(words) if 'titles' in name else point_loss if 'point' in name else grams_loss, **HOW | dict(muon='AdamW' not in name), seed=0)
        x = scores(net, test); np.save(path, x.astype(np.float32)); print(f'{name}:', x.mean(0).round(4), f'{time.time()-t:.0f} s', flush=True)
    n = np.bincount(train.ids, minlength=v)
    for draw in map(int, draws):
        held = hold_out(n, draw); part,some = Without(train, held),Without(few, held)
        for enc in ('composition','shuffled'):
            path,t = out/f'stranger-{enc}-{draw}.npy',time.time()
            if path.exists(): continue
            net = build(HEADS['mixture'], enc, None, draw); fit(net, part, some, grams_loss, **HOW, seed=draw)
            x = stranger_errors(net, test, held); np.save(path, x); print(f'stranger, {enc}, draw {draw}: {np.nanmean(x[:,1]):.4f}, {time.time()-t:.0f} s', flush=True)
    table_of([(h,e) for h in HEADS for e in ENCODINGS])

def interval(d, n=2000): # mean and 95 % bootstrap interval
    rng = np.random.default_rng(0); b = [d[rng.integers(len(d), size=len(d))].mean() for _ in range(n)]
    return [round(float(x), 4) for x in (d.mean(), *np.quantile(b, [.025,.975]))]

def summary(folder, out='build/laws', to='study/laws.json'):
    out,res = Path(out),dict(table=[], compare={}, strangers={})
    get = lambda h,e: np.load(out/f'{h}-{e}.npy'.replace(' ', '')); there = lambda h,e: (out/f'{h}-{e}.npy'.replace(' ', '')).exists()
    for h in (*HEADS, *MORE):
        for e in ENCODINGS:
            if there(h, e):
                x = get(h, e).mean(0); res['table'].append(dict(law=h, encoding=e, **{k: None if np.isnan(y) else round(float(y), 4) for k,y in zip(('log_ratio_error','abs_error_points','nat_a_coordinate','inside_80'), x)}))
    both = 'composition + id'
    for a,b in ((('mixture',both),('logistic-normal',both)), (('mixture',both),('Dirichlet',both)), (('logistic-normal',both),('independent normal',both)), (('mixture',both),('mixture without factors',both)), (('mixture',both),('point',both)), (('point',both),('point, squared error',both)),
                (('mixture',both),('mixture','id')), (('mixture','composition'),('mixture','shuffled')), (('mixture','composition'),('mixture','id'))):
        if there(*a) and there(*b): d = get(*a)-get(*b); res['compare'][f'{", ".join(a)} less {", ".join(b)}'] = {k: interval(d[:,j]) for j,k in enumerate(('log_ratio_error','abs_error_points','nat_a_coordinate')) if not np.isnan(d[:,j]).any()}
    for name in TRIED:
        if (f := out/f'{name}.npy'.replace(' ', '')).exists(): d = np.load(f)-get('mixture', both); res['compare'][f'{both}: {name} less plain mixture'] = {k: interval(d[:,j]) for j,k in enumerate(('log_ratio_error','abs_error_points','nat_a_coordinate')) if not np.isnan(d[:,j]).any()}
    a,b = (out/f'{n}.npy'.replace(' ', '') for n in ('with known vectors','point with known vectors'))
    if a.exists() and b.exists(): d = np.load(a)-np.load(b); res['compare']['with known vectors: mixture less point'] = {k: interval(d[:,j]) for j,k in enumerate(('log_ratio_error','abs_error_points'))}
    per = {}
    for enc in ('composition','shuffled'):
        for f in sorted(out.glob(f'stranger-{enc}-*.npy')):
            x = np.load(f); x = x[~np.isnan(x[:,1])]
            for i in np.unique(x[:,0]): per.setdefault((f.stem[-1], int(i)), {})[enc] = x[x[:,0]==i,1].mean()
    per = np.array([(o['composition'],o['shuffled']) for o in per.values() if len(o) == 2])
    if len(per): res['strangers'] = dict(ingredients=len(per), composition=interval(per[:,0]), shuffled=interval(per[:,1]), composition_less_shuffled=interval(per[:,0]-per[:,1]))
    Path(to).write_text(json.dumps(res, indent=1)+'\n'); print(json.dumps(res, indent=1))

if __name__ == '__main__': dict(train=train_all, summary=summary)[sys.argv[1]](*sys.argv[2:])
