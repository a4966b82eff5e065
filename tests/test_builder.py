"The builder: its state by plain methods, its face in a browser, by voila and in JupyterLab"
import json,os,shutil,signal,socket,subprocess,sys,time
from datetime import datetime
from pathlib import Path
from urllib.request import urlopen
import numpy as np, pytest
from conftest import ROOT,clean_env
from recipegen.builder import Bowl,Builder,serve
from recipegen.ingredients import InputError,table

HUMMUS = 'chickpea=400, tahini, lemon juice, garlic, olive oil, cumin, salt'

# The bowl

def test_diet_is_kept_everywhere():
    b = Bowl('chickpea, garlic', diet='vegan', without='sesame, gluten')
    fits = lambda n: 'vegan' in table()[n].diets and not {'sesame','gluten'} & {*table()[n].allergens}
    assert all(fits(s.name) for s in b.suggestions(2000))
    assert all(fits(n) for r in b.variants(3) for n in r.names)
    assert all(fits(s.name) for s in b.swaps('garlic'))
    for name,why in (('butter','not vegan'), ('tahini','holds sesame'), ('flour','holds gluten')):
        with pytest.raises(InputError, match=why): b.add(name)
        with pytest.raises(InputError, match=why): b.swap('garlic', name)
        assert any(h.why == why for h in b.search(name))
    late = Bowl('chickpea, butter, egg'); late.set(diet='vegan')
    assert late.breaks() == {'butter':'not vegan', 'egg':'not vegan'}
    with pytest.raises(InputError, match='not vegan'): late.finish()
    for n in ('butter','egg'): assert all('vegan' in table()[s.name].diets for s in late.swaps(n)); late.swap(n)
    assert not late.breaks() and late.finish()

def test_undo_and_redo_are_inverse():
    b = Bowl(HUMMUS); seen = [(b.state, b.recipe.grams)]
    for act in (lambda: b.add('paprika'), lambda: b.lock('salt', 5), lambda: b.swap('tahini', 'peanut butter'), lambda: b.set(servings=2), lambda: b.set(diet='vegan'), lambda: b.unlock(), lambda: b.remove('cumin'), lambda: b.finish(), lambda: b.clear()):
        act(); seen.append((b.state, b.recipe.grams))
    for s in seen[-2::-1]: assert (b.undo().state, b.recipe.grams) == s
    assert b.undo().state == seen[0][0], 'there is nothing before the first'
    for s in seen[1:]: assert (b.redo().state, b.recipe.grams) == s
    b.undo().undo(); b.add('water'); n = len(b.history)
    assert b.redo().at == n-1, 'what was undone is forgotten when something new is done'

def test_locks_stay():
    b = Bowl(HUMMUS); has = lambda r: dict(zip(r.names, r.grams))
    for act in (lambda: b.add('paprika'), lambda: b.remove('cumin'), lambda: b.swap('tahini'), lambda: b.set(servings=6), lambda: b.set(grams=3000), lambda: b.set(batch='garlic=20'), lambda: b.finish()):
        act(); assert has(b.recipe)['chickpea'] == 400 and b.locks == {'chickpea': 400}
    assert all(has(r)['chickpea'] == 400 for r in b.variants())
    b = Bowl(HUMMUS); b.lock('salt'); before = b.recipe.grams
    assert has(b.recipe)['salt'] == b.locks['salt'] and np.allclose(b.recipe.grams, before)
    b.unlock(); assert not b.locks and abs(b.recipe.total_grams-900) < 1e-3
    b = Bowl('rice=200, onion=100, salt'); b.remove('salt') # all that is left is locked: it says how large the whole is
    assert b.recipe.total_grams == 300 and has(b.add('salt').recipe)['rice'] == 200

def test_the_whole_is_as_large_as_asked():
    b = Bowl(HUMMUS); has = lambda: dict(zip(b.names, b.recipe.grams))
    assert abs(b.recipe.total_grams-900) < 1e-3
    assert abs(b.set(servings=8).recipe.total_grams-1800) < 1e-3
    assert abs(b.set(grams=650).recipe.total_grams-650) < 1e-3 and b.recipe.servings == 8
    b.set(batch='tahini=100'); assert has()['tahini'] == 100 and has()['chickpea'] == 400
    b.lock('tahini', 50); assert has()['tahini'] == 50 and 'tahini' not in b.locks
    b.remove('tahini'); assert b.state.whole == ('servings',)
    b.set(whole='locks'); assert has()['chickpea'] == 400
    b.remove('chickpea'); assert b.recipe.total_grams == pytest.approx(1800)

@pytest.mark.parametrize('form', ['json','jsonld','cooklang','csv','text'])
def test_what_is_exported_comes_back(form):
    b = Bowl(HUMMUS, title='Hummus'); back = Bowl(); back.load(b.export(form)); got = dict(zip(back.names, back.recipe.grams))
    assert got.keys() == set(b.names) and not back.missed
    assert all(abs(got[n]-g) <= max(2.5, .01*g) for n,g in zip(b.names, b.recipe.grams))
    assert set(back.locks) == set(back.names), 'a loaded weight is kept until it is unlocked'
    back.unlock('salt'); assert back.add('paprika') and all(g and g > 0 for g in back.recipe.grams)

def test_a_saved_page_is_read(tmp_path):
    page = tmp_path/'page.html'; recipe = {'@context':'https://schema.org', '@type':'Recipe', 'name':'Dal', 'recipeYield':'3', 'recipeIngredient':['200 g red lentils', '1 onion', '2 tbsp coconut oil', '1 unobtainium']}
    page.write_text(f'<html><head><script type="application/ld+json">{json.dumps(recipe)}</script></head><body>Dal</body></html>')
    b = Bowl(); b.load(page)
    assert 'onion' in b.names and len(b) == 3 and b.state.title == 'Dal' and b.state.servings == 3
    assert b.missed == ['1 unobtainium']
    assert b.undo().names == [], 'loading is undone like anything else'

def test_what_cannot_be_is_refused_and_changes_nothing():
    b = Bowl(HUMMUS); was = b.state,len(b.history)
    for f in (lambda: b.add('unobtainium'), lambda: b.add('garlic'), lambda: b.lock('garlic', 5000), lambda: b.lock('rice', 5), lambda: b.remove('rice'), lambda: b.swap('garlic', 'salt'), lambda: b.set(top_p=0), lambda: b.set(temperature=-1), lambda: b.set(size=(5,4)),
              lambda: b.set(servings=0), lambda: b.set(grams=100), lambda: b.set(batch='rice=5'), lambda: b.set(without='dust'), lambda: b.set(whole='half'), lambda: b.load('nothing here that could be eaten'), lambda: b.set(size=(2,7)).finish() if b.state.size != (2,7) else None):
        with pytest.raises(InputError) as e: f()
        assert '\n' not in str(e.value)
        if b.state.size == (2,7): b.undo()
        assert b.state == was[0]
    for f in (lambda: Bowl().export(), lambda: Bowl().vote(True)):
        with pytest.raises(InputError, match='empty'): f()

SENSELESS = [dict(grams=-4), dict(grams='x'), dict(grams=float('nan')), dict(grams=1e9), dict(grams=10**400), dict(top_k=1.5), dict(top_k='x'), dict(top_p='x'), dict(temperature=None), dict(temperature=float('nan')), dict(title=5), dict(servings='x'), dict(servings=True), dict(size=5), dict(size='48'), dict(size=(2.5, 7)), dict(diet=5), dict(without=5), dict(without=[None]), dict(batch=5), dict(batch=None), dict(whole=None)]

@pytest.mark.parametrize('start', ['', HUMMUS])
@pytest.mark.parametrize('kw', SENSELESS, ids=str)
def test_a_setting_that_cannot_be_is_refused(start, kw):
    b = Bowl(start); was = b.state,b.at
    with pytest.raises(InputError) as e: b.set(**kw)
    assert '\n' not in str(e.value) and next(iter(kw)) in str(e.value) and (b.state, b.at) == was

def test_what_is_no_text_is_no_ingredient():
    b = Bowl('garlic')
    for f in (lambda: b.add(None), lambda: b.add(5), lambda: b.add('flour', 'x'), lambda: b.lock(None), lambda: b.remove(3), lambda: b.swap('garlic', 5), lambda: b.swaps(None), lambda: Bowl(5), lambda: Bowl([None])):
        with pytest.raises(InputError) as e: f()
        assert '\n' not in str(e.value) and b.names == ['garlic'] and not b.locks

def test_settings_are_kept_as_numbers():
    s = Bowl(servings='4', top_k='3', temperature='.5', size=['3','9'], title=None).set(grams='650').state
    assert (s.servings, s.top_k, s.temperature, s.size, s.whole, s.title) == (4., 3, .5, (3,9), ('grams', 650.), '') and type(s.top_k) is int and type(s.servings) is float

def test_a_swap_keeps_the_whole():
    b = Bowl('flour, butter, sugar').set(batch='flour=500'); was = b.recipe.total_grams; b.swap('flour', 'rice flour')
    assert b.recipe.total_grams == pytest.approx(was) and b.state.whole == ('grams', pytest.approx(was)) and abs(was-900) > 100
    assert b.undo().state.whole == ('batch', 'flour', 500) and b.recipe.total_grams == pytest.approx(was)
    b = Bowl(); b.load(b'50 g egg'); b.swap('egg'); assert b.recipe.total_grams == pytest.approx(50) and not b.locks
    b = Bowl('flour=300, butter, sugar', whole='locks'); was = b.recipe.total_grams; b.swap('flour', 'rice flour'); assert b.recipe.total_grams == pytest.approx(was)
    b = Bowl('flour=300, butter=100, sugar', whole='locks').swap('flour', 'rice flour'); assert b.state.whole == ('locks',) and b.locks == {'butter': 100}
    b = Bowl('flour').set(batch='flour=500').swap('flour', 'rice=200'); assert b.recipe.total_grams == 200, 'a weight that is asked for goes first'
    b = Bowl('flour, butter'); b.swap('butter', 'vegetable oil'); assert b.state.whole == ('servings',)

def test_what_was_not_understood_leaves_with_what_was_loaded():
    b = Bowl(); b.load(b'200 g rice\n1 unobtainium\n'); assert b.missed == ['1 unobtainium']
    b.undo(); assert b.missed == []
    b.load(b'200 g rice\n1 unobtainium\n'); b.add('salt'); assert b.missed == []
    b.undo().undo(); b.load(b'200 g rice\n1 unobtainium\n')
    with pytest.raises(InputError): b.add('unobtainium')
    assert b.missed, 'nothing has changed'
    f = Builder(); f.load(b'200 g rice\n1 unobtainium\n'); assert 'unobtainium' in f.missed.value
    f.back.click(); assert f.missed.value == ''

def test_suggestions_are_what_the_settings_leave():
    names = 'flour, butter, sugar'; p = lambda **kw: [s.probability for s in Bowl(names, **kw).suggestions(2000)]
    assert sum(p()) == pytest.approx(1, abs=1e-4) and len(p(top_k=3, top_p=1.)) == 3 and len(p(temperature=0)) == 1
    assert p(temperature=.5)[0] > p()[0] > p(temperature=2.)[0]
    assert [s.name for s in Bowl(names).suggestions(5)] == [n for n,_ in Bowl(names).gen.complete(names, n=5)]
    assert all(s.reason for s in Bowl(names).suggestions()+Bowl().suggestions())

def test_search_knows_names_aliases_and_slips():
    b = Bowl('salt'); first = lambda text: b.search(text)[0]
    assert first('garbanzo')[:2] == ('chickpea','garbanzo') and first('aubergine').name == 'eggplant' and first('chick').name.startswith('chick') and first('coriandr').name.startswith('coriander')
    assert first('salt').why == 'in the bowl' and b.search('  ') == [] and len(b.search('a', 5)) == 5

def test_a_vote_is_a_line(tmp_path):
    b = Bowl(HUMMUS, votes=tmp_path/'new'/'votes.jsonl', diet='vegan'); b.vote(True); b.vote(False, b.variants(1)[0])
    lines = [json.loads(l) for l in b.votes.read_text().splitlines()]
    assert [l['vote'] for l in lines] == ['up','down'] and lines[0]['recipe']['ingredients'][0]['name'] == 'chickpea' and lines[0]['model'] == b.gen.model and lines[0]['diet'] == 'vegan' and lines[0]['time']
    (tmp_path/'file').write_text('')
    with pytest.raises(InputError, match='cannot be written'): Bowl(HUMMUS, votes=tmp_path/'file'/'votes.jsonl').vote(True)

# The face, without a browser

def test_a_click_is_answered(tmp_path):
    f = Builder('flour, butter', votes=tmp_path/'votes.jsonl'); seen = lambda: [r for r in f.rows if r.widget.layout.display is None]
    name = f.nets[0].name; f.sugg[0][0].click(); assert f.bowl.names[-1] == name and len(seen()) == 3 and name in f.said.value
    f.back.click(); assert f.bowl.names == ['flour','butter'] and not f.forth.disabled
    f.rows[0].grams.value = 500; assert f.bowl.locks == {'flour': 500} and f.rows[0].lock.description == 'Unlock'
    f.rows[0].lock.click(); assert not f.bowl.locks
    f.rows[1].swap.click(); to = f.rows[1].options[0]; f.rows[1].choices[0].click(); assert f.bowl.names[1] == to
    f.diet.value = 'vegan'; assert f.bowl.state.diet == 'vegan'
    for n in f.bowl.breaks(): assert 'not vegan' in f.rows[1].name.value; f.swap(n)
    f.never['milk'].value = True; assert f.bowl.state.without == ('milk',)
    f.top_p.value = .5; f.least.value = 6; assert f.bowl.state.top_p == .5 and f.bowl.state.size == (6,16)
    f.box.value = 'butter'; assert any(o.disabled and 'not vegan' in o.description for o in f.found)
    f.whole.value = 'batch'; assert f.bowl.state.whole[0] == 'batch'; f.amount.value = 300; assert f.bowl.state.whole[2] == 300
    f.whole.value = 'grams'; f.amount.value = 700; assert abs(f.bowl.recipe.total_grams-700) < 1e-3
    f.three.click(); assert len(f.options) == 3; f.cards[0][1].children[1].children[0].click(); assert len(f.bowl) >= 6
    f.up.click(); assert 'votes.jsonl' in f.said.value
    f.folds['out'].button.click(); f.form.value = 'csv'; assert f.text.value.count('\n') >= 6 and 'download=' in f.link.value
    f.paste.value = f.text.value; names = f.bowl.names; f.empty.click(); assert not len(f.bowl); f.load(f.paste.value); assert set(f.bowl.names) == set(names)
    f.upload.value = ({'name':'a.txt', 'type':'text/plain', 'size':9, 'content':memoryview(b'200 g rice\n1 onion\n'), 'last_modified':datetime.now()},); assert set(f.bowl.names) == {'rice','onion'} and f.upload.value == ()
    f.lock('rice', 1e9); assert 'rg-bad' in f.said.value and f.bowl.locks['rice'] == 200

ENTERED = [ # already in, diet, typed -> put in, said, left in the box
    ('', 'vegan', 'milk', {}, 'milk: not vegan', 'milk'), ('', 'vegan', 'egg', {}, 'egg: not vegan', 'egg'), ('salt', None, 'salt', {}, 'salt: is in the bowl already', 'salt'), ('', None, 'unobtainium', {}, 'unknown ingredient', 'unobtainium'),
    ('', None, 'butter=125', {'butter': 125}, 'butter is in', ''), ('', None, 'flour, egg', {'flour': None, 'egg': None}, 'flour and egg are in', ''), ('', None, 'garbanzo', {'chickpea': None}, 'chickpea is in', ''), ('', None, 'gar', {'garlic': None}, 'garlic is in', ''), ('', None, 'gar=10', {'garlic': 10}, 'garlic is in', ''),
    ('', 'vegan', 'flour, milk, , unobtainium, salt=5', {'flour': None, 'salt': 5}, 'flour and salt are in', 'milk, unobtainium'), ('', None, 'butter=much', {}, 'not a number', 'butter=much'), ('', None, 'coriandr', {}, 'unknown ingredient', 'coriandr'), ('', None, 'tomatoes, canned', {'canned tomato': None}, 'canned tomato is in', ''), ('', None, ' , ', {}, '', ' , ')]

@pytest.mark.parametrize('start,diet,text,put,said,left', ENTERED, ids=[o[2] for o in ENTERED])
def test_enter_takes_what_was_named(start, diet, text, put, said, left):
    f = Builder(start, diet=diet); have = dict(f.bowl.state.items); f.box.value = text; f.enter(text)
    assert dict(f.bowl.state.items) == have | put and said in f.said.value and f.box.value == left
    assert ('rg-bad' in f.said.value) == bool(left.strip(' ,'))

def test_substitutes_are_of_the_row_they_are_shown_in():
    opened = lambda f: [r.name.value for r in f.rows[:len(f.bowl)] if r.panel.layout.display is None]
    f = Builder('flour, butter, egg'); f.rows[1].swap.click(); assert len(opened(f)) == 1 and f.rows[1].options and f.open == 'butter'
    f.rows[0].drop.click(); assert opened(f) == [] and f.open is None # butter is in another row now
    f.back.click(); assert opened(f) == []
    f.rows[1].swap.click(); assert f.open == 'butter'; f.diet.value = 'vegan'; assert opened(f) == [], 'these were asked for under no diet'
    f.rows[1].swap.click(); assert all('vegan' in table()[o].diets for o in f.rows[1].options)
    f.bowl.undo(); f.show(); assert opened(f) == [], 'by whatever way the bowl has changed'

def test_pasted_text_is_text(tmp_path):
    own = tmp_path/'own.txt'; own.write_text('200 g rice\n'); f = Builder()
    load = next(o for o in f.folds['out'].body.children[0].children[1].children[0].children if getattr(o, 'description', '') == 'Load this')
    for text in (str(own), 'own.txt', str(tmp_path)): f.paste.value = text; load.click(); assert not len(f.bowl) and 'rg-bad' in f.said.value and 'no such file' not in f.said.value
    f.paste.value = '200 g rice'; load.click(); assert f.bowl.names == ['rice']
    f.load(own); assert f.bowl.names == ['rice'] # who writes Python names a file

def test_no_click_loads_torch_or_pandas():
    code = '''import sys; from recipegen.builder import Builder; f = Builder('flour, butter, egg')
f.sugg[0][0].click(); f.swaps('butter'); f.variants(); f.take(0); [x.toggle() for x in f.folds.values()]; f.search('choclate'); f.load(f.export('jsonld'))
print([m for m in ('torch','pandas','matplotlib') if m in sys.modules])'''
    assert subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True, timeout=120, env=clean_env()).stdout.strip() == '[]'

def test_serve_tells_what_is_wrong(monkeypatch, tmp_path):
    with pytest.raises(InputError, match='port 0'): serve(0)
    with pytest.raises(InputError): serve(free(), False, tmp_path/'missing.json')
    with socket.socket() as o:
        o.bind(('localhost', 0)); o.listen()
        with pytest.raises(InputError, match='listens there already'): serve(o.getsockname()[1], False)
    monkeypatch.setitem(sys.modules, 'voila.app', None)
    with pytest.raises(InputError, match=r'pip install "recipegen\[builder\]"'): serve()

def test_serve_lets_in_ingredients_of_ones_own(tmp_path):
    (tmp_path/'own.csv').write_text('name,protein,fat,carbohydrate,diets,allergens\nduckweed flour,45,5,30,vegan,none\n'); (tmp_path/'recipe.txt').write_text('200 g duckweed flour\n100 g water\n')
    code = f"""import json,sys,types; o = sys.modules['voila.app'] = types.ModuleType('voila.app'); sys.modules['voila'] = types.ModuleType('voila')
import subprocess
class Voila:
    def launch_instance(a): print(subprocess.run([sys.executable, '-c', json.load(open(a[0]))['cells'][0]['source'].replace('\\nBuilder(', '\\nf = Builder(')+'\\nprint(f.bowl.names)'], capture_output=True, text=True))
o.Voila = Voila
from recipegen.builder import serve
serve({free()}, False, {str(tmp_path/'recipe.txt')!r}, ingredients=[{str(tmp_path/'own.csv')!r}])"""
    got = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, timeout=120, env=clean_env()); assert "['duckweed flour', 'water']" in got.stdout, got.stdout+got.stderr
    with pytest.raises(InputError, match='missing.csv'): serve(free(), False, ingredients=tmp_path/'missing.csv')

# With one

def free():
    with socket.socket() as o: o.bind(('127.0.0.1', 0)); return o.getsockname()[1]

def browse(cmd, url, where, shots, tmp, ready, env=None):
    "What a browser saw of what `cmd` serves"
    browser = next(filter(None, map(shutil.which, ('chromium','chromium-browser','google-chrome'))), None)
    if not browser or not shutil.which('node') or not (ROOT/'node_modules'/'axe-core').exists(): pytest.fail('no browser, node, playwright-core or axe-core: run make test')
    env = clean_env(HOME=str(tmp), OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1', JUPYTER_CONFIG_DIR=str(tmp/'config'), JUPYTER_RUNTIME_DIR=str(tmp/'runtime'), **env or {}); log = open(tmp/'server.log', 'w')
    server = subprocess.Popen([str(o) for o in cmd], cwd=tmp, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.time()+60
        while time.time() < end:
            try: urlopen(ready, timeout=5).read(); break
            except OSError as e:
                if getattr(e, 'code', 0): break # it answers
                assert server.poll() is None, (tmp/'server.log').read_text(); time.sleep(.2)
        res = subprocess.run(['node', ROOT/'tests'/'builder.mjs', browser, where, url, shots], capture_output=True, text=True, timeout=120, env=clean_env())
        assert res.returncode == 0, res.stderr+(tmp/'server.log').read_text()[-2000:]
        seen = json.loads(res.stdout); print(f'{where}:', json.dumps(seen['times']))
        return seen
    finally:
        log.close()
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try: os.killpg(server.pid, sign); server.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired): continue

@pytest.fixture(scope='module')
def shots(tmp_path_factory):
    "Pictures go into the folder that BUILDER_SHOTS names"
    to = Path(os.environ.get('BUILDER_SHOTS') or tmp_path_factory.mktemp('shots')).resolve(); to.mkdir(parents=True, exist_ok=True)
    return to

@pytest.fixture(scope='module')
def voila(tmp_path_factory, shots):
    "The whole scenario, in the page that `recipegen builder` shows"
    tmp,port = tmp_path_factory.mktemp('voila'),free()
    return browse([sys.executable, '-m', 'recipegen.cli', 'builder', '--port', port, '--no-browser'], f'http://localhost:{port}/', 'voila', shots, tmp, f'http://localhost:{port}/voila/static/') | dict(home=tmp)

weights = lambda rows: {r['name']: r['grams'] for r in rows}

def test_seven_vegan_ingredients(voila):
    assert len(voila['seven']) == 7 and [r['name'] for r in voila['seven'][:3]] == ['chickpea','eggplant','garlic']
    assert all('vegan' in table()[r['name']].diets for r in voila['seven']) and voila['butter'], 'butter is shown, and cannot be added'
    assert voila['refused'] == ['butt', ['chickpea','eggplant']]
    assert abs(sum(weights(voila['seven']).values())-900) < 5

def test_a_weight_is_locked_and_one_is_swapped(voila):
    assert weights(voila['locked'])['chickpea'] == 400 and [r['name'] for r in voila['locked'] if r['locked']] == ['chickpea']
    new = {r['name'] for r in voila['swapped']}-{r['name'] for r in voila['seven']}
    assert len(new) == 1 and 'eggplant' not in weights(voila['swapped']) and 'vegan' in table()[new.pop()].diets and weights(voila['swapped'])['chickpea'] == 400
    assert voila['undone'] == voila['locked'] and voila['redone'] == voila['swapped']

def test_variants_keep_what_is_in(voila):
    have = set(weights(voila['redone']))
    assert len(voila['variants']) == 3 == len({frozenset(v) for v in voila['variants']}) and all(have < set(v) and all('vegan' in table()[n].diets for n in v) for v in voila['variants'])

def test_exported_text_comes_back(voila):
    o = json.loads(voila['exported']); assert o['@type'] == 'Recipe' and o['name'] == 'Chickpea pan' and len(o['recipeIngredient']) == 7 and voila['download'] == 'chickpea-pan.jsonld'
    a,b = weights(voila['before']),weights(voila['loaded']); assert a.keys() == b.keys() and all(abs(a[n]-b[n]) <= max(.5, .01*a[n]) for n in a)
    assert all(r['locked'] for r in voila['loaded']) and '7 ingredients loaded from jsonld' in voila['status']
    line, = (voila['home']/'.recipegen'/'votes.jsonl').read_text().splitlines(); assert json.loads(line)['vote'] == 'up'

def test_nothing_is_asked_of_other_servers(voila): assert voila['outside'] == [] and voila['said'] == []

def test_axe_finds_nothing_serious(voila): assert [v for v in voila['axe'] if v['impact'] in ('serious','critical')] == []

def test_it_fits_a_phone(voila): assert voila['wide']['page'] <= 390 and voila['wide']['parts'] == []

def test_clicks_are_answered_soon(voila):
    "Only a guard: the machine of a test is busy"
    ms = voila['clicks']; print(f'from click to the last change of the page: median {np.median(ms):.0f} ms, 90 % below {np.quantile(ms, .9):.0f} ms, of {len(ms)}')
    assert np.median(ms) < 1500 and all(t['ms'] < 30_000 for t in voila['times'])

def test_jupyterlab_runs_it(tmp_path_factory, shots):
    tmp,port = tmp_path_factory.mktemp('lab'),free(); shutil.copy(ROOT/'nbs'/'16_builder.ipynb', tmp)
    cmd = [sys.executable, '-m', 'jupyterlab', '--no-browser', '--allow-root', f'--port={port}', '--IdentityProvider.token=', '--expose-app-in-browser', f'--ServerApp.root_dir={tmp}', '--LabApp.news_url=None', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate']
    seen = browse(cmd, f'http://localhost:{port}/lab/tree/16_builder.ipynb', 'lab', shots, tmp, f'http://localhost:{port}/api')
    assert [r['name'] for r in seen['first']] == ['chickpea','garlic'] and len(seen['then']) == 3
