"""Food pairing: do recipes share more aroma compounds than chance, do generated ones, and does the model know?

    python study/pairing.py corpora/recipes_73k ../shared/data

The test of Ahn et al. 2011 (doi:10.1038/srep00196): N_s of a recipe is the mean number of compounds that two of its ingredients share, and
Delta N_s is how far the mean over recipes lies from that over random recipes of the same sizes. Six ways to be random: ingredients change
places so that each stands in as many recipes as before (`frequency`), the same within food groups (`group`), among recipes that hold a
sweetener and among those that hold none (`sweet`), or in four parts, by sweetener and by onion, garlic or pepper (`dish`); any ingredient is
as likely as another (`uniform`); or, as the paper has it, a recipe is drawn ingredient by ingredient, each with its frequency for weight and
none twice (`draws`), which makes the frequent rarer than they are. Places are changed by a chain of exchanges, each as likely as its way
back. Compounds: the flavour network of Ahn et al. (CC BY 4.0); FlavorDB as a second reading (for non-commercial study: figures only).
A quarter of an hour on one core; figures go to study/pairing.json.
"""
import csv,gzip,json,sys,time
from collections import Counter
from itertools import islice
from pathlib import Path
import numpy as np
from scipy.stats import rankdata,t as student
from aroma import ahn,flavordb
from recipegen.cold_start import CompositionKernel
from recipegen.evaluation import multi_hot,pair_counts,to_table
from recipegen.generator import RecipeGenerator
from recipegen.ingredients import table
from recipegen.recipes import Corpus,side

# The regions of the paper; `Asian` and `asian`, which are no one region, it leaves out
REGIONS = {'North American': 'American Canada Southern_SoulFood Cajun_Creole Southwestern', 'Western European': 'UK-and-Ireland France Germany Netherlands Austria Switzerland Belgium French English_Scottish Irish German western',
           'Southern European': 'Italy Spain Portugal Italian Spanish_Portuguese Mediterranean Greek italian', 'Latin American': 'Mexico Caribbean South-America Mexican Central_SouthAmerican mexico',
           'East Asian': 'China Japan Korea Chinese Japanese east_asian korean japanese chinese', 'Middle Eastern': 'Lebanon Iran Turkey Israel Jewish MiddleEastern', 'South Asian': 'India Pakistan Bangladesh Indian',
           'Southeast Asian': 'Thailand Philippines Vietnam Malaysia Indonesia Thai Vietnamese', 'Eastern European': 'Eastern-Europe EasternEuropean_Russian',
           'African': 'North-African South-African West-African East-African Moroccan African', 'Northern European': 'Scandinavia Scandinavian'}
# Cuts, forms and kinds that no source lists take the compounds of what they are made of; mixtures take none
SAME = {'butter': 'unsalted butter', 'lemon': 'lemon juice', 'lime': 'lime juice,lime zest', 'shallot': 'green onion', 'chicken': 'chicken breast,chicken thigh,chicken stock,chicken broth,low sodium chicken broth',
        'garlic': 'garlic powder', 'onion': 'red onion,sweet onion,onion powder,dried onion', 'green bell pepper': 'red bell pepper,yellow bell pepper,roasted red pepper,paprika', 'heavy cream': 'sour cream,half and half,whipped cream,creme fraiche',
        'cayenne pepper': 'red pepper flake,jalapeno,serrano pepper,chili pepper,green chili,dried chili,canned green chili,poblano pepper', 'tomato': 'canned tomato,tomato paste,tomato sauce,plum tomato,cherry tomato,canned crushed tomato,stewed tomato,sun dried tomato',
        'mustard': 'dijon mustard,mustard seed', 'egg': 'egg yolk,egg white,hard boiled egg', 'dried thyme': 'fresh thyme', 'dried rosemary': 'fresh rosemary', 'dried sage': 'fresh sage', 'dried tarragon': 'fresh tarragon', 'basil': 'dried basil', 'dill': 'dried dill',
        'cocoa powder': 'semisweet chocolate chip,semisweet chocolate,bittersweet chocolate,unsweetened chocolate,milk chocolate', 'beef': 'ground beef,lean ground beef,beef chuck,beef stew meat,sirloin steak,flank steak,beef tenderloin,beef round,beef stock',
        'ginger': 'ground ginger,crystallized ginger', 'white vinegar': 'cider vinegar,balsamic vinegar,red wine vinegar,white wine vinegar,rice vinegar,sherry vinegar', 'coconut': 'sweetened coconut,dried coconut,coconut milk', 'pineapple': 'canned pineapple,pineapple juice',
        'potato': 'russet potato,red potato,new potato', 'apple': 'granny smith apple,applesauce', 'corn': 'canned corn,cornmeal', 'pumpkin': 'canned pumpkin,butternut squash', 'black pepper': 'white pepper', 'milk': 'evaporated milk,sweetened condensed milk,dry milk',
        'almond': 'blanched almond,almond extract,almond flour', 'black bean': 'canned black bean', 'kidney bean': 'canned kidney bean', 'navy bean': 'canned white bean', 'pork': 'pork chop,ground pork,pork tenderloin,pork shoulder,pork loin', 'bread': 'french bread,breadcrumb,italian bread,pita bread,panko',
        'olive': 'kalamata olive,green olive', 'cranberry': 'dried cranberry', 'pork sausage': 'italian sausage', 'ham': 'prosciutto', 'bacon': 'cooked bacon,pancetta', 'cucumber': 'english cucumber', 'raisin': 'golden raisin', 'lettuce': 'romaine lettuce', 'crab': 'crabmeat',
        'turkey': 'ground turkey', 'mushroom': 'canned mushroom,cremini mushroom,portobello mushroom', 'vanilla extract': 'vanilla bean', 'brewed coffee': 'instant coffee', 'yogurt': 'greek yogurt,nonfat yogurt', 'rice': 'cooked rice,arborio rice', 'apricot': 'dried apricot', 'cherry': 'dried cherry',
        'shrimp': 'cooked shrimp', 'carrot': 'baby carrot', 'mozzarella cheese': 'fresh mozzarella cheese', 'cheddar cheese': 'monterey jack cheese,american cheese,mexican cheese blend', 'fennel': 'fennel seed', 'pasta': 'orzo,lasagna noodle', 'orange juice': 'orange juice concentrate', 'sardine': 'anchovy', 'soybean': 'tofu'}
NULLS,SHUFFLES,BOOT,ALPHA = ('frequency','group','uniform','draws'),40,400,.05
FIRST,APART,FIVES = 400,40,6 # rounds of exchanges before the first random table and between two; random fives to leave out
SAVOURY = 'onion','garlic','black pepper'

def inherit(has): # {id: compounds} -> the same, and those of `SAME` that it lacks
    at = lambda n: table()[n].id; out = dict(has)
    for parent,kids in SAME.items():
        for k in kids.split(','):
            if at(parent) in has: out.setdefault(at(k), has[at(parent)])
    return out

def shared(has, v): # (v, v) compounds that two ingredients share, zero on the diagonal; (v,) whose compounds are known
    mols = sorted(set().union(*has.values())); at = {m: j for j,m in enumerate(mols)}; X = np.zeros((v, len(mols)), np.float32)
    for i,s in has.items(): X[i,[at[m] for m in s]] = 1
    W = X@X.T; np.fill_diagonal(W, 0); return W,X.any(1)

class Sets:
    "Sets of ids with known compounds, two or more each, by size: `ids` flat, `row` the recipe of each"
    def __init__(self, sets, ok, sweet=None, savoury=None): # sweet, savoury: (v,) what makes a recipe so
        all_ = np.concatenate([np.asarray(s, np.int64) for s in sets]) if len(sets) else np.zeros(0, np.int64)
        self.covered = float(ok[all_].mean()) if len(all_) else 0.; sets = [np.asarray(s, np.int64) for s in sets]
        kept = sorted(((s[ok[s]], sweet is not None and bool(sweet[s].any()), savoury is not None and bool(savoury[s].any())) for s in sets if ok[s].sum() > 1), key=lambda o: len(o[0])); self.sets = [s for s,_,_ in kept]; self.sweet,self.savoury = (np.array([o[i] for o in kept], np.int64) for i in (1,2)); self.n = np.array([len(s) for s in self.sets]); self.ids = np.concatenate(self.sets) if self.sets else np.zeros(0, np.int64)
        self.row = np.repeat(np.arange(len(self.n)), self.n); self.v = len(ok)
    def blocks(self, ids):
        at = 0
        for n,m in sorted(Counter(self.n.tolist()).items()): yield ids[at:at+n*m].reshape(m, n); at += n*m
    def score(self, W, ids=None): # N_s of each recipe, and what each ingredient brings to their mean
        got,by = [],np.zeros(self.v)
        for P in self.blocks(self.ids if ids is None else ids):
            x = W[P[:,:,None],P[:,None,:]].sum(2)/(P.shape[1]*(P.shape[1]-1)); got.append(x.sum(1)); by += np.bincount(P.ravel(), x.ravel(), self.v)
        return np.concatenate(got),by/len(self.n)
    def random(self, null, rng): # flat ids of one random table: `uniform`, or the `draws` of the paper
        some = np.unique(self.ids)
        if null == 'draws': # the largest of log weight and Gumbel noise are a draw without replacement
            w = np.log(np.bincount(self.ids, minlength=self.v)[some]).astype(np.float32); less = lambda m: np.log(rng.standard_exponential((m, len(some)), dtype=np.float32)+1e-30)-w
            return np.concatenate([some[np.argpartition(less(len(P)), P.shape[1]-1, 1)[:,:P.shape[1]]].ravel() for P in self.blocks(self.ids)])
        ids = rng.choice(some, len(self.ids)); at = np.arange(len(ids))
        while len(twice := np.setdiff1d(np.arange(len(at)), np.unique(self.row[at]*self.v+ids[at], return_index=True)[1], assume_unique=True)): # twice in a recipe: drawn again
            ids[at[twice]] = rng.choice(some, len(twice)); again = np.zeros(len(self.n), bool); again[self.row[at[twice]]] = True; at = np.flatnonzero(again[self.row])
        return ids
    def exchanges(self, kind, rng, first=FIRST, apart=APART): # flat ids, again and again, of one chain of exchanges: a third of the recipes offer one ingredient each, for any other of its `kind` in another recipe; done, where both stay whole
        some,ids = np.unique(self.ids, return_inverse=True); has = np.zeros((len(self.n), len(some)), bool); has[self.row,ids] = True; start = np.cumsum(self.n)-self.n
        order = np.argsort(kind, kind='stable'); size = np.bincount(kind); at = np.cumsum(size)-size; m,rounds = max(1, len(self.n)//3),first
        while True: # who asks whom does not look at who has what, so in the end every table is as likely as every other
            for _ in range(rounds):
                r = rng.permutation(len(self.n))[:m]; p = start[r]+(rng.random(m)*self.n[r]).astype(np.int64); q = order[at[kind[p]]+(rng.random(m)*size[kind[p]]).astype(np.int64)]; s = self.row[q]
                times = np.bincount(s, minlength=len(self.n)); times[r] += 1; a,b = ids[p],ids[q]; ok = (times[r] == 1)&(times[s] == 1)&~has[r,b]&~has[s,a]
                p,q,r,s,a,b = (x[ok] for x in (p,q,r,s,a,b)); ids[p],ids[q] = b,a; has[r,a] = has[s,b] = False; has[r,b] = has[s,a] = True
            yield some[ids]; rounds = apart
    def shuffles(self, null, group, rng, n): # n tables of random recipes of the same sizes
        if null in ('uniform','draws'): return (self.random(null, rng) for _ in range(n))
        kind = dict(frequency=np.zeros(len(self.ids), np.int64), group=group[self.ids], sweet=self.sweet[self.row], dish=(2*self.sweet+self.savoury)[self.row])[null]; return islice(self.exchanges(kind, rng), n)

def ci(d, rng): # mean and its 95 % interval over recipes
    b = [d[rng.integers(len(d), size=len(d))].mean() for _ in range(BOOT)]
    return [round(float(x), 4) for x in (d.mean(), *np.quantile(b, [.025,.975]))]

def pairing(sets, W, ok, group, names, nulls=NULLS, more=True, seed=0, n=SHUFFLES, **marks):
    "Delta N_s against each null; by size, the ingredients that decide it, without them, and without five at random"
    S,rng = Sets(sets, ok, **marks),np.random.default_rng(seed)
    if len(S.n) < 50: return dict(recipes=len(S.n), covered=round(S.covered, 3))
    real,by = S.score(W); out = dict(recipes=len(S.n), covered=round(S.covered, 3), mean_size=round(float(S.n.mean()), 2), ns=round(float(real.mean()), 3), nulls={})
    for null in nulls:
        got = [S.score(W, ids) for ids in S.shuffles(null, group, rng, n//(1+(null == 'draws')))]
        r = np.stack([x for x,_ in got]); d = real-r.mean(0); m = r.mean(1); sd = m.std(ddof=1)
        out['nulls'][null] = dict(zip(('delta','low','high'), ci(d, rng)), z=round(float((real.mean()-m.mean())/sd), 2), random=round(float(m.mean()), 4), se=round(float(sd/len(m)**.5), 4), shuffles=len(m), lag=round(float(np.corrcoef(m[:-1], m[1:])[0,1]), 3))
        if null == 'frequency' and more:
            c = by-np.mean([x for _,x in got], 0); o = np.argsort(-c); show = lambda at: [[names[i], round(float(c[i]), 4)] for i in at]
            def less(at, n): rest = ok.copy(); rest[at] = False; return pairing(sets, W, rest, group, names, ('frequency',), False, seed, n).get('nulls', {}).get('frequency', {})
            out |= dict(most=show(o[:5]), least=show(o[::-1][:5])); sign = np.sign(d.mean()); out['without'] = less(o[:5] if sign > 0 else o[::-1][:5], n); f = np.bincount(S.ids, minlength=S.v)
            out['without_random'] = [less(rng.choice(S.v, 5, replace=False, p=f/f.sum()), 3).get('delta') for _ in range(FIVES)] # as common as what is there
            out['by_size'] = {k: [*ci(d[at], rng), int(at.sum())] for k,lo,hi in (('2-3',2,3),('4-5',4,5),('6-7',6,7),('8-9',8,9),('10+',10,99)) if (at := (S.n >= lo)&(S.n <= hi)).sum() >= 50}
    return out

def chain(regions, W, ok, group, res, n=20, rounds=1200): # are the shuffles fair? twenty chains, each from the real table and three times as long before it is looked at
    rng,out = np.random.default_rng(1),{}
    for k in ('Southern European','Latin American','East Asian','South Asian'):
        S = Sets(regions[k], ok)
        for null,kind in (('frequency', np.zeros(len(S.ids), np.int64)), ('group', group[S.ids])):
            m = np.array([S.score(W, next(S.exchanges(kind, rng, rounds)))[0].mean() for _ in range(n)]); o = res['regions'][k]['nulls'][null]; se = m.std(ddof=1)/n**.5
            out[f'{k}, {null}'] = dict(chain=round(float(m.mean()), 3), chain_se=round(float(se), 4), shuffled=round(o['random'], 3), shuffled_se=o['se'], apart=round(float((o['random']-m.mean())/np.hypot(se, o['se'])), 2))
    return out

def read_regions(data): # the recipes of the paper in its own names: {region: sets}, names, groups, compounds
    d = Path(data)/'ahn2011'; rows = lambda n: [r for r in csv.reader(open(d/'ingr_comp'/n, encoding='utf-8'), delimiter='\t') if r and not r[0].startswith('#')]
    info = {int(r[0]): (r[1],r[2]) for r in rows('ingr_info.tsv') if len(r) > 2}; v = max(info)+1; at = {n: i for i,(n,_) in info.items()}; kinds = sorted({g for _,g in info.values()}); has = {}
    for r in rows('ingr_comp.tsv'):
        if len(r) == 2 and r[0].isdigit() and int(r[0]) in info: has.setdefault(int(r[0]), set()).add(r[1])
    where,out = {w: k for k,ws in REGIONS.items() for w in ws.split()},{k: [] for k in REGIONS}
    for f in sorted((d/'recipes').glob('*_recipes.txt.gz')):
        for line in gzip.open(f, 'rt', encoding='utf-8').read().splitlines():
            w,*ns = line.split('\t')
            if w.strip() in where: out[where[w.strip()]].append(np.array(sorted({at[n.strip()] for n in ns if n.strip() in at}), np.int64))
    return out,[info.get(i, ('',''))[0].replace('_', ' ') for i in range(v)],np.array([kinds.index(info[i][1]) if i in info else 0 for i in range(v)]),has

def read_cuisines(data): # What's Cooking in our table: {cuisine: sets}, what of its names that is
    L = [json.loads(l) for l in gzip.open(Path(data)/'whats_cooking'/'train.jsonl.gz', 'rt', encoding='utf-8') if l.strip()]
    names = sorted({n for r in L for n in r['ingredients']}); mine = to_table(names); at = dict(zip(names, mine)); n = Counter(x for r in L for x in r['ingredients']); out = {}
    for r in L: out.setdefault(r['cuisine'], []).append(np.array(sorted({at[x] for x in r['ingredients']}-{-1}), np.int64))
    return {k: out[k] for k in sorted(out)},dict(names=len(names), mapped=int((mine >= 0).sum()), occurrences=round(sum(c for x,c in n.items() if at[x] >= 0)/sum(n.values()), 4))

EXAMPLE = 'milk,butter,egg,vanilla extract,cocoa powder,tomato,garlic,onion,soy sauce,ginger,beef,olive oil'.split(',')

def example(data, has): # a dozen ingredients for the notebook: how many compounds each has, and each two share; the names of some
    from recipegen.ingredients import resolve
    ids = [table()[resolve(n)].id for n in EXAMPLE]; rows = (r for r in csv.reader(open(Path(data)/'ahn2011'/'ingr_comp'/'comp_info.tsv', encoding='utf-8'), delimiter='\t') if len(r) > 1)
    called = {r[0]: r[1].replace('_', ' ') for r in rows}; both = sorted((called.get(c, c) for c in has[ids[0]]&has[ids[1]]), key=lambda n: (len(n), n))
    return dict(names=EXAMPLE, shared=[[len(has[i]&has[j]) for j in ids] for i in ids], milk_and_butter=both[:8])

def ranks(x): return rankdata(x)/len(x) # ties share the mean of theirs: many pairs never meet, or share nothing

def partial(x, y, Z, w): # weighted correlation of x and y given the columns of Z
    Z = np.c_[np.ones(len(x)), *Z]; A = Z.T@(Z*w[:,None]); e = [u-Z@np.linalg.lstsq(A, Z.T@(w*u), rcond=None)[0] for u in (x, y)]
    return float((w*e[0]*e[1]).sum()/np.sqrt((w*e[0]**2).sum()*(w*e[1]**2).sum()))

def lifts(gen, train, test, likes, group, least=20):
    "Rank correlations over pairs of what two ingredients have in common with how much the one calls for the other: the model, and held-out recipes"
    v = len(table()); co,ct = (pair_counts(s, v).astype(float) for s in (train, test)); n = np.diag(co); L = gen.next_log_probs([[x] for x in gen.names])[:,:v]-gen.next_log_probs([[]])[:,:v]; out = {}
    pmi = lambda c,m: np.log((c+.5)*m/np.outer(np.diag(c)+1, np.diag(c)+1)) # of m recipes
    for name,(W,ok) in likes.items():
        ids = np.flatnonzero(ok&(n >= least)); I,J = np.triu_indices(len(ids), 1); i,j = ids[I],ids[J]; k = W.sum(1); size = np.log1p(k)
        x = ranks(W[i,j]); model = ranks((L[i,j]+L[j,i])/2); held = ranks(pmi(ct, len(test))[i,j]); co_ = [ranks(pmi(co, len(train))[i,j]), ranks(co[i,j]), ranks(np.log(n[i]*n[j])), ranks(np.abs(np.log(n[i]/n[j])))]
        both = [ranks(size[i]+size[j]), ranks(np.abs(size[i]-size[j]))]; same = (group[i] == group[j]).astype(float)
        asks = {'model': (model, both), 'held-out recipes': (held, both), 'model, beyond co-occurrence': (model, both+co_), 'model, beyond co-occurrence and food group': (model, both+co_+[same]), 'held-out recipes, beyond co-occurrence in training': (held, both+co_),
                'held-out recipes, beyond co-occurrence and the model': (held, both+co_+[model])}
        rng = np.random.default_rng(0); W_ = [rng.multinomial(len(ids), np.full(len(ids), 1/len(ids))).astype(float) for _ in range(200)]
        res = {}
        for q,(y,Z) in asks.items():
            b = []
            for w in W_: pw = w[I]*w[J]; at = pw > 0; b.append(partial(x[at], y[at], [z[at] for z in Z], pw[at]))
            res[q] = [round(float(o), 4) for o in (partial(x, y, Z, np.ones(len(x))), *np.quantile(b, [.025,.975]))]
        out[name] = dict(ingredients=len(ids), pairs=len(x), nothing_shared=round(float((W[i,j] <= 0).mean()), 3), correlations=res); print(name, json.dumps(out[name]), flush=True)
    return out

def paired(a, b, rng, other=None): # {cuisine: pairing} of two sources: their correlation over cuisines, interval by resampling cuisines, errors of each added; how far it lies above that of a with a third, the same resampled
    c = [k for k in a if all(k in o and 'nulls' in o[k] and o[k]['recipes'] >= 100 for o in (a, b, other or b))]; get = lambda d: np.array([[d[k]['nulls']['frequency'][o] for o in ('delta','low','high')] for k in c]).T
    P = [get(o) for o in (a, b, other or b)]; r = []; corr = lambda x,y,z: (o := np.corrcoef([x, y, z])[0], o[1], o[2])[1:]
    for _ in range(4000):
        at = rng.integers(len(c), size=len(c)); r.append(corr(*(m[at]+rng.standard_normal(len(c))*(h-l)[at]/3.92 for m,l,h in P)))
    r = np.array(r); x,y,z = (m for m,_,_ in P); u,w = corr(x, y, z); three = lambda o,b: [round(float(v), 3) for v in (o, *np.nanquantile(b, [.025,.975]))]
    return dict(cuisines=c, r=three(u, r[:,0]), same_sign=int((np.sign(x) == np.sign(y)).sum()))|(dict(over_other=three(u-w, r[:,0]-r[:,1]), above=round(float((r[:,0] > r[:,1]).mean()), 3)) if other else {})

def main(folder, data, to='study/pairing.json', n_cuisine=20_000):
    from sklearn.linear_model import LogisticRegression
    t0,v,T,rng = time.time(),len(table()),table(),np.random.default_rng(0); kinds = sorted({T[n].group for n in T.names}); group = np.array([kinds.index(T[n].group) for n in T.names]); marks = dict(sweet=group == kinds.index('sweetener'), savoury=np.isin(np.arange(v), [T[n].id for n in SAVOURY])); said = lambda *x: print(f'{time.time()-t0:.0f} s', *x, flush=True)
    flavour,listed,fdb = inherit(ahn(data)),ahn(data),inherit(flavordb(data)); K = CompositionKernel()().astype(np.float32); np.fill_diagonal(K, 0)
    likes = {'Ahn 2011': shared(flavour, v), 'Ahn 2011, as listed': shared(listed, v), 'FlavorDB': shared(fdb, v), 'composition': (K, np.ones(v, bool))}
    res = dict(shuffles=SHUFFLES, boot=BOOT, seed=0, ingredients={k: int(ok.sum()) for k,(_,ok) in likes.items()}, inherited=len(flavour)-len(listed))
    # the paper's recipes in the paper's names
    regions,names,kind,has = read_regions(data); W,ok = shared(has, len(names)); res['regions'] = {k: pairing(s, W, ok, kind, names) for k,s in regions.items()}; said('regions')
    res['chain'] = chain(regions, W, ok, kind, res); said('chain', res['chain'])
    # recipes in our table
    res['example'] = example(data, listed)
    C = Corpus.load(folder).distinct(); E = Corpus.load().distinct(); cuisines,res['mapped'] = read_cuisines(data); gen = RecipeGenerator.load()
    many = lambda n, **kw: [np.array(r.ids, np.int64) for r in gen.stream(n=n, seed=0, **kw)]; ours = many(n_cuisine, top_p=1.); held = C.split('test').sets(); said('generated', len(ours))
    corpora = {'recipes_73k': C.sets(), 'recipes_73k, test side': held, 'Wikibooks': E.sets(), "What's Cooking": sum(cuisines.values(), []), 'generated, top p 1': ours[:5000], 'generated, top p 0.95': many(5000)}
    res['corpora'] = {s: {k: pairing(x, *likes[s], group, T.names, (*NULLS,'sweet','dish') if s == 'Ahn 2011' else NULLS[:2], s == 'Ahn 2011', **marks) for k,x in corpora.items()} for s in likes}; said('corpora')
    res['cuisines'] = {s: {k: pairing(x, *likes[s], group, T.names, (*NULLS,'sweet','dish') if s == 'Ahn 2011' else NULLS[:2], s == 'Ahn 2011', **marks) for k,x in cuisines.items()} for s in likes}; said('cuisines')
    # which cuisine would that be? a logistic regression on sets of ingredients says
    flat = [(s, k) for k,ss in cuisines.items() for s in ss if len(s) > 1]; part = [side([T.names[i] for i in s]) for s,_ in flat]; pick = lambda w: [o for o,p in zip(flat, part) if p == w]; X = lambda ss: multi_hot(ss, v, np.float32)
    clf = LogisticRegression(max_iter=300, C=1.).fit(X([s for s,_ in pick('train')]), [k for _,k in pick('train')]); y = np.array([k for _,k in pick('test')]); hit = (clf.predict(X([s for s,_ in pick('test')])) == y).astype(float)
    def assigned(sets): p = clf.predict(X(sets)); return {k: [s for s,q in zip(sets, p) if q == k] for k in cuisines}
    S = Sets(ours, np.ones(v, bool)); mixed = np.split(next(S.shuffles('frequency', group, rng, 1)), np.cumsum(S.n)[:-1]) # what assignment alone would make
    groups = {'held out': held, 'generated': ours, 'generated, shuffled': mixed}; got = {n: assigned(x) for n,x in groups.items()}; said('assigned', hit.mean())
    res['assigned'] = dict(accuracy=ci(hit, rng), trained_on=len(pick('train')), counts={n: {k: len(x) for k,x in o.items()} for n,o in got.items()})
    by = {n: {k: pairing(x, *likes['Ahn 2011'], group, T.names, NULLS[:2], False) for k,x in o.items() if len(x) >= 100} for n,o in got.items()}
    true = res['cuisines']['Ahn 2011']; pair = lambda a,b,p,q,o=None: {f'{a} and {b}': paired(p, q, rng, o)}
    res['assigned'] |= dict(by=by, pairs=pair('held out', 'generated', by['held out'], by['generated'], by['generated, shuffled'])|pair("What's Cooking", 'generated', true, by['generated'])|pair("What's Cooking", 'held out', true, by['held out'])|pair('held out', 'generated, shuffled', by['held out'], by['generated, shuffled'])); said('by cuisine', {k: (o['r'], o.get('over_other')) for k,o in res['assigned']['pairs'].items()})
    # does the model know?
    both = C+E; res['lift'] = lifts(gen, both.split('train').sets(), both.split('test').sets(), {'Ahn 2011': likes['Ahn 2011, as listed'], 'FlavorDB': shared(flavordb(data), v), 'composition': (K, likes['Ahn 2011, as listed'][1])}, group) # as listed: what inherits is another form of the same, and forms replace each other
    tests = [(o['z'], o['shuffles']) for g in (res['regions'], *res['corpora'].values(), *res['cuisines'].values()) for x in g.values() if 'nulls' in x for o in x['nulls'].values()]
    least = {n: float(student.ppf(1-ALPHA/2/len(tests), n-1)*(1+1/n)**.5) for n in sorted({n for _,n in tests})} # one more value against n: Student's t, and the mean of the n errs too
    res |= dict(tests=len(tests), least_z={str(n): round(x, 2) for n,x in least.items()}, beyond=int(sum(abs(z) > least[n] for z,n in tests)), seconds=round(time.time()-t0))
    Path(to).write_text(json.dumps(res, indent=1)+'\n'); said('done', res['tests'], res['least_z'], res['beyond'])

if __name__ == '__main__': main(*sys.argv[1:])
