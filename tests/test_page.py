"The builder that runs in the page: the same numbers as Python, and a recipe from start to end in a browser"
import functools,http.server,json,os,shutil,subprocess,sys,threading
from pathlib import Path
import numpy as np
import pytest
from conftest import ROOT,clean_env
from recipegen.generator import RecipeGenerator
sys.path.insert(0, str(ROOT/'tools'))
import page

SCRIPTS = ROOT/'nbs'/'builder'
EDGE = 2e-6 # a die that falls so near to the line between two dishes may be read either way
if not shutil.which('node'): pytest.skip('node is not installed', allow_module_level=True)

def node(*args, timeout=300):
    res = subprocess.run(['node', *map(str, args)], capture_output=True, text=True, env=clean_env(), timeout=timeout)
    assert res.returncode == 0, res.stderr
    return res.stdout

@pytest.fixture(scope='session')
def weights(tmp_path_factory):
    "The folder that the page fetches"
    to = tmp_path_factory.mktemp('page')/'builder'
    page.write(to)
    return to

@pytest.fixture(scope='session')
def gen(weights): return RecipeGenerator.load(weights)

def sets(gen, n):
    "Lists of 1 to 16 ingredients, the commoner ones more often; a third with locked weights"
    rng = np.random.default_rng(0); p = gen.ingredients.w['counts']+1.; p /= p.sum()
    for i in range(n):
        ids = rng.choice(len(p), rng.integers(1, 17), replace=False, p=p).tolist(); locks = [None]*len(ids)
        if i % 3 == 0: locks = [round(float(rng.lognormal(4, 1)), 1) if rng.random() < .3 else None for _ in ids]
        yield dict(ids=ids, locks=locks, total=round(float(rng.uniform(100, 3000))))

def near_edge(gen, ids, locks): # whether a draw of the interval stands on the line between two components
    from recipegen.generator import _Alike
    from recipegen.laws import given_grams
    order = np.argsort(ids); lock = np.array([[locks[i] or np.nan for i in order]], float)
    p = np.exp(given_grams(*gen.quantities.law(np.array([ids])[:,order]), lock)[3]).cumsum(-1)
    return (abs(_Alike(len(ids)).random((page.DRAWS,1,1))-p[...,:-1]) < EDGE).any()

def test_everything_is_small_and_written_the_same_twice(weights, tmp_path):
    page.write(tmp_path)
    sizes = {p.name: p.stat().st_size for p in sorted(weights.iterdir())}
    print(sizes, 'bytes, together', sum(sizes.values()))
    assert sum(sizes.values()) < 4e6 and all((tmp_path/n).read_bytes() == (weights/n).read_bytes() for n in sizes)

def test_same_numbers_as_python(weights, gen, tmp_path):
    "Laws and grams of a thousand sets"
    asked = list(sets(gen, 1000)); full = [o['ids'] for o in asked if len(o['ids']) == 16]
    (tmp_path/'asked.json').write_text(json.dumps(dict(sets=asked, full=full)))
    node(ROOT/'tests'/'page.mjs', weights, SCRIPTS, tmp_path/'asked.json', tmp_path/'answers.json')
    got = json.loads((tmp_path/'answers.json').read_text()); names = np.array(gen.names); lists = [names[o['ids']].tolist() for o in asked]
    far = {}
    for what,ours in (('next', gen.next_log_probs(lists)), ('missing', gen.missing_log_probs(lists))):
        theirs = np.array([[-np.inf if x is None else x for x in o[what]] for o in got['out']]); same = np.isinf(ours)
        assert (same == np.isinf(theirs)).all()
        far[what] = float(abs(np.where(same, 0, ours)-np.where(same, 0, theirs)).max())
    far |= dict(grams=0., low=0., high=0.); edge = 0
    for o,a,l in zip(asked, got['out'], lists):
        locked = any(o['locks']); q = gen.quantify([dict(zip(l, o['locks']))], grams=None if locked else o['total'])[0]; skip = near_edge(gen, o['ids'], o['locks']); edge += skip
        for k in ('grams',) if skip else ('grams','low','high'): far[k] = max(far[k], float(abs(np.array(a[k])/getattr(q, k)-1).max()))
    print(f'{len(asked)} sets, largest difference of log-probabilities (nat) and of grams (relative): '+', '.join(f'{k} {x:.1e}' for k,x in far.items()), f'; {edge} intervals left out for a die on the line')
    print(f'weights opened in {got["opened"]:.0f} ms; median ms: '+', '.join(f'{k} {x:.2f}' for k,x in got['times'].items()))
    assert max(far.values()) < 1e-4 and edge < 20
