"""What the recipe builder of the site reads: both nets in eight bits, the table of the ingredient net in sixteen, what is known of each ingredient, and the noise of the intervals.

The page has no server, so all that it needs comes with it: `write` puts it into a folder, the same bytes from the same weights.
`RecipeGenerator.load` reads that folder too, so the page can be compared with Python number by number; study/page.py says what
the eight bits cost.
"""
import json,sys
from pathlib import Path
import numpy as np
from recipegen import ingredients as I
from recipegen.engine import in_bytes
from recipegen.generator import RecipeGenerator,_Alike
from recipegen.ingredients import table,measures,DIETS,ALLERGENS
from recipegen.recipes import NUTRIENTS
from recipegen.sampling import load_weights
from recipegen.substitutes import FEATURES,WEIGHTS,Likeness

NETS = Path(__file__).resolve().parent.parent/'recipegen'/'weights'
DRAWS,MOST = 256,20 # of the noise: as many as `RecipeGenerator` draws, for lists of up to so many ingredients

# Weights

ROWS = dict(ingredients='float16', quantities='int8') # of the table of vectors: chosen in study/page.py

def lighter(
    w:dict, # Arrays of a net
    rows:str='int8', # The table of vectors: int8 or float16
): # dict of arrays: matrices as int8 with NAME.scale, what is added or multiplied in a layer as float16, the rest as it was
    "A net for the page; `load_weights` puts it together again"
    out = {}
    for k,x in w.items():
        if k == 'rows' and rows != 'int8': out[k] = x.astype(rows)
        elif x.ndim > 1: out[k],out[f'{k}.scale'] = in_bytes(x)
        else: out[k] = x.astype(np.uint16 if k == 'counts' else np.float16 if k.endswith(('.bias','.weight')) else x.dtype)
    return out

def safetensors(
    arrays:dict,
    facts:dict, # Told as JSON in the header
)->bytes:
    "The format of safetensors, in one order: the library shuffles the facts"
    head,body = {'__metadata__': {k: json.dumps(v) for k,v in sorted(facts.items())}},b''
    for k,x in sorted(arrays.items(), key=lambda o: (-o[1].itemsize, o[0])): # wide ones first, so that each begins where it may
        b = np.ascontiguousarray(x).tobytes(); kind = {'float32':'F32', 'float16':'F16', 'int8':'I8', 'uint16':'U16'}[str(x.dtype)]
        head[k] = dict(dtype=kind, shape=list(x.shape), data_offsets=[len(body), len(body)+len(b)]); body += b
    h = json.dumps(head, separators=(',',':')).encode(); h += b' '*(-len(h) % 8)
    return len(h).to_bytes(8, 'little')+h+body

# The table

def short(x, digits=4): # SR28 seldom has more than three
    return 0 if not x == x else float(f'{x:.{digits}g}') if x % 1 else int(x)

def front_coded(keys): # sorted texts -> each as a capital that tells how much it shares with the one before, and the rest
    out,before = '',''
    for k in keys:
        n = next((i for i,(a,b) in enumerate(zip(before, k)) if a != b), min(len(before), len(k))); n = min(n, 25)
        out += chr(65+n)+k[n:]; before = k
    return out

def alias_of(k, name): # an alias, ~ for the name in it, ^ for the name's last word
    for mark,words in (('~',name), ('^',name.split()[-1])): k = f' {k} '.replace(f' {words} ', f' {mark} ').strip()
    return k

def ingredients():
    "What the page knows of each ingredient, column by column"
    T = table(); groups,states = (sorted({getattr(o, k) for o in T}) for k in ('group','state'))
    at = {c['number']: j for j,c in enumerate(T.components)}; keys = [[] for _ in T]
    known = {I.normalize(n): i for i,n in enumerate(T.names)}
    for k in sorted(T.keys, key=lambda k: (k.count(' '), k)): # without its own name, and without "fresh thyme", which is found as thyme
        if I.match(k, known) != {i := T.keys[k]}: known[k] = i; keys[i].append(k)
    for i,n in enumerate(map(I.normalize, T.names)): keys[i] = sorted(alias_of(k, n) for k in keys[i])
    units = sorted({u for o in T for u in o.units})
    return dict(names=T.names, groups=groups, states=states, group=[groups.index(o.group) for o in T], state=[states.index(o.state) for o in T],
        dietNames=DIETS, allergenNames=ALLERGENS, diets=[sum(1 << i for i,d in enumerate(DIETS) if d in o.diets) for o in T], allergens=[sum(1 << i for i,a in enumerate(ALLERGENS) if a in o.allergens) for o in T],
        density=[None if o.density != o.density else short(o.density) for o in T], unitNames=units, units=[[x for u,g in o.units.items() for x in (units.index(u), short(g))] for o in T],
        nutrients={k: [short(float(x), 3) for x in T.composition[:,at[no]]] for k,no in NUTRIENTS.items()},
        keys=[front_coded(k) for k in keys], modifiers=sorted(I.MODIFIERS), singular={k: v for k,v in sorted(I._sing.items())},
        measures={u: list(m) for u,m in sorted(measures().items())}, portion=RecipeGenerator.PORTION, swap=WEIGHTS, because=FEATURES)

def noise(factors:int): # of a law: the size of what is locked is one more
    "The dice of the intervals, as Python throws them: for each size of a list which component, what is each ingredient's own, what is common"
    parts = []
    for n in range(1, MOST+1):
        same = _Alike(n); parts += [same.random((DRAWS,1,1)), same.standard_normal((DRAWS,1,n)), same.standard_normal((DRAWS,1,factors+1,1))]
    return np.concatenate([np.asarray(p, np.float32).ravel() for p in parts])

def write(
    to, # Folder, made if it is not there
    rows=ROWS, # See `lighter`, for each net
    weights=NETS, # Folder of the nets
):
    "Everything that the page's builder fetches"
    to = Path(to); to.mkdir(parents=True, exist_ok=True)
    for name in ('ingredients','quantities'):
        w,facts = load_weights(Path(weights)/f'{name}.safetensors', leave=('embed.',)) # `rows` has what they make
        (to/f'{name}.safetensors').write_bytes(safetensors(lighter(w, rows[name]), facts))
    K = len(w['head.pi.bias']); (to/'noise.f32').write_bytes(noise(len(w['head.out.bias'])//K-2).astype('<f4').tobytes())
    like = Likeness(RecipeGenerator.load(weights, 'numpy')); (to/'composition.i8').write_bytes(in_bytes(like.spaces['made'])[0].tobytes()) # a cosine asks for no scale
    (to/'substitutes.safetensors').write_bytes(safetensors(lighter({f'{k}.weight': x.T for k,x in like.named.items()}), {})) # a scale for each factor
    (to/'ingredients.json').write_text(json.dumps(ingredients(), ensure_ascii=False, separators=(',',':'))+'\n', encoding='utf-8')

if __name__ == '__main__': write(sys.argv[1])
