"""What each sampler does to recipes: quality against variety, beams, what is hidden by half, int8, and work that the first steps share.

    python study/samplers.py corpora/recipes_73k [settings beams answers int8 shared]

The net that ships, ONNX Runtime in float; OMP_NUM_THREADS=1 keeps numpy to one thread. Everything that could lead to a choice looks at the
validation side of the corpus; the test side is asked for the cost of int8 alone, which is no choice. Five minutes on one core. Each part is
written to study/samplers.json as it ends; the others stay as they are.
"""
import json,sys,time
from functools import partial
from itertools import combinations
from pathlib import Path
import numpy as np
from recipegen.beams import beam,set_log_prob,stochastic_beam
from recipegen.evaluation import above,corpus_sides,cut,hide_half,hide_one,pair_counts,rank_cases,set_errors,until_end
from recipegen.generator import RecipeGenerator
from recipegen.ingredients import table
from recipegen.realism import clues,share_interval,tell_apart,variety
from recipegen.sampling import constrain,draw,log_softmax,sample,streams,temperature,top_k,top_p,min_p

OUT = Path('study/samplers.json')
FAMILIES = {'temperature': (temperature, 't', (.3,.4,.5,.6,.7,.8,.9,1.,1.15,1.3,1.5,2.)), 'top-k': (top_k, 'k', (5,10,20,50,100,200)),
            'top-p': (top_p, 'p', (.5,.6,.7,.8,.9,.95,.98)), 'min-p': (min_p, 'p', (.01,.02,.05,.1,.2,.3))}
SETTINGS = [(f, x, [partial(g, **{k: x})]) for f,(g,k,xs) in FAMILIES.items() for x in xs] + \
           [('temperature 1.5, min-p', x, [partial(temperature, t=1.5), partial(min_p, p=x)]) for x in (.05,.1,.2)] + [('temperature 1.5, top-p', x, [partial(temperature, t=1.5), partial(top_p, p=x)]) for x in (.7,.8,.9)]
DEFAULT = [partial(top_p, p=.95)]
FOUND = ('precision','recall','f1','iou')
B = 1000 # resamples

def finish(net, visible, filters=(), seed=0, most=30, wave=512): # a set goes on until the end is drawn; each case has its own dice
    out = []
    for at in range(0, len(visible), wave):
        now = [list(map(int, s)) for s in visible[at:at+wave]]; n = [len(s) for s in now]; on = np.arange(len(now)); u = np.array([r.random(most+1) for r in streams(seed, len(now), at)])
        for step in range(most):
            if not len(on): break
            inside = np.zeros((len(on), net.v), bool); inside[np.repeat(np.arange(len(on)), [len(now[i]) for i in on]),np.concatenate([now[i] for i in on])] = True
            z = constrain(net.logits([now[i] for i in on]), inside, np.ones(net.v, bool), 0, 1000)
            for f in filters: z = f(z)
            pick = draw(z, u[on,step])
            for i,p in zip(on, pick): now[i] += [int(p)]*int(p < net.v)
            on = on[pick < net.v]
        out += [np.array(s[k:], np.int64) for s,k in zip(now, n)]
    return out

def ends(x): # resamples -> low, high
    return [float(q) for q in np.quantile(x, (.025,.975), axis=0)]

def settings(gen, sides, co):
    net,(train,valid,_) = gen.ingredients,sides; v,n = net.v,len(train); f = np.diag(co); groups,size = 10,500
    strange = (co == 0) & (np.outer(f, f)/n >= 5) # never together in training, where chance alone would have it five times
    vis,gone = (x[:3000] for x in hide_half(valid)); look = clues(train, v); rng = np.random.default_rng(0); known = {tuple(sorted(map(int, s))) for s in train}
    real = [valid[i] for i in rng.permutation(len(valid))[:3000]]; seen = look(real)
    def group(sets): # one group of recipes
        c = np.bincount(np.concatenate(sets), minlength=v); p = c[c>0]/c.sum()
        return dict(zip(('distinct','distance'), variety(sets, v))) | dict(used=int((c>0).sum()), entropy=float(-(p*np.log(p)).sum()), size=float(np.mean([len(s) for s in sets])), strange=float(np.mean([strange[np.ix_(s,s)].any() for s in sets])))
    def row(family, value, G, err, sets, lp=()):
        r = dict(family=family, value=value)
        for k in G[0]:
            x = np.array([g[k] for g in G]); half = 2.262*x.std(ddof=1)/len(x)**.5; r |= {k: float(x.mean()), f'{k}_low': float(x.mean()-half), f'{k}_high': float(x.mean()+half)} # Student's t, nine degrees of freedom
        r['strange_low'],r['strange_high'] = share_interval(r['strange'], len(G)*size) # none among five thousand is not none at all
        once = {tuple(sorted(map(int, s))): s for s in sets}; fair = [np.array(s) for k,s in once.items() if k not in known] # as held-out sets are: each once, none of training
        t = tell_apart(seen, look(fair[:3000])) if len(fair) >= 500 else {}
        r |= dict(fair=len(fair), memorised=float(np.mean([tuple(sorted(map(int, s))) in known for s in sets]))) | {k: t.get(k) for k in ('accuracy','accuracy_low','accuracy_high')}
        if err is not None:
            boot = np.random.default_rng(0); w = np.stack([np.bincount(boot.integers(len(err), size=len(err)), minlength=len(err)) for _ in range(B)])/len(err)
            for k,x in zip(FOUND, err.T): lo,hi = ends(w@x); r |= {k: float(x.mean()), f'{k}_low': lo, f'{k}_high': hi}
        return r
    rows,raw = [],{}
    for family,value,filters in SETTINGS:
        t0 = time.process_time(); G,first = [],[]
        for g in range(groups):
            got = [o for at in range(0, size, 500) for o in sample(net, [], streams(g, 500, at), None, 3, 40, filters)]; sets = [ids for ids,_ in got]
            G.append(group(sets) | dict(log_prob=float(sum(l for _,l in got)/sum(len(s)+1 for s in sets)))); first += sets
        err = set_errors(finish(net, vis, filters), gone)[:,:4]; raw[family,value] = {k: np.array([g[k] for g in G]) for k in G[0]},err
        rows.append(row(family, value, G, err, first)); r = rows[-1]
        print(f'{family} {value}: ' + ', '.join(f'{k} {r[k]:.3f}' for k in ('log_prob','distinct','distance','used','size','strange','precision','f1','accuracy') if r[k] is not None), f'{time.process_time()-t0:.0f} s', flush=True)
    people = [valid[i] for i in np.random.default_rng(0).permutation(len(valid))][::-1][:5000]; held = row('people', None, [group(people[k:k+size]) for k in range(0, 5000, size)], None, people) # the first 3,000 of these are not among those that the classifiers see
    return dict(settings=rows, people=held, matched=matched(raw), cases=len(vis), groups=groups, size=size, train=n, strange_pairs=int(np.triu(strange, 1).sum()))

def matched(raw): # each cut against temperature at the same variety: quality on the straight line between two neighbours
    rng,out = np.random.default_rng(0),[]; n = len(next(iter(raw.values()))[1]); names = ('strange','log_prob','precision','f1')
    def curve(family, by, g, w): # points (variety, qualities) of one resample
        return np.array(sorted((raw[k][0][by][g[k]].mean(), raw[k][0]['strange'][g[k]].mean(), raw[k][0]['log_prob'][g[k]].mean(), *(w@raw[k][1][:,[0,2]])) for k in raw if k[0] == family or (k == ('temperature',1.) and family in FAMILIES)))
    whole,even = {k: np.arange(10) for k in raw},np.full(n, 1/n)
    draws = [({k: rng.integers(10, size=10) for k in raw}, np.bincount(rng.integers(n, size=n), minlength=n)/n) for _ in range(B)]
    for by,grid in (('distance', np.arange(.70, .96, .01).round(2)), ('entropy', np.arange(3.6, 6.4, .1).round(2))):
        T0 = curve('temperature', by, whole, even); T = [curve('temperature', by, g, w) for g,w in draws]
        for family in dict.fromkeys(k[0] for k in raw):
            if family == 'temperature': continue
            C0 = curve(family, by, whole, even); at = [x for x in grid if max(C0[0,0], T0[0,0]) <= x <= min(C0[-1,0], T0[-1,0])]
            if not at: continue
            gap = lambda a, b: np.array([np.interp(at, a[:,0], a[:,j])-np.interp(at, b[:,0], b[:,j]) for j in range(1, 5)])
            mid = gap(C0, T0); lo,hi = np.quantile([gap(curve(family, by, g, w), t) for (g,w),t in zip(draws, T)], (.025,.975), axis=0)
            out += [dict(family=family, by=by, at=float(x), metric=m, gap=float(mid[j,i]), low=float(lo[j,i]), high=float(hi[j,i])) for i,x in enumerate(at) for j,m in enumerate(names)]
    return out

def some(values, n=B, seed=0): # mean with its interval, cases resampled
    x = np.asarray(values, float); m = x[np.random.default_rng(seed).integers(len(x), size=(n, len(x)))].mean(1)
    return dict(zip(('value','low','high'), (float(x.mean()), *ends(m))))

def beams(gen, sides, co):
    net,out = gen.ingredients,[]; half = [np.sort(s).tolist() for s in hide_half(sides[1])[0][:300]]; one = [[int(s[0])] for s in hide_half(sides[1])[0][:100]]
    for start,vis,rules in (('half of a recipe', half, {}), ('one ingredient, four or more wanted', one, dict(min_size=4, max_size=16))):
        for k in (5,10,20):
            t0 = time.process_time(); L = [beam(net, s, k, merge=False, **rules) for s in vis]; M = [beam(net, s, k, **rules) for s in vis]
            best = [(i,lp,s) for ((i,lp),*_),s in zip(M, vis) if len(i)-len(s) <= 10] # of few enough orders to be exact
            told,truth = np.array([order(net, i, s) for i,_,s in best]),np.array([set_log_prob(net, i, s) for i,_,s in best]); found = np.array([lp for _,lp,_ in best])
            out.append(dict(start=start, k=k, again=some([1-len({frozenset(i) for i,_ in l})/len(l) for l in L]), # lists that tell a set once more
                            top_differs=some([frozenset(l[0][0]) != frozenset(m[0][0]) for l,m in zip(L, M)]), gain=some(found-told), known=some(np.exp(found-truth)), known_one=some(np.exp(told-truth)), new=some([len(m[0][0])-len(s) for m,s in zip(M, vis)]),
                            mass_lists=some([np.exp([p for _,p in l]).sum() for l in L]), mass_sets=some([np.exp([p for _,p in m]).sum() for m in M]), exact=len(best), cases=len(vis), seconds=time.process_time()-t0))
            print({a: b if not isinstance(b, dict) else {c: round(d, 3) for c,d in b.items()} for a,b in out[-1].items()}, flush=True)
    return out

def order(net, ids, prefix): # log-probability of one list, as it was told
    new = ids[len(prefix):]; z = log_softmax(net.logits([ids[:k] for k in range(len(prefix), len(ids)+1)]).astype(float))
    for r,k in zip(z, range(len(prefix), len(ids)+1)): r[ids[:k]] = -np.inf
    return float(z[np.arange(len(z)), [*new, net.v]].sum())

def agree(lists): # the draw that the others agree with: highest mean F1 (minimum Bayes risk)
    sets = [set(map(int, l)) for l in lists]; f = [np.mean([2*len(a&b)/max(len(a)+len(b), 1) for b in sets]) for a in sets]
    return lists[int(np.argmax(f))]

def answers(gen, sides, co):
    net,(train,valid,test) = gen.ingredients,sides; half = len(valid)//2; vis,gone = hide_half(valid[half:])
    vis,gone = vis[:2000],gone[:2000]; law = lambda sets: net.logits(sets)
    def prob(sets):
        z = np.array(law(sets)); return np.exp(log_softmax(z))
    likely,rule = cut(prob, valid[:half], net.v)
    S = [np.sort(s).tolist() for s in vis]; rest = lambda found,s: np.array(found[len(s):], np.int64); many = {}
    def mbr(filters, n=20):
        d = [finish(net, vis, filters, seed=100+k) for k in range(n)]; return [agree([x[i] for x in d]) for i in range(len(vis))]
    one = {f'one shot, {rule}': likely(vis), 'greedy': until_end(law, net.v)(vis)}
    for name,filters in (('draw', []), ('draw, top-p .95', DEFAULT), ('draw, temperature .5', [partial(temperature, t=.5)])): one[name] = finish(net, vis, filters)
    for name,filters in (('of 20 draws the one most agreed with', []), ('of 20 draws at top-p .95 the one most agreed with', DEFAULT)): one[name] = mbr(filters)
    for name,kw in (('beam of 5, lists', dict(merge=False)), ('beam of 5', {}), ('beam of 20', dict(k=20)), ('beam of 5, by mean', dict(length=1.))): one[name] = [rest(beam(net, s, **dict(dict(k=5), **kw))[0][0], s) for s in S]
    err = {k: set_errors(x, gone) for k,x in one.items()}; base = err['draw']; rows = []
    for k,e in err.items():
        r = dict(system=k, number=float(e[:,4].mean()))
        for j,m in enumerate(FOUND): r[m] = some(e[:,j]); r[f'{m}_over_draw'] = some(e[:,j]-base[:,j])
        rows.append(r); print(f'{k}: ' + ', '.join(f'{m} {r[m]["value"]:.3f} [{r[m]["low"]:.3f}, {r[m]["high"]:.3f}]' for m in FOUND), f'number {r["number"]:+.2f}', flush=True)
    # ten answers to each of 500 questions
    Q,G = S[:500],gone[:500]; ten = {'draws': [[rest(i, s) for i,_ in sample(net, s, streams(n, 10), None, 1, 30)] for n,s in enumerate(Q)], 'draws, top-p .95': [[rest(i, s) for i,_ in sample(net, s, streams(n, 10), None, 1, 30, DEFAULT)] for n,s in enumerate(Q)],
                   'draws, temperature .5': [[rest(i, s) for i,_ in sample(net, s, streams(n, 10), None, 1, 30, [partial(temperature, t=.5)])] for n,s in enumerate(Q)],
                   'beam, lists': [[rest(i, s) for i,_ in beam(net, s, 10, merge=False)] for s in Q], 'beam': [[rest(i, s) for i,_ in beam(net, s, 10)] for s in Q],
                   'diverse beam, 1 nat': [[rest(i, s) for i,_ in beam(net, s, 10, groups=10, diversity=1.)] for s in Q], 'diverse beam, 3 nat': [[rest(i, s) for i,_ in beam(net, s, 10, groups=10, diversity=3.)] for s in Q],
                   'stochastic beam': [[rest(o[0], s) for o in stochastic_beam(net, s, 10, n)] for n,s in enumerate(Q)], 'stochastic beam, top-p .95': [[rest(o[0], s) for o in stochastic_beam(net, s, 10, n, filters=DEFAULT)] for n,s in enumerate(Q)]}
    best = {k: np.array([set_errors(l, [g]*len(l))[:,2].max() for l,g in zip(L, G)]) for k,L in ten.items()}
    jac = lambda a,b: 1-len(a&b)/max(len(a|b), 1); tens = []
    for k,L in ten.items():
        f1 = [set_errors(l, [g]*len(l))[:,2] for l,g in zip(L, G)]; sets = [[frozenset(map(int, x)) for x in l] for l in L]
        tens.append(dict(system=k, mean=some([x.mean() for x in f1]), best=some(best[k]), best_over_draws=some(best[k]-best['draws']), distinct=some([len({*s}) for s in sets]), distance=some([np.mean([jac(a, b) for a,b in combinations(s, 2)]) for s in sets]), size=some([np.mean([len(x) for x in s]) for s in sets])))
        print(f'ten by {k}: ' + ', '.join(f'{m} {tens[-1][m]["value"]:.3f}' for m in ('mean','best','distinct','distance','size')), flush=True)
    merging = dict(one=some(err['beam of 5'][:,2]-err['beam of 5, lists'][:,2]), ten=some(best['beam']-best['beam, lists'])); print(merging)
    return dict(one=rows, ten=tens, merging=merging, cases=len(vis), ten_cases=len(Q), rule=rule)

def int8(gen, sides, co):
    A,E = gen.ingredients,RecipeGenerator.load(engine='int8').ingredients; out = {}
    for name,S in (('recipes_73k', sides), ('wikibooks', corpus_sides(None, 4))):
        vis,hid = hide_one(S[2]); a,e = (rank_cases(lambda x: net.logits(x, net.last), vis, hid, net.v) for net in (A, E))
        out[name] = dict(cases=len(hid), **{m: dict(float=some(f(a)), int8=some(f(e)), gap=some(f(e)-f(a), 5000)) for m,f in (('recall_1', lambda r: (r<=1)*1.), ('recall_10', lambda r: (r<=10)*1.), ('mrr', lambda r: 1/r))}, same_rank=float((a==e).mean()))
    rng = np.random.default_rng(0); asked = [[int(i) for i in s[:rng.integers(1, len(s)+1)]] for s in map(rng.permutation, sides[1][:5000])]
    p,q = (log_softmax(net.logits(asked).astype(float)) for net in (A, E)); d = (np.exp(p)*(p-q)).sum(1)
    out['kl'] = some(d) | dict(p95=float(np.quantile(d, .95)), most=float(d.max()), same_first=float((p.argmax(1)==q.argmax(1)).mean()), tv=some(.5*np.abs(np.exp(p)-np.exp(q)).sum(1)), cases=len(d))
    P,Q,rng = np.exp(p),np.exp(q),np.random.default_rng(0); edge = lambda X: np.concatenate([np.zeros((len(X),1)), X.cumsum(1)], 1)/X.sum(1, keepdims=True); a,b = edge(P),edge(Q)
    noise = np.concatenate([(p[k:k+500]+g).argmax(1) != (q[k:k+500]+g).argmax(1) for k in range(0, len(p), 500) for g in [rng.gumbel(size=p[k:k+500].shape)]])
    out['parting'] = dict(least=out['kl']['tv'], cumulative=some(1-(np.minimum(a[:,1:], b[:,1:])-np.maximum(a[:,:-1], b[:,:-1])).clip(0).sum(1)), gumbel=some(noise)) # how often one throw of the dice picks two things
    get = lambda net,seed,prefix=(): [o for at in range(0, 4096, 512) for o in sample(net, prefix, streams(seed, 512, at), None, 4, 16, DEFAULT)]
    out['draws'] = {}
    for name in ('','flour, butter, sugar','chicken, garlic'):
        prefix = sorted(table()[x].id for x in name.split(', ')) if name else []; a,e,o = get(A, 0, prefix),get(E, 0, prefix),get(A, 1, prefix); k = len(prefix)
        first = lambda a,b: next((n for n,(x,y) in enumerate(zip([*a[k:],-1], [*b[k:],-1])) if x != y), None) # step at which they part
        parted = [first(x, y) for (x,_),(y,_) in zip(a, e)]; steps = sum(len(x)-k+1 if t is None else t+1 for (x,_),t in zip(a, parted)) # until they part
        c = lambda x: np.bincount(np.concatenate([i for i,_ in x]), minlength=A.v)/sum(len(i) for i,_ in x); tv = lambda x,y: float(.5*np.abs(c(x)-c(y)).sum())
        out['draws'][name or 'nothing'] = dict(equal=some([t is None for t in parted]), equal_sets=some([set(x)==set(y) for (x,_),(y,_) in zip(a, e)]), equal_steps=1-sum(t is not None for t in parted)/steps, tv=tv(a, e), tv_seed=tv(a, o), size_float=some([len(x) for x,_ in a]), size_int8=some([len(x) for x,_ in e]))
    print(json.dumps(out, indent=1)); return out

class Counted: # how many rows are asked, and how many of them are different sets
    def __init__(self, net): self.net,self.v,self.rows = net,net.v,[]
    def prefill(self, ids): return self.net.prefill(ids)
    def fan_out(self, state, b): return self.net.fan_out(state, b)
    def decode(self, state, ids, keep):
        z,state = self.net.decode(state, ids, keep); self.rows.append((len(state), len(np.unique(np.sort(state, 1), axis=0)))); return z,state

def shared(gen, sides, co):
    out = []
    for name in ('','flour, butter, sugar','chicken, garlic'):
        for way,filters in (('the law as it is', []), ('top-p .95', DEFAULT), ('temperature .5', [partial(temperature, t=.5)])):
            prefix = sorted(table()[x].id for x in name.split(', ')) if name else []; runs = []
            for seed in range(10): c = Counted(gen.ingredients); sample(c, prefix, streams(seed, 512), None, 4, 16, filters); runs.append(c.rows+[(0,0)]*(17-len(c.rows)))
            R = np.array(runs, float); spared = 1-R[:,:,1].sum(1)/R[:,:,0].sum(1) # of each seed; the first question is one row for all and is not counted
            out.append(dict(start=name or 'nothing', way=way, rows=R[:,:,0].mean(0).tolist(), distinct=R[:,:,1].mean(0).tolist(), spared=some(spared)))
            print(name or 'nothing', way, 'spared', {k: round(x, 3) for k,x in out[-1]['spared'].items()}, np.round(1-R[:,:,1].sum(0)/R[:,:,0].sum(0).clip(1), 2).tolist(), flush=True)
    return out

PARTS = dict(settings=settings, beams=beams, answers=answers, int8=int8, shared=shared)

def main(folder, *parts):
    gen = RecipeGenerator.load(engine='float'); sides = corpus_sides(folder, 4); co = pair_counts(sides[0], gen.ingredients.v)
    for name in parts or PARTS:
        t = time.process_time(); got = PARTS[name](gen, sides, co); all_ = json.loads(OUT.read_text()) if OUT.exists() else {}
        rounded = json.loads(json.dumps(got), parse_float=lambda x: float(f'{float(x):.6g}'))
        OUT.write_text(json.dumps(all_ | {name: rounded, f'{name}_seconds': round(time.process_time()-t)}, indent=None, separators=(',', ':')).replace('},{', '},\n{')+'\n'); print(f'{name}: {time.process_time()-t:.0f} s of processor time', flush=True)

if __name__ == '__main__': main(*sys.argv[1:])
