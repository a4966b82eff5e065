"The builder that runs in the page: the same numbers as Python, and a recipe from start to end in a browser"
import base64,functools,http.server,json,os,re,shutil,subprocess,sys,threading
from pathlib import Path
import numpy as np
import pytest
from conftest import ROOT,clean_env
from recipegen.generator import RecipeGenerator
sys.path.insert(0, str(ROOT/'tools'))
import page

SCRIPTS = ROOT/'nbs'/'builder'
LINES = ['Potato soup\n\n500g potatoes\n1 onion\n2 tbsp butter', 'Potato soup\n500g potatoes\n1 onion', 'flour 200 g\nbutter 100g', 'flour: 200 g\nmilk, 1,5 dl\neggs 2', 'Butter\n200 g flour\n2 eggs', 'My cake\nServes 4\n200 g flour',
    'Ingredients\n200 g flour\nsalt to taste', '1 1/2 cups flour\n2-3 eggs\n½ cup sugar', "recipe,ingredient,grams\n'=1+1,butter,12"] # as people paste them
EDGE = 2e-6 # a die that falls so near to the line between two dishes may be read either way
if not shutil.which('node'): pytest.skip('node is not installed', allow_module_level=True)

FIGURES = {} # what was measured: written where PAGE_FIGURES says

@pytest.fixture(scope='session', autouse=True)
def figures():
    load = os.getloadavg()[0]
    yield
    if to := os.environ.get('PAGE_FIGURES'):
        FIGURES['machine'] = dict(cores=os.cpu_count(), load_before=round(load, 1), load_after=round(os.getloadavg()[0], 1), node=subprocess.run(['node','--version'], capture_output=True, text=True).stdout.strip())
        Path(to).write_text(json.dumps(FIGURES, indent=1)+'\n')

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
    FIGURES['bytes'] = sizes | {p.name: p.stat().st_size for p in sorted(SCRIPTS.iterdir())}
    assert sum(sizes.values()) < 3.97e6 and sum(FIGURES['bytes'].values()) < 4.1e6 and all((tmp_path/n).read_bytes() == (weights/n).read_bytes() for n in sizes)

@pytest.fixture(scope='module')
def asked(gen):
    "Questions for both: sets to weigh, names to resolve, amounts to say in cups, swaps, and recipes as Python writes them"
    from recipegen.formats import write_recipe
    T,rng = page.table(),np.random.default_rng(1); lists = list(sets(gen, 1000)); names = rng.choice(sorted(T.keys), 500, replace=False).tolist()
    swaps = [(o['ids'], o['ids'][0], ['','vegan','gluten-free'][i%3]) for i,o in enumerate(lists[:60]) if len(o['ids']) > 2]
    recipes = [q.recipe() for q in gen.quantify([[gen.names[j] for j in o['ids']] for o in lists[:20]], servings=4)]
    return dict(sets=lists, full=[o['ids'] for o in lists if len(o['ids']) == 16], swaps=swaps,
        names=names+[f'{rng.choice(["fresh","chopped","large","organic"])} {n}s' for n in names[:200]]+['AP flour','Crème fraîche','½ & ½','chillies, dried','no such thing'],
        amounts=[(int(i), float(g)) for i,g in zip(rng.integers(len(T), size=3000), rng.lognormal(3.5, 1.8, 3000))],
        texts=[write_recipe(r, f) for r in recipes for f in ('text','json','jsonld','cooklang','csv')]+LINES), recipes

@pytest.fixture(scope='module')
def got(asked, weights, tmp_path_factory):
    to = tmp_path_factory.mktemp('answers')
    (to/'asked.json').write_text(json.dumps(asked[0]))
    node(ROOT/'tests'/'page.mjs', 'numbers', weights, SCRIPTS, to/'asked.json', to/'answers.json')
    return json.loads((to/'answers.json').read_text())

def test_same_numbers_as_python(gen, asked, got):
    "Laws and grams of a thousand sets"
    asked = asked[0]['sets']; names = np.array(gen.names); lists = [names[o['ids']].tolist() for o in asked]
    far = {}
    for what,ours in (('next', gen.next_log_probs(lists)), ('missing', gen.missing_log_probs(lists))):
        theirs = np.array([np.frombuffer(base64.b64decode(o[what]), np.float32) for o in got['out']]); same = np.isinf(ours)
        assert (same == np.isinf(theirs)).all()
        far[what] = float(abs(np.where(same, 0, ours)-np.where(same, 0, theirs)).max())
    far |= dict(grams=0., low=0., high=0.); edge = 0
    for o,a,q in zip(asked, got['out'], gen.quantify([dict(zip(l, o['locks'])) for o,l in zip(asked, lists)])): # without a lock 100 g
        size = 1 if any(o['locks']) else o['total']/100; d = {k: float(abs(np.array(a[k])/(size*getattr(q, k))-1).max()) for k in ('grams','low','high')}
        if max(d['low'], d['high']) > 1e-4 and near_edge(gen, o['ids'], o['locks']): edge += 1; d = dict(grams=d['grams'])
        for k,x in d.items(): far[k] = max(far[k], x)
    print(f'{len(asked)} sets, largest difference of log-probabilities (nat) and of grams (relative): '+', '.join(f'{k} {x:.1e}' for k,x in far.items()), f'; {edge} intervals left out for a die on the line')
    print(f'weights opened in {got["opened"]:.0f} ms; median ms: '+', '.join(f'{k} {x:.2f}' for k,x in got['times'].items()))
    FIGURES.update(sets=len(asked), largest_difference=far, left_out=edge, opened_ms=got['opened'], median_ms=got['times'])
    assert max(far.values()) < 1e-4 and edge < 5

def test_reasons_and_nutrition_are_those_of_python(gen, asked, got):
    from recipegen.interpret import reasons
    from recipegen.recipes import Recipe
    for o,theirs,a,nu in zip(asked[0]['sets'], got['reasons'], got['out'], got['nutrition']):
        assert np.allclose(theirs, reasons(gen.ingredients, o['ids'], [i for i in range(3) if i not in o['ids']]), atol=1e-4)
        ours = Recipe([gen.names[i] for i in o['ids']], a['grams']).nutrition(); assert all(abs(nu[k]-x) < .01+5e-3*x for k,x in ours.items())

def test_names_and_cups_are_those_of_python(asked, got):
    from recipegen.ingredients import match
    from recipegen.recipes import household_units
    T = page.table(); q = asked[0]
    assert [n for n,ids in zip(q['names'], got['names']) if set(ids) != match(n, T.keys)] == []
    assert [(T.names[i], g, h) for (i,g),h in zip(q['amounts'], got['amounts']) if h != household_units(T.names[i], g)] == []

def test_swaps_are_those_of_python(gen, asked, got):
    "But for the eight bits of the composition"
    from recipegen.substitutes import substitute
    first,common,far = [],[],0.
    for (ids,gone,diet),theirs in zip(asked[0]['swaps'], got['swaps']):
        names = [gen.names[i] for i in ids]; ok = page.table().allowed(diet)
        if any(not ok[i] for i in ids if i != gone): continue # Python refuses such a list, the page shows what does not fit
        ours = substitute(gen, names, gen.names[gone], 3, diet=diet or None); first.append(gen.names[theirs[0][0]] == ours[0].name)
        scores = dict(map(tuple, theirs)); both = [(o.score, scores[i]) for o in ours if (i := page.table().id(o.name)) in scores]
        common.append(len(both)); far = max(far, *(abs(a-b) for a,b in both))
    print(f'{len(first)} swaps: first choice the same in {np.mean(first):.0%}, ids in common {np.mean(common):.2f} of 3, scores differ by {far:.4f} at most')
    FIGURES['swaps'] = dict(n=len(first), first_same=float(np.mean(first)), common_of_3=float(np.mean(common)), largest_score_difference=far)
    assert np.mean(first) > .95 and min(common) >= 2 and far < .01

def test_recipes_travel_both_ways(gen, asked, got):
    from recipegen.formats import read_recipe
    q,recipes = asked; close = lambda a,b: abs(a-b) <= .51+.03*b # a cook's rounding
    for text,r in zip(LINES, got['read'][-len(LINES):]): # as people paste them
        ours = read_recipe(text).recipe; assert r['title'] == ours.title and r['servings'] == ours.servings and [gen.names[o['id']] for o in r['items']] == ours.names, (text, r, ours)
        assert np.allclose([o['grams'] or 0 for o in r['items']], [g or 0 for g in ours.grams], rtol=1e-4), (text, r, ours)
    for k,r in enumerate(got['read'][:-len(LINES)]):
        told = dict(zip(recipes[k//5].names, recipes[k//5].grams)); assert r['missed'] == [] and r['servings'] == 4, (r, q['texts'][k])
        assert {gen.names[o['id']] for o in r['items']} == set(told) and all(close(o['grams'] or 0, told[gen.names[o['id']]]) for o in r['items']), q['texts'][k]
    for k,text in enumerate(got['written']):
        o = q['sets'][k//4]; told = {gen.names[i]: g for i,g in zip(o['ids'], got['out'][k//4]['grams'])}; r = read_recipe(text)
        assert r.missed == [] and r.form == ('text','jsonld','cooklang','csv')[k%4] and set(r.recipe.names) == set(told), text
        assert all(close(g or 0, told[n]) for n,g in zip(r.recipe.names, r.recipe.grams)) and r.recipe.servings == 4, text

# In a browser

class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass

@pytest.fixture(scope='module')
def seen(weights, tmp_path_factory):
    "What a browser saw; pictures in the folder that PAGE_SHOTS names"
    browser = next(filter(None, map(shutil.which, ('chromium','chromium-browser','google-chrome'))), None)
    if not browser or not (ROOT/'node_modules'/'playwright-core').exists(): pytest.fail('no browser or playwright-core: run make test')
    site,docs = tmp_path_factory.mktemp('site'),ROOT/'docs'; shots = Path(os.environ.get('PAGE_SHOTS') or tmp_path_factory.mktemp('shots')); shots.mkdir(parents=True, exist_ok=True)
    shutil.copytree(weights, site/'builder'); [shutil.copy(f, site/'builder') for f in SCRIPTS.iterdir()]
    assert (docs/'build.html').exists(), 'the site is not built: make docs'
    shutil.copytree(docs/'site_libs', site/'site_libs'); [shutil.copy(f, site) for f in docs.iterdir() if f.suffix in ('.css','.js','.svg')] # the page as the site has it, with what makes it up as it is now
    part = (ROOT/'nbs'/'build.qmd').read_text().split('```{=html}\n')[1].split('```')[0].strip(); now = re.search('<div [^>]*data-recipe-builder[^>]*></div>', part)[0]
    (site/'build.html').write_text(re.sub('<div [^>]*data-recipe-builder[^>]*></div>', now, (docs/'build.html').read_text()))
    scripts = ''.join(f'<script src="builder/{n}.js"></script>' for n in ('engine','kitchen','builder'))
    (site/'below.html').write_text(f'<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><div style="height:3000px"></div><div data-recipe-builder data-lazy data-start="flour, butter"></div><div data-recipe-builder data-lazy data-start="rice"></div>{scripts*2}') # scripts twice: mounted once
    (site/'two.html').write_text(f'<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><div data-recipe-builder data-print data-start="flour"></div><div data-recipe-builder data-start="rice"></div>{scripts}')
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try: return json.loads(node(ROOT/'tests'/'page.mjs', 'browser', browser, f'http://127.0.0.1:{server.server_port}/build.html', shots, (site/'build.html').as_uri(), timeout=180))
    finally: server.shutdown()

def test_opens_fast_and_asks_nobody(seen):
    print(f'interactive, with the first suggestion ("{" ".join(seen["first"].split())}"), {seen["ready"]:.0f} ms after navigation; median click {seen["median"]:.0f} ms of {len(seen["clicks"])}, slowest {max(seen["clicks"]):.0f} ms')
    print('scenario:', ', '.join(f'{k} {x} ms' for k,x in seen['steps'].items()), f'; in all {seen["scenario"]} ms')
    assert seen['outside'] == [] and seen['said'] == []
    FIGURES['browser'] = dict(interactive_with_first_suggestion_ms=seen['ready'], median_click_ms=seen['median'], slowest_click_ms=max(seen['clicks']), clicks=len(seen['clicks']))
    assert seen['ready'] < 3000 and seen['median'] < 150

def test_a_vegan_recipe_from_start_to_end(seen, gen):
    vegan = page.table().allowed('vegan'); fits = lambda names: all(vegan[page.table().id(n)] for n in names)
    opened = gen.quantify([dict(flour=None, butter=125, sugar=None, egg=None)])[0] # what build.qmd says of it
    assert [o['name'] for o in seen['start']['items']] == opened.names and np.allclose([o['grams'] for o in seen['start']['items']], opened.grams, rtol=1e-4)
    assert seen['typed'] == ['chickpea'] and 'not vegan' in seen['refused'] # an alias, by keyboard alone
    assert len(set(seen['seven'])) == 7 and fits(seen['seven'])
    assert [o['lock'] for o in seen['locked']['items']] == [240]+[None]*6
    was,now = ([o['name'] for o in seen[k]['items']] for k in ('locked','swapped'))
    assert [a == b for a,b in zip(was, now)] == [True, True, False]+[True]*4 and fits(now)
    assert seen['undone'] == was and seen['redone'] == now
    for k in ('locked','swapped'): # grams as Python gives them
        o = seen[k]['items']; q = gen.quantify([{x['name']: x['lock'] for x in o}])[0]; ours = np.array([q.grams, q.low, q.high]).T; theirs = np.array([[x['grams'], x['low'], x['high']] for x in o])
        assert abs(theirs/ours-1).max() < 1e-4
    saved,told = json.loads(seen['jsonld']),{o['name']: o['grams'] for o in seen['swapped']['items']}
    assert saved['@type'] == 'Recipe' and len(saved['recipeIngredient']) == 7 and seen['file'].endswith('.json')
    back = {o['name']: o['grams'] for o in seen['loaded']['items']}
    assert back.keys() == told.keys() and all(abs(back[n]-g) <= .51+.03*g for n,g in told.items())
    assert seen['variants'] == 3 and seen['card'] == ['block', 1] and seen['finished'] > len(seen['linked']['items']) >= 4 and seen['linked']['diet'] == 'vegan'

def test_anyone_can_use_it(seen):
    bad = {k: [v for v in found if v['impact'] in ('serious','critical')] for k,found in seen['axe'].items()}
    print('axe:', {k: [v['id'] for v in found] for k,found in seen['axe'].items()})
    assert not any(bad.values()), bad
    assert not any(seen['overflow'].values()), seen['overflow']

def test_odd_things_are_told_and_lose_nothing(seen):
    odd = seen['odd']; said = lambda k,*words: all(w in odd[k]['said'] for w in words) or pytest.fail(f'{k}: {odd[k]}'); bowl = lambda k: dict(odd[k]['bowl'])
    said('link', 'xyzzyqq', 'Infinity', '1e300', 'servings', 'butter and egg do not fit'); assert bowl('link') == dict(butter=125, flour=None, sugar=None, egg=None)
    assert bowl('clear') == {} and odd['clear']['focus'] == 'combobox' and seen['shut']
    said('many', '20 at most'); said('full', 'list holds 20'); said('most', '20 are in the bowl', 'at most'); assert len(bowl('many')) == len(bowl('full')) == len(bowl('most')) == 20
    assert bowl('equals') == dict(garlic=10) and bowl('amount') == dict(butter=250); assert list(bowl('comma')) == ['butter','flour']; said('half', 'onion', 'xyzzyqq'); assert list(bowl('half')) == ['butter','flour','onion']
    said('vague', 'chese'); assert bowl('vague') == bowl('half') and list(bowl('begun')) == ['butter','flour','onion','garlic']
    assert bowl('grams 1,5')['butter'] == 1.5
    for g in ('0','-5','1e9','x'): said(f'grams {g}', f'“{g}”', 'as it was'); assert bowl(f'grams {g}') == bowl('grams 1,5')
    said('servings', '2.5 portions'); said('no servings', '“-1”'); said('title', 'Named Торт')
    assert odd['ways']['ways'] > 0 and odd['stale ways']['ways'] == 0
    said('stale ways', 'butter does not fit')
    assert odd['replaced']['focus'] == 'swap' and odd['removed']['focus'] == 'remove' and len(bowl('removed')) == 3
    said('forbidden', 'Milk is not vegan'); assert bowl('forbidden') == bowl('reloaded') == bowl('chapter') == bowl('removed'); said('reloaded', 'here again')
    assert list(bowl('back')) == list(bowl('removed'))[1:]
    assert bowl('json') == dict(egg=100); said('json', 'Not understood'); assert bowl('null name') == dict(butter=None, flour=1.5); said('pasted many', '2 more were left out'); said('nonsense', 'No ingredient')
    assert seen['printed'] == [[False, True], [True, False]] # the card asked for, and afterwards the page's own
    was,after = seen['touched']; assert len(was) == seen['finished'] and len(after) == len(was)+1

def test_says_what_is_wrong_and_waits_until_seen(seen):
    assert 'python -m http.server' in seen['disk']
    assert seen['lazy'] == [[False, False], [True, True], ['flour', 'butter', 'rice']]
