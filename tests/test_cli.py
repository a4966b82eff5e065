"The command: what it answers, and what it says when it cannot"
import gzip,json,os,re,shutil,signal,subprocess,sys,time
from pathlib import Path
import numpy as np, pytest
from recipegen.cli import main
from recipegen.generator import RecipeGenerator,load_weights
from recipegen.ingredients import table
from recipegen.recipes import Corpus

SHIPPED = Path(sys.modules['recipegen.generator'].__file__).parent/'weights'
ENV = {k:v for k,v in os.environ.items() if k != 'IN_TEST'} | dict(OMP_NUM_THREADS='1')
script = Path(sys.executable).parent/'recipegen'
CMD = [str(script)] if script.exists() else [sys.executable,'-m','recipegen.cli']

def run(*args, **kw): return subprocess.run([*CMD, *map(str, args)], capture_output=True, text=True, env=ENV, timeout=300, **kw)

@pytest.fixture
def answer(capsys, tmp_path, monkeypatch):
    "Standard output of a call that succeeds"
    monkeypatch.chdir(tmp_path)
    def call(*args):
        status = main(list(map(str, args))); out,err = capsys.readouterr()
        assert status == 0, err
        call.err = err
        return out
    return call

@pytest.fixture
def refused(capsys, tmp_path, monkeypatch):
    "A call is refused in one line that holds `words`, and leaves nothing behind"
    monkeypatch.chdir(tmp_path)
    def call(args, *words):
        files = lambda: {p: p.stat().st_mtime_ns for p in tmp_path.rglob('*')}
        before = files(); status = main(list(map(str, args))); out,err = capsys.readouterr()
        assert status == 2 and out == '' and files() == before
        assert re.fullmatch(r'recipegen[^\n]+\n', err), err
        for w in words: assert str(w) in err, err
    return call

@pytest.fixture(scope='session')
def corpus(tmp_path_factory):
    "A corpus of 150 small recipes of twenty ingredients"
    rng = np.random.default_rng(0); pool = [table()[n].id for n in 'flour sugar butter egg milk salt onion garlic rice chicken water olive basil tomato carrot celery honey lemon potato yogurt'.split()]
    rows = [dict(ids=rng.choice(pool, n, replace=False), grams=rng.lognormal(4, 1, n), how=[0]*n, title=f'number {i}') for i,n in enumerate(rng.integers(3, 8, 150))]
    Corpus.of(rows, dict(read=150, left_out={})).save(to := tmp_path_factory.mktemp('corpora')/'small')
    return to

# What it answers

def test_generate_text(answer):
    text = answer('generate', '--seed', 1)
    assert 'total' in text and 'kcal' in text and re.search(r'\d g +\d+\.\d %', text)
    assert text == answer('generate', '--seed', 1) != answer('generate', '--seed', 2)

def test_generate_json_is_the_recipe_of_the_contract(answer):
    r = json.loads(answer('generate', '--format', 'json', '--seed', 3))
    assert {'ingredients','total_grams','servings','nutrition','log_prob','model','seed'} <= r.keys()
    assert all({'name','grams','share','low','high','household'} == o.keys() and o['low'] <= o['grams'] <= o['high'] for o in r['ingredients'])
    assert abs(sum(o['share'] for o in r['ingredients'])-1) < 1e-3 and r['total_grams'] == 1000 and r['seed'] == 3
    assert r == RecipeGenerator.load().generate(seed=3)[0].to_dict()

def test_generate_n_is_a_list_of_n(answer):
    for n in 1,3: assert len(json.loads(answer('generate', '--n', n, '--format', 'json'))) == n
    assert answer('generate', '--n', 3).count('Recipe ') == 3

def test_a_list_goes_out_in_pieces_as_if_in_one(answer, tmp_path):
    rs = [r.to_dict() for r in RecipeGenerator.load().generate(n=20, seed=4)]; asked = ['generate','--n',20,'--seed',4]
    assert answer(*asked, '--format', 'json') == json.dumps(rs, indent=1, ensure_ascii=False)+'\n'
    assert [json.loads(l) for l in answer(*asked, '--format', 'jsonl').splitlines()] == rs
    for name in 'r.json','R.JSONL','r.txt': assert answer(*asked, '--out', name) == '' # the end of the name tells
    assert (tmp_path/'r.json').read_text(encoding='utf-8') == answer(*asked, '--format', 'json') and (tmp_path/'R.JSONL').read_text(encoding='utf-8') == answer(*asked, '--format', 'jsonl') and (tmp_path/'r.txt').read_text(encoding='utf-8') == answer(*asked)
    assert json.loads(answer('generate', '--format', 'jsonl', '--seed', 4)) == rs[0]

def test_generate_parquet(answer, tmp_path, monkeypatch):
    import pyarrow.parquet as pq, recipegen.cli
    monkeypatch.setattr(recipegen.cli._parquet, '__defaults__', (512,)) # more than one group of rows
    answer('generate', '--n', 1100, '--servings', 2, '--out', 'r.parquet'); t = pq.read_table(tmp_path/'r.parquet')
    assert t.column_names == ['recipe','ingredients','grams','low','high','total_grams','servings','log_prob','model','seed'] and pq.ParquetFile(tmp_path/'r.parquet').num_row_groups == 3
    assert t['recipe'].to_pylist() == list(range(1, 1101)) and os.listdir(tmp_path) == ['r.parquet']
    for r,o in zip(RecipeGenerator.load().generate(n=1100, servings=2), t.to_pylist(), strict=True):
        assert o['ingredients'] == r.names and o['servings'] == 2 and (o['log_prob'], o['model'], o['seed']) == (r.log_prob, r.model, 0) and abs(sum(o['grams'])-o['total_grams']) < 1e-2 and all(o[k] == np.float32(getattr(r, k)).tolist() for k in ('grams','low','high'))
    answer('generate', '--n', 30, '--format', 'parquet', '--out', 'few'); few = pq.read_table(tmp_path/'few'); assert len(few) == 30
    whole = subprocess.run(f'{" ".join(CMD)} generate --n 30 --format parquet --out /dev/stdout | cat', shell=True, capture_output=True, env=ENV).stdout; assert whole == (tmp_path/'few').read_bytes() # a pipe cannot go back, and need not

def test_engines(answer):
    get = lambda *a, n=80: json.loads(answer('generate', '--n', n, '--include', 'flour, butter=100', '--format', 'json', *a))
    rs = {e: get('--engine', e) for e in ('auto','float','int8','numpy')}; assert rs['auto'] == get()
    more = get(n=600); assert more[:80] == rs['auto'] and more[:580] == get(n=580) # to the bit, past the border at 64 and past the first wave, which ends at 576
    names = {e: [[o['name'] for o in r['ingredients']] for r in x] for e,x in rs.items()}
    assert rs['auto'][:64] == rs['numpy'][:64] and sum(a == b for a,b in zip(names['float'], names['numpy'])) >= 76 and all({'flour','butter'} <= set(n) for x in names.values() for n in x)
    for e in 'float','int8','numpy':
        near = {s['name']: s['probability'] for s in json.loads(answer('complete', '--include', 'flour, butter', '--engine', e, '--format', 'json'))['suggestions']}
        assert near.keys() >= {'egg','sugar'} and '125 g' in answer('quantify', '--include', 'flour, butter=125', '--engine', e)

def test_beams(answer):
    rs = json.loads(answer('generate', '--beams', 6, '--n', 4, '--include', 'flour, egg', '--format', 'json')); p = [r['log_prob']/(len(r['ingredients'])-1) for r in rs] # a step for each that was added, and one for the end
    assert len({frozenset(o['name'] for o in r['ingredients']) for r in rs}) == 4 and p == sorted(p, reverse=True) and all({'flour','egg'} <= {o['name'] for o in r['ingredients']} for r in rs)
    assert rs == [r.to_dict() for r in RecipeGenerator.load().generate(include='flour, egg', n=4, beams=6)]
    assert answer('generate', '--beams', 3) == answer('generate', '--beams', 3, '--seed', 9) and answer('generate', '--beams', 3, '--n', 2).startswith('Recipe 1 of 2\n')

def test_generate_keeps_to_what_is_asked(answer):
    ok = table().allowed('vegetarian', ['gluten'])
    rs = json.loads(answer('generate', '--include', 'scallions, butter=50', '--exclude', 'salt,black pepper', '--diet', 'vegetarian', '--without', 'gluten', '--n', 20,
                           '--servings', 4, '--min_size', 5, '--max_size', 7, '--temperature', 1.3, '--top_p', 1, '--format', 'json'))
    for r in rs:
        names = {o['name']: o for o in r['ingredients']}
        assert 5 <= len(names) <= 7 and {'green onion','butter'} <= names.keys() and not {'salt','black pepper'} & names.keys() and all(ok[table()[n].id] for n in names)
        assert names['butter']['grams'] == 50 and r['servings'] == 4 and abs(r['total_grams']-900) < .2

def test_include_may_be_said_twice(answer):
    assert answer('complete', '--include', 'flour', '--include', 'butter') == answer('complete', '--include', 'flour, butter')

def test_dashes_and_underscores(answer):
    assert answer('generate', '--min-size', 6, '--top-k=20', '--min-p', .01) == answer('generate', '--min_size', 6, '--top_k=20', '--min_p', .01)

def test_greedy_filters_agree(answer):
    assert answer('generate', '--temperature', 0) == answer('generate', '--top_k', 1)

def test_complete(answer):
    text = answer('complete', '--include', 'flour, butter, sugar', '--n', 4)
    o = json.loads(answer('complete', '--include', 'flour, butter, sugar', '--n', 4, '--format', 'json'))
    assert o['include'] == ['flour','butter','sugar'] and len(o['suggestions']) == 4
    assert [l.rsplit(maxsplit=2)[0].strip() for l in text.splitlines()] == [s['name'] for s in o['suggestions']]
    assert (p := [s['probability'] for s in o['suggestions']]) == sorted(p, reverse=True)
    vegan = json.loads(answer('complete', '--include', 'flour', '--diet', 'vegan', '--n', 50, '--format', 'json'))['suggestions']
    assert all('vegan' in table()[s['name']].diets for s in vegan)

def test_quantify(answer):
    r = json.loads(answer('quantify', '--include', 'flour, butter=125, sugar, egg', '--grams', 500, '--format', 'json'))
    assert [o['name'] for o in r['ingredients']] == ['flour','butter','sugar','egg'] and r['total_grams'] == 500 and r['ingredients'][1]['grams'] == 125
    assert json.loads(answer('quantify', '--include', 'flour, egg', '--format', 'json'))['total_grams'] == 100
    assert ' to ' in answer('quantify', '--include', 'flour, egg')

def test_draws(answer):
    get = lambda *a: json.loads(answer('quantify', '--include', 'flour, butter=125, sugar, egg, milk', '--draws', 20, '--format', 'json', *a))
    rs = get(); assert len(rs) == 20 and len({r['total_grams'] for r in rs}) == 20 and all(r['ingredients'][1]['grams'] == 125 for r in rs) and rs == get() != get('--seed', 1)
    assert all(abs(r['total_grams']-700) < .1 and r['ingredients'][1]['grams'] == 125 for r in get('--grams', 700))
    for r in get('--nutrition', 'sugars_g=:15, protein_g=5:8'): per = 100/r['total_grams']; assert r['nutrition']['sugars_g']*per < 15.1 and 4.9 < r['nutrition']['protein_g']*per < 8.1

def test_quantify_servings_and_batch(answer):
    get = lambda *a: json.loads(answer('quantify', '--include', 'flour, butter=125, sugar, egg', '--format', 'json', *a))
    r = get('--servings', 4); assert r['servings'] == 4 and r['total_grams'] == 900 and abs(r['nutrition_per_serving']['energy_kcal']-r['nutrition']['energy_kcal']/4) < .01
    r = get('--batch', 'flour=500'); w = {o['name']: o for o in r['ingredients']}; assert w['flour']['grams'] == w['flour']['low'] == w['flour']['high'] == 500 and w['butter']['grams'] == 125 and w['sugar']['low'] < w['sugar']['high']
    assert get('--batch', 'AP flour=500') == r and get('--batch', 'butter=125') == get() # by any name; a weight that is locked already
    one,two = (json.loads(answer('quantify', '--include', 'flour, butter, sugar', '--format', 'json', '--batch', f'flour={g}'))['ingredients'] for g in (200,400))
    assert all(abs(2*a['grams']-b['grams']) < .02 for a,b in zip(one, two)) # the whole recipe follows
    assert {o['name']: o['grams'] for o in json.loads(answer('generate', '--batch', 'flour=500', '--seed', 2, '--format', 'json'))['ingredients']}['flour'] == 500

def test_quantify_in_the_kitchen(answer):
    r = json.loads(answer('quantify', '--include', 'egg=150, flour=343, baking powder=6.9, ground beef=500, tomato=123', '--bakers', '--format', 'json'))['ingredients']
    assert [o['household'] for o in r] == ['3 eggs','2 3/4 cups','1 1/2 tsp',None,'1 tomato'] and [o['bakers_percent'] for o in r][:2] == [43.73,100]
    text = answer('quantify', '--include', 'egg=150, flour=343, sugar', '--bakers')
    assert re.search(r'flour +345 g +[\d.]+ % +100\.0 % +2 3/4 cups\n', text) and '3 eggs' in text and '% of the flour' in text

MANY = 'flour, butter=125, sugar\n\n["egg", "flour", "butter=125"]\n{"title": "Soup", "include": {"leek": null, "butter": 125, "crème fraîche": null}}\n  butter\n'

def test_quantify_lists(answer, tmp_path):
    (tmp_path/'lists.txt').write_text(MANY, encoding='utf-8')
    rs = [json.loads(l) for l in answer('quantify', '--lists', 'lists.txt', '--format', 'json').splitlines()]
    assert [[o['name'] for o in r['ingredients']] for r in rs] == [['flour','butter','sugar'],['egg','flour','butter'],['leek','butter','creme fraiche'],['butter']] and rs[2]['title'] == 'Soup' and 'title' not in rs[0]
    alone = json.loads(answer('quantify', '--include', 'flour, butter=125, sugar', '--format', 'json'))
    for a,b in zip(rs[0]['ingredients'], alone['ingredients']): assert a['name'] == b['name'] and all(abs(a[k]-b[k]) < .02 for k in ('grams','low','high')) # whatever the batch
    text = answer('quantify', '--lists', 'lists.txt', '--batch', 'butter=125', '--bakers')
    assert text.startswith('Recipe 1 of 4\n') and '\n\nRecipe 2 of 4\n' in text and '\n\nSoup\n' in text and text.count('% of the flour') == 2
    assert {o['bakers_percent'] for o in json.loads(answer('quantify', '--lists', 'lists.txt', '--bakers', '--format', 'json').splitlines()[2])['ingredients']} == {None}

def test_quantify_lists_from_standard_input():
    r = run('quantify','--lists','-','--grams',300,'--format','json', input='\ufeffflour, egg\r\nflour, milk\r\n'); assert r.returncode == 0 and [json.loads(l)['total_grams'] for l in r.stdout.splitlines()] == [300,300]
    r = run('quantify','--lists','-', input='flour, egg\n\nflour, moondust'); assert r.returncode == 2 and r.stdout == '' and re.fullmatch(r'recipegen quantify: standard input, line 3: unknown ingredient "moondust"[^\n]*\n', r.stderr)

LINES = '1½ cups (180 g) flour\n\nsalt and pepper to taste\n3 tbsp unobtainium\n'

def test_parse(answer, tmp_path):
    (tmp_path/'lines.txt').write_text('\ufeff'+LINES, encoding='utf-8')
    rows = answer('parse', 'lines.txt').splitlines()
    assert re.match(r'flour +180 g +mass +1½ cups', rows[0]) and len(rows) == 4 and 'unmatched' in rows[3]
    assert answer.err == '1 of 3 lines name no known ingredient:\n  line 4: 3 tbsp unobtainium\n'
    o = json.loads(answer('parse', 'lines.txt', '--format', 'json'))
    assert [(i['line'],i['ingredient'],i['grams']) for i in o['items']] == [(1,'flour',180),(3,'salt',None),(3,'black pepper',None),(4,None,None)] and (o['lines'],o['unmatched']) == (3,1)

# Forms, and the three commands between cook and model

def test_formats(answer, tmp_path):
    from recipegen.formats import read_recipe,write_recipe
    r = RecipeGenerator.load().generate(include='flour, egg', servings=4., seed=6)[0]; asked = ['generate','--include','flour, egg','--servings',4,'--seed',6]
    for form,end in dict(text='txt', json='json', jsonld='jsonld', cooklang='cook', csv='CSV').items():
        assert answer(*asked, '--format', form) == write_recipe(r, form) and answer(*asked, '--out', f'r.{end}') == '' and (tmp_path/f'r.{end}').read_text(encoding='utf-8') == write_recipe(r, form)
        b = read_recipe(tmp_path/f'r.{end}'); assert b.form == form and set(b.recipe.names) == set(r.names) and b.recipe.servings == 4
    assert [o['@type'] for o in json.loads(answer('generate', '--n', 3, '--format', 'jsonld'))] == ['Recipe']*3 and len(json.loads(answer('generate', '--n', 1, '--format', 'jsonld'))) == 1
    assert answer('generate', '--n', 3, '--format', 'cooklang').count('title: ') == 3 and answer('generate', '--n', 3, '--format', 'csv').count('recipe,ingredient') == 1
    q = answer('quantify', '--include', 'flour, butter=125', '--out', 'q.cook'); assert '@butter{125%g} (1/2 cup)' in (tmp_path/'q.cook').read_text()
    (tmp_path/'l.txt').write_text('{"title": "Soup", "include": "leek=300, potato"}\negg, flour\n'); text = answer('quantify', '--lists', 'l.txt', '--format', 'csv'); assert '1. Soup,leek,300,' in text and '\n2. ' in text and len(json.loads(answer('quantify', '--lists', 'l.txt', '--format', 'jsonld'))) == 2
    assert len(json.loads(answer('quantify', '--include', 'flour, egg', '--draws', 3, '--format', 'jsonld'))) == 3

def test_parse_of_a_recipe_file(answer, tmp_path):
    answer('quantify', '--include', 'flour=250, butter=125, sugar', '--servings', 4, '--out', 'r.cook'); assert re.search(r'flour +250 g +mass +250 g flour\n', answer('parse', 'r.cook'))
    (tmp_path/'p.html').write_text('<html><script type="application/ld+json">[{"@type": "Recipe", "name": "Toast", "recipeYield": "2", "recipeIngredient": ["2 slices bread", "a handful of stardust"]}, {"@type": "Recipe", "recipeIngredient": ["1 egg"]}]</script></html>')
    text = answer('parse', 'p.html'); assert text.startswith('bread ') and 'unmatched' in text and answer.err == 'p.html: 1 more in it; the first was read\n1 of 2 lines name no known ingredient:\n  line 2: a handful of stardust\n'
    o = json.loads(answer('parse', 'p.html', '--format', 'json')); assert (o['title'], o['servings'], o['lines'], o['unmatched']) == ('Toast', 2, 2, 1)

def test_substitute(answer, tmp_path):
    asked = ['substitute','--include','flour=250, butter=125, sugar, egg','--replace','butter']
    o = json.loads(answer(*asked, '--without', 'milk', '--n', 4, '--format', 'json')); got = o['substitutes']; assert o['replace'] == 'butter' and len(got) == 4 and [s['score'] for s in got] == sorted((s['score'] for s in got), reverse=True)
    for s in got: w = {i['name']: i['grams'] for i in s['recipe']['ingredients']}; assert w['flour'] == 250 and s['name'] in w and 'butter' not in w and 'milk' not in table()[s['name']].allergens
    text = answer(*asked, '--without', 'milk', '--n', 4); assert [l.split('  ')[0] for l in text.splitlines()[:4]] == [s['name'] for s in got] and f'\nWith {got[0]["name"]}\n' in text
    vegan = json.loads(answer('substitute', '--include', 'flour, sugar, egg', '--replace', 'eggs', '--diet', 'vegan', '--servings', 2, '--format', 'json'))['substitutes']; assert len(vegan) == 5 and all('vegan' in table()[s['name']].diets and abs(s['recipe']['total_grams']-450) < .2 for s in vegan)

def test_explain(answer, corpus, monkeypatch):
    asked = ['explain','--include','flour, butter, sugar','--add','eggs']
    o = json.loads(answer(*asked, '--quick', '--format', 'json')); assert o['name'] == 'egg' and o['rank'] == 1 and {n for n,_ in o['because']} == {'flour','butter','sugar'} and o['components'] == [] and answer.err == ''
    assert o['probability'] == pytest.approx(json.loads(answer('complete', '--include', 'flour, butter, sugar', '--n', 1, '--format', 'json'))['suggestions'][0]['probability'], abs=1e-5)
    assert 'recipes hold it' in answer(*asked, '--quick') and ' of 150 recipes' in answer(*asked, '--quick', '--corpus', corpus)
    assert answer('explain', '--add', 'egg', '--quick').startswith('egg to an empty bowl')
    import importlib.util as u; real = u.find_spec; monkeypatch.setattr(u, 'find_spec', lambda n, *a: None if n == 'captum' else real(n, *a))
    assert answer(*asked) == answer(*asked, '--quick') and (answer(*asked), answer.err)[1] == 'the components are left out: captum is not installed; pip install "recipegen[explain]"\n'

def test_explain_down_to_the_components(answer):
    o = json.loads(answer('explain', '--include', 'flour, butter', '--add', 'egg', '--format', 'json')); assert o['components'] and o['completeness'] < .01 and answer.err == ''

def test_builder_is_served(answer, tmp_path, monkeypatch):
    import recipegen.builder
    real = recipegen.builder.serve; asked = []; monkeypatch.setattr(recipegen.builder, 'serve', lambda *a, **kw: asked.append((*a, *kw.values()))); (tmp_path/'r.cook').write_text('Boil @rice{100%g}.')
    assert answer('builder') == answer('builder', 'r.cook', '--port', 9999, '--no-browser') == '' and asked == [(8866, True, None, None, []), (9999, False, Path('r.cook'), None, [])]
    (tmp_path/'own.csv').write_text('name,fat\nmoon Oil,99\n'); (tmp_path/'m.cook').write_text('Pour @moon oil{100%g}.'); before = len(table())
    assert answer('builder', 'm.cook', '--ingredients', 'own.csv') == '' and asked[2:] == [(8866, True, Path('m.cook'), None, ['own.csv'])] and len(table()) == before # the page is a process of its own, and adds them there
    import inspect; assert list(inspect.signature(real).parameters) == ['port','open_browser','recipe','weights','ingredients']

def test_builder_refuses_what_is_no_recipe(tmp_path, refused):
    (tmp_path/'x.cook').write_text('Nothing goes in.'); refused(['builder','x.cook'], 'x.cook', 'no known ingredient')

@pytest.mark.parametrize('args', [['builder','--temperature','1'],['builder','--ingrediens','x'],['parse','--corpus','x','y'],['evaluate','--task','completion','--include','egg'],['quantify','--temperature','3']])
def test_only_options_of_that_command_are_suggested(args, capsys):
    assert main(args) == 2; err = capsys.readouterr().err; assert re.fullmatch(rf'recipegen {args[0]}: unrecognized arguments: [^\n]+; see recipegen {args[0]} --help\n', err), err
    said = re.search(r'did you mean --(\w+)', err); assert (said and said[1]) == ('ingredients' if '--ingrediens' in args else None), err

def test_parse_of_what_only_its_writer_knows(answer, tmp_path):
    (tmp_path/'r.csv').write_text('recipe,ingredient,grams\nBread,cricket flour,46\nBread,egg,50\n'); rows = answer('parse', 'r.csv').splitlines()
    assert rows[0].startswith('-  ') and 'unmatched' in rows[0] and rows[1].startswith('egg') and answer.err == '1 of 2 lines name no known ingredient:\n  line 1: 46 g cricket flour\n'

def test_parse_reads_standard_input():
    r = run('parse', '-', input=LINES)
    assert r.returncode == 0 and r.stdout.startswith('flour') and 'unobtainium' in r.stderr
    assert run('parse', '-', '--format', 'json', input='').stdout == '{"items": [\n], "lines": 0, "unmatched": 0}\n'

def test_out_writes_the_same(answer, tmp_path):
    (tmp_path/'a.json').write_text('old'); (tmp_path/'link.json').symlink_to('a.json')
    assert answer('generate', '--format', 'json', '--out', 'link.json') == ''
    assert (tmp_path/'a.json').read_text(encoding='utf-8') == answer('generate', '--format', 'json') and (tmp_path/'link.json').is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ['a.json','link.json']
    answer('generate', '--out', os.devnull); assert not Path(os.devnull).is_file()

def test_import(answer, tmp_path):
    good = dict(title='a', ingredients=['200 g flour','100 g sugar','2 eggs'])
    (tmp_path/'r.jsonl').write_text('\n'.join(json.dumps(o) for o in [good, dict(good, ingredients=['200 g flour']), dict(good, ingredients=['flour','sugar','eggs'])]))
    text = answer('import', 'r.jsonl', '--out', 'made/of/r')
    assert '3  recipes read' in text and '1  recipes kept' in text and '-1  fewer than three ingredients' in text and '-1  no amounts' in text
    c = Corpus.load(tmp_path/'made'/'of'/'r'); assert len(c) == 1 and c.manifest['left_out'] == {'fewer than three ingredients': 1, 'no amounts': 1} and c.manifest['file'] == 'r.jsonl'
    assert json.loads(answer('import', 'r.jsonl', '--out', 'made/of/r', '--format', 'json'))['recipes'] == 1 # an old corpus is replaced

def test_version_and_help():
    from recipegen import __version__
    r = run('--version'); assert r.returncode == 0 and r.stdout == f'recipegen {__version__}\n'
    r = run('--help'); assert r.returncode == 0 and all(c in r.stdout for c in ('generate','complete','quantify','substitute','explain','builder','parse','import','train','evaluate'))
    r = run('quantify', '--help'); assert '%%' not in r.stdout and all(f'--{o}' in r.stdout for o in 'include lists grams servings batch bakers format out'.split())
    r = run('generate', '--help')
    for o in 'include exclude diet without n grams servings batch min_size max_size temperature top_k top_p min_p seed format out'.split(): assert f'--{o}' in r.stdout

def test_evaluate(answer, corpus):
    o = json.loads(answer('evaluate', '--task', 'completion', '--corpus', corpus, '--format', 'json'))
    assert o['task'] == 'completion' and any(s['name'].startswith('recipegen') for s in o['systems']) and {'EASE','popularity','recipe-kNN','item cosine'} <= {s['name'] for s in o['systems']}
    assert 0 <= o['several'][0]['f1'] <= 1

def test_evaluate_cold_start(answer, corpus):
    o = json.loads(answer('evaluate', '--task', 'cold_start', '--corpus', corpus, '--format', 'json'))
    assert {'composition','shuffled','seen'} <= {s['name'] for s in o['to_recipes']} and {'composition','shuffled'} <= {s['name'] for s in o['to_ingredients']}

def test_evaluate_generation_wants_recipes(corpus, refused): refused(['evaluate','--task','generation','--corpus',corpus], 'larger corpus')

def test_answering_is_light(tmp_path):
    "No torch, no pandas; no Arrow and no ONNX Runtime either, unless they are wanted"
    (tmp_path/'lists.txt').write_text('egg, flour\nrice')
    one = [['quantify','--lists',str(tmp_path/'lists.txt'),'--format','json'],['generate','--seed','0'],['generate','--beams','4','--n','4'],['complete','--include','egg'],['quantify','--include','egg'],['generate','--format','jsonld'],['substitute','--include','egg, flour','--replace','egg'],['parse',os.devnull],['generate','--include','unobtainium']]
    for words,wants in [*((w, '') for w in one), (['generate','--n','80'], 'onnxruntime'), (['generate','--n','80','--engine','numpy'], ''), (['generate','--n','2','--out',str(tmp_path/'r.parquet')], 'pyarrow')]:
        code = f'import sys; from recipegen.cli import main; main({words!r}); print(*sorted({{"torch","pandas","pyarrow","matplotlib","onnxruntime","tqdm","recipe_scrapers","captum","recipegen.builder"}} & set(sys.modules)), file=sys.stderr)'
        r = subprocess.run([sys.executable,'-c',code], capture_output=True, text=True, env=ENV); assert r.stderr.splitlines()[-1] == wants, r.stderr

def test_one_thread_for_one_recipe():
    code = "import os; from recipegen.cli import main; main(['{}']); print(os.environ.get('OPENBLAS_NUM_THREADS'))"; free = {k:v for k,v in ENV.items() if not k.endswith('_NUM_THREADS')}
    last = lambda command, env: subprocess.run([sys.executable,'-c',code.format(command)], capture_output=True, text=True, env=env).stdout.splitlines()[-1]
    assert last('generate', free) == '1' and last('generate', free | dict(OMP_NUM_THREADS='2')) == 'None' and last('evaluate', free) == 'None'

# What it refuses

WRONG = {
    'unknown name':       (['generate','--include','chiken brest'], 'chiken brest', 'nearest', 'chicken breast'),
    'unknown exclude':    (['generate','--exclude','unobtainium'], 'unobtainium', 'nearest'),
    'nothing to complete':(['complete','--include',' , '], '--include'),
    'nothing to weigh':   (['quantify','--include',''], '--include'),
    'in and out':         (['generate','--include','scallion','--exclude','green onion'], 'green onion', 'both included and excluded'),
    'named twice':        (['generate','--include','scallion, green onion'], 'green onion', 'twice'),
    'against the diet':   (['generate','--include','beef','--diet','vegan'], 'beef is not vegan'),
    'against allergies':  (['generate','--include','butter','--without','milk'], 'butter'),
    'unknown diet':       (['generate','--diet','paleo'], 'paleo', 'vegan'),
    'unknown allergen':   (['complete','--include','egg','--without','moonlight'], 'moonlight', 'gluten'),
    'sizes crossed':      (['generate','--min_size',9,'--max_size',3], 'min_size 9', 'max_size 3'),
    'size of nothing':    (['generate','--min_size',0], 'min_size 0'),
    'size too large':     (['generate','--min_size',5000,'--max_size',9000], 'min_size 5000'),
    'more than the size': (['generate','--include','egg,flour,milk','--max_size',2,'--min_size',1], 'max_size 2'),
    'negative grams':     (['generate','--grams',-5], 'grams -5'),
    'no grams':           (['quantify','--include','egg','--grams',0], 'grams 0'),
    'negative servings':  (['generate','--servings',-1], 'servings -1'),
    'both totals':        (['generate','--grams',500,'--servings',2], 'grams or servings, not both'),
    'both, to quantify':  (['quantify','--include','egg','--grams',500,'--servings',2], 'grams or servings, not both'),
    'total and batch':    (['quantify','--include','flour,egg','--grams',500,'--batch','flour=50'], 'batch or grams, not both'),
    'servings and batch': (['quantify','--include','flour,egg','--servings',2,'--batch','flour=50'], 'batch or servings, not both'),
    'generate by both':   (['generate','--grams',500,'--batch','flour=50'], 'batch or grams, not both'),
    'unknown master':     (['quantify','--include','flour,egg','--batch','flower=500'], 'flower', 'nearest'),
    'master not listed':  (['quantify','--include','flour,egg','--batch','butter=500'], 'batch butter=500', 'not in the list'),
    'master without':     (['quantify','--include','flour,egg','--batch','flour'], 'batch flour', 'flour=500'),
    'master of nothing':  (['quantify','--include','flour,egg','--batch','flour=0'], 'flour=0', 'above 0'),
    'master negative':    (['quantify','--include','flour,egg','--batch','flour=-5'], 'flour=-5', 'above 0'),
    'master no number':   (['quantify','--include','flour,egg','--batch','flour=lots'], 'flour=lots', 'not a number'),
    'master infinite':    (['quantify','--include','flour,egg','--batch','flour=inf'], 'flour=inf'),
    'two masters':        (['quantify','--include','flour,egg','--batch','flour=5,egg=3'], 'flour=5,egg=3', 'one ingredient'),
    'no master':          (['quantify','--include','flour,egg','--batch',''], 'batch', 'flour=500'),
    'master locked':      (['quantify','--include','flour=200,egg','--batch','flour=500'], 'flour=500', 'locked at 200 g'),
    'master excluded':    (['generate','--exclude','flour','--batch','flour=500'], 'flour', 'both included and excluded'),
    'master not vegan':   (['generate','--diet','vegan','--batch','butter=500'], 'butter is not vegan'),
    'locks beside total': (['quantify','--include','flour=200,egg=50','--servings',4], '250 g', '900 g'),
    'no servings':        (['quantify','--include','egg','--servings',0], 'servings 0'),
    'percent of no flour':(['quantify','--include','egg,milk,cornstarch','--bakers'], 'no flour'),
    'neither nor':        (['quantify'], '--include', '--lists'),
    'no draws':           (['quantify','--include','egg,milk','--draws',0], 'n 0'),
    'draws of lists':     (['quantify','--lists','l.txt','--draws',2], '--draws', 'one list'),
    'draws of nothing':   (['quantify','--draws',2], '--include'),
    'range, no draws':    (['quantify','--include','egg,milk','--nutrition','protein_g=5:'], '--nutrition', '--draws'),
    'no range':           (['quantify','--include','egg,milk','--draws',1,'--nutrition','protein_g=5'], 'protein_g=5', 'protein_g=10:20'),
    'range backwards':    (['quantify','--include','egg,milk','--draws',1,'--nutrition','protein_g=9:5'], 'protein_g', '9 to 5'),
    'unknown nutrient':   (['quantify','--include','egg,milk','--draws',1,'--nutrition','joy=5:'], 'joy', 'energy_kcal'),
    'out of reach':       (['quantify','--include','sugar,butter','--draws',1,'--nutrition','protein_g=50:'], 'meets the conditions', 'widen'),
    'list and lists':     (['quantify','--include','egg','--lists','a.txt'], '--include or --lists, not both'),
    'no lists':           (['quantify','--lists','nowhere.txt'], 'nowhere.txt', 'no such file'),
    'lists in a folder':  (['quantify','--lists','.'], 'is a folder'),
    'locked too much':    (['generate','--include','butter=600','--grams',500], '600', '500'),
    'weight no number':   (['generate','--include','butter=lots'], 'butter=lots', 'butter=125'),
    'weight negative':    (['generate','--include','butter=-2'], 'butter=-2'),
    'weight excluded':    (['generate','--exclude','butter=2'], 'butter=2', 'without weights'),
    'top_p':              (['generate','--top_p',1.5], 'top_p 1.5'),
    'top_p of nothing':   (['generate','--top_p',0], 'top_p 0'),
    'min_p':              (['generate','--min_p',-.1], 'min_p -0.1'),
    'top_k':              (['generate','--top_k',-1], 'top_k -1'),
    'temperature':        (['generate','--temperature',-1], 'temperature -1'),
    'hardly warm':        (['generate','--temperature',1e-300], 'temperature 1e-300', '0.001'),
    'too hot':            (['generate','--temperature',1e300], 'temperature 1e+300', '100'),
    'no recipes':         (['generate','--n',0], 'n 0'),
    'no suggestions':     (['complete','--include','egg','--n',0], 'n 0'),
    'too many recipes':   (['generate','--n',10**9], 'n 1000000000', 'at most'),
    'wrong to replace':   (['substitute','--include','flour,butter','--replace','egg'], 'egg is not in the list', 'flour, butter'),
    'nothing to replace': (['substitute','--include','flour,butter'], '--replace'),
    'replaced, unknown':  (['substitute','--include','flour,butter','--replace','buter'], 'buter', 'nearest', 'butter'),
    'replaced by nobody': (['substitute','--include','flour,butter','--replace','butter','--n',0], 'n 0'),
    'rest not vegan':     (['substitute','--include','flour,butter,egg','--replace','egg','--diet','vegan'], 'butter is not vegan'),
    'explained already':  (['explain','--include','flour,butter','--add','butter'], 'butter', 'already'),
    'explained, unknown': (['explain','--include','flour','--add','moondust'], 'moondust', 'nearest'),
    'nothing to explain': (['explain','--include','flour'], '--add'),
    'no aroma':           (['explain','--add','egg','--aroma','nowhere'], 'nowhere', 'ingr_info.tsv'),
    'two to count in':    (['explain','--add','egg','--corpus','a','--corpus','b'], 'one corpus'),
    'builder of nothing': (['builder','nowhere.cook'], 'nowhere.cook', 'no such file'),
    'builder, port':      (['builder','--port',70000], 'port 70000', '65535'),
    'builder, port name': (['builder','--port','http'], 'http', 'whole number'),
    'sheet and cooklang': (['generate','--format','csv','--out','r.cook'], '--format csv', 'cooklang'),
    'no such format':     (['quantify','--include','egg','--format','parquet'], 'parquet', 'jsonld'),
    'page of nothing':    (['parse','nowhere.html'], 'nowhere.html', 'no such file'),
    'no file to go into': (['generate','--format','parquet'], '--format parquet', '--out'),
    'name and format':    (['generate','--format','json','--out','r.parquet'], '--format json', 'r.parquet'),
    'format and name':    (['generate','--format','parquet','--out','r.jsonl'], '--format parquet', 'r.jsonl'),
    'text in JSON':       (['complete','--include','egg','--format','text','--out','r.json'], '--format text', 'r.json'),
    'no such form':       (['complete','--include','egg','--format','parquet'], 'parquet', 'json'),
    'seed of a column':   (['generate','--seed',2**63,'--out','r.parquet'], str(2**63), '2^63'),
    'no engine':          (['generate','--engine','abacus'], 'abacus', 'numpy'),
    'no beams':           (['generate','--beams',0], 'beams 0'),
    'too many beams':     (['generate','--beams',1001], 'beams 1001'),
    'more than beams':    (['generate','--beams',5,'--n',9], 'n 9', '5 beams'),
    'beams of chance':    (['generate','--beams',5,'--temperature',.5], 'beams', 'temperature'),
    'negative seed':      (['generate','--seed',-1], 'seed -1'),
    'not a number':       (['generate','--grams','many'], '--grams', '"many" is not a number'),
    'NaN':                (['generate','--temperature','nan'], '--temperature', '"nan" is not a number'),
    'not whole':          (['generate','--n','2.5'], '--n', '"2.5" is not a whole number'),
    'two lines in a name':(['generate','--include','un\nobtainium'], 'unknown ingredient'),
    'format':             (['generate','--format','xml'], '--format', 'xml', 'json'),
    'option misspelt':    (['generate','--tempreature','1'], 'recipegen generate: ', '--tempreature', 'did you mean --temperature', 'recipegen generate --help'),
    'nothing to add':     (['explain','--include','flour','--add',''], '--add', 'name one ingredient'),
    'nothing, by signs':  (['explain','--add',' !'], '--add', 'name one ingredient'),
    'nothing leaves':     (['substitute','--include','flour, egg','--replace',''], '--replace', 'name one ingredient'),
    'nothing is there':   (['substitute','--include','','--replace','egg'], '--include', 'names no ingredient'),
    'option cut short':   (['generate','--temp','1'], '--temp', '--help'),
    'option left empty':  (['generate','--include'], '--include'),
    'word too many':      (['generate','chicken'], 'chicken', '--help'),
    'no command':         ([], 'COMMAND', '--help'),
    'unknown command':    (['bake'], 'bake', 'generate'),
    'needs an include':   (['complete'], '--include'),
    'no weights':         (['generate','--weights','nowhere'], 'nowhere'),
    'no file':            (['parse','nowhere.txt'], 'nowhere.txt', 'no such file'),
    'folder as file':     (['parse','.'], 'is a folder'),
    'folder as out':      (['generate','--out','.'], '--out', 'is a folder'),
    'out in no folder':   (['generate','--out','nowhere/a.txt'], 'nowhere'),
    'out in a file':      (['generate','--out',__file__+'/a.txt'], 'a.txt'),
    'no source':          (['import','nowhere.json','--out','c'], 'nowhere.json', 'no such file'),
    'folder as source':   (['import','.','--out','c'], 'is a folder'),
    'corpus in a file':   (['import','nowhere.json','--out',__file__], 'is a file'),
    'resume of nothing':  (['train','--resume','--out','nowhere'], 'nowhere', 'no checkpoint', 'without --resume'),
    'no epochs':          (['train','--epochs',0], 'epochs 0'),
    'no corpus':          (['train','--corpus','nowhere'], 'nowhere', 'recipegen import'),
    'weights in a file':  (['train','--out',__file__], 'is a file'),
    'evaluate no corpus': (['evaluate','--task','completion','--corpus','nowhere'], 'nowhere'),
    'unknown task':       (['evaluate','--task','taste'], 'taste', 'completion'),
}

@pytest.mark.parametrize('case', WRONG.values(), ids=WRONG)
def test_wrong_call(case, refused): refused(*case)

@pytest.fixture
def weights(tmp_path):
    "A copy of the shipped weights"
    for n in 'ingredients','quantities': shutil.copyfile(SHIPPED/f'{n}.safetensors', tmp_path/f'{n}.safetensors')
    return tmp_path

@pytest.mark.parametrize('name', ['ingredients','quantities'])
@pytest.mark.parametrize('size', [0,5,1000,-100])
def test_truncated_weights(name, size, weights, refused):
    f = weights/f'{name}.safetensors'; f.write_bytes(f.read_bytes()[:size])
    refused(['generate','--weights','.'], f.name, 'not readable as weights')

def test_graphs_that_are_none(weights, refused):
    refused(['generate','--weights','.','--engine','int8'], 'ingredients.int8.onnx', 'numpy')
    for n in 'ingredients','quantities': (weights/f'{n}.onnx').write_bytes(b'no graph')
    refused(['generate','--weights','.','--n',80], 'numpy'); refused(['generate','--weights','.','--n',80,'--out','r.parquet'], 'numpy') # before the first recipe goes out

def test_weights_that_are_none(weights, refused):
    (weights/'quantities.safetensors').write_bytes(np.random.default_rng(0).bytes(5000))
    refused(['quantify','--include','egg','--weights','.'], 'quantities.safetensors', 'not readable as weights')
    os.remove(weights/'quantities.safetensors')
    refused(['generate','--weights','.'], 'quantities.safetensors')
    refused(['generate','--weights','ingredients.safetensors'], 'ingredients.safetensors')

def test_weights_in_each_others_place(weights, refused):
    os.rename(weights/'ingredients.safetensors', weights/'x'); os.rename(weights/'quantities.safetensors', weights/'ingredients.safetensors'); os.rename(weights/'x', weights/'quantities.safetensors')
    refused(['generate','--weights','.'], 'ingredients.safetensors')

@pytest.mark.parametrize('facts', [{},dict(vocabulary='"000000000000"')], ids=['none','other'])
def test_weights_of_another_vocabulary(facts, weights, refused):
    from safetensors.numpy import load_file,save_file
    f = weights/'ingredients.safetensors'; save_file(load_file(f), f, metadata=facts)
    refused(['generate','--weights','.'], f.name, 'another version', table().version, 'train again')

def test_corpus_of_another_version(corpus, tmp_path, refused):
    shutil.copytree(corpus, tmp_path/'c'); f = tmp_path/'c'/'manifest.json'
    f.write_text(json.dumps(json.loads(f.read_text()) | dict(vocabulary='000000000000')))
    for call in ['train'],['evaluate','--task','completion']: refused([*call,'--corpus','c'], 'c: ', 'another version', 'import it again')

@pytest.mark.parametrize('name', ['manifest.json','recipes.arrow'])
def test_broken_corpus(name, corpus, tmp_path, refused):
    shutil.copytree(corpus, tmp_path/'c'); f = tmp_path/'c'/name
    for size in len(f.read_bytes())//2,0:
        f.write_bytes(f.read_bytes()[:size]); refused(['train','--corpus','c'], 'c: ', 'not a readable corpus')
    os.remove(f); refused(['train','--corpus','c'], 'c: ', 'not a readable corpus')

def test_corpus_too_small(tmp_path, refused):
    Corpus.of([dict(ids=[0,1,2], grams=[1,1,1], how=[0]*3)]).save(tmp_path/'c')
    refused(['train','--corpus','c','--out','w'], 'too few')

def test_broken_checkpoint(corpus, tmp_path, refused):
    f = tmp_path/'w'/'ingredients.training'/'checkpoint.safetensors'; f.parent.mkdir(parents=True); f.write_bytes(b'PK\3\4 no more')
    status = run('train','--corpus',corpus,'--out','w','--resume', cwd=tmp_path)
    assert status.returncode == 2 and status.stdout == '' and 'checkpoint.safetensors' in status.stderr.splitlines()[-1] and 'Traceback' not in status.stderr

RECIPES = json.dumps({f'r{i}': dict(title='a', ingredients=['200 g flour','100 g sugar',f'{i+1} eggs']) for i in range(50)}).encode()
BROKEN = {
    'cut.json': RECIPES[:-100],
    'empty.json': b'',
    'list.json': b'[1, 2]',
    'number.json': b'3',
    'latin.json': '{"a": {"ingredients": ["200 g crème fraîche"]}}'.encode('latin-1'),
    'binary.json': bytes(range(256)),
    'deep.json': b'['*100_000,
    'cut.json.gz': gzip.compress(RECIPES)[:-20],
    'rotten.json.gz': gzip.compress(RECIPES)[:100]+b'\xff'*40+gzip.compress(RECIPES)[140:],
    'plain.json.gz': RECIPES,
    'cut.jsonl': b'{"title": "a", "ingredients": ["200 g flour","1 egg","100 g sugar"]}\n{"title": "b", "ingr',
    'none.jsonl': b'{"title": "a"}\n',
    'list.jsonl': b'[1]\n',
    'columns.csv': b'a,b\n1,2\n',
    'grams.csv': b'recipe,ingredient,grams\n1,flour,many\n',
    'cut.csv': b'title,ingredients\na,"[""200 g flour"", ""1 e',
    'unusable.json': b'{"a": {"ingredients": ["salt"]}}',
    'recipes.docx': b'PK',
}

@pytest.mark.parametrize('name', BROKEN)
def test_broken_source(name, tmp_path, refused):
    (tmp_path/name).write_bytes(BROKEN[name])
    refused(['import',name,'--out','c'], name)

def test_import_leaves_other_folders_alone(tmp_path, refused):
    (tmp_path/'r.json').write_bytes(RECIPES); (tmp_path/'home').mkdir(); (tmp_path/'home'/'diary.txt').write_text('dear')
    refused(['import','r.json','--out','home'], 'home', 'new or an empty folder')

@pytest.mark.parametrize('raw', ['crème'.encode('latin-1'),'1 egg\n'.encode('utf-16'),b'\0'*9,bytes(range(256)),gzip.compress(b'1 egg')], ids=['latin-1','utf-16','zeros','bytes','gzip'])
def test_parse_of_no_text(raw, tmp_path, refused):
    (tmp_path/'a.txt').write_bytes(b'1 egg\n'+raw)
    refused(['parse','a.txt'], 'a.txt', ' text (line '); refused(['parse','a.txt','--out','b.txt'], 'a.txt')

FLAWED = {
    'empty': ('', 'holds no list'), 'blank': (' \n\t\n', 'holds no list'), 'unknown': ('egg\n\negg, moondust\n', 'line 3', 'moondust', 'nearest'), 'twice': ('egg\nscallion, green onion', 'line 2', 'twice'), 'commas': ('egg\n, ,\n', 'line 2', 'empty list'),
    'weight': ('egg=many', 'line 1', 'egg=many'), 'minus': ('egg\negg=-3', 'line 2', 'egg=-3'), 'cut short': ('["egg"]\n["egg", "flo', 'line 2', 'not JSON'), 'number in a list': ('["egg", 3]', 'line 1', 'list of names'), 'nothing in a list': ('egg\n[]', 'line 2', 'empty list'),
    'no include': ('{"name": "egg"}', 'line 1', 'include'), 'include of 3': ('{"include": 3}', 'line 1', 'include'), 'yes': ('{"include": {"egg": true}}', 'line 1', 'include'), 'lots': ('{"include": {"egg": "lots"}}', 'line 1', 'egg=lots'), 'title of 3': ('{"include": "egg", "title": 3}', 'line 1', 'title'), 'deep': ('['*100_000, 'line 1', 'not JSON'),
    'NaN': ('{"include": {"egg": NaN}}', 'line 1', 'egg=nan'),
}

@pytest.mark.parametrize('name', FLAWED)
def test_flawed_lists(name, tmp_path, refused):
    text,*words = FLAWED[name]; (tmp_path/'l.txt').write_text(text)
    for form in 'text','json': refused(['quantify','--lists','l.txt','--format',form], 'l.txt', *words)

def test_lists_that_do_not_fit_what_is_asked(tmp_path, refused):
    (tmp_path/'l.txt').write_text('flour, egg\n\nrice, egg=300\n')
    refused(['quantify','--lists','l.txt','--batch','flour=50'], 'l.txt, line 3', 'flour is not in the list')
    refused(['quantify','--lists','l.txt','--grams',200], 'l.txt, line 3', '300 g', '200 g'); refused(['quantify','--lists','l.txt','--grams',200,'--out','o.txt'], 'line 3')
    for wrong,word in [(('--grams',0), 'grams 0'), (('--grams',5,'--servings',2), 'not both'), (('--batch','flour'), 'flour=500')]: refused(['quantify','--lists','l.txt',*wrong], word) # of no line

@pytest.mark.parametrize('raw', ['crème'.encode('latin-1'),'egg\n'.encode('utf-16'),b'\0'*9,gzip.compress(b'egg')], ids=['latin-1','utf-16','zeros','gzip'])
def test_lists_of_no_text(raw, tmp_path, refused):
    (tmp_path/'l.txt').write_bytes(b'egg\n'+raw); refused(['quantify','--lists','l.txt'], 'l.txt', ' text (line ')

@pytest.mark.skipif(os.geteuid() == 0, reason='root may read and write everything')
def test_no_permission(tmp_path, refused):
    (tmp_path/'a.txt').write_text('1 egg'); (tmp_path/'a.txt').chmod(0); (tmp_path/'d').mkdir(mode=0o500)
    refused(['parse','a.txt'], 'a.txt', 'Permission')
    refused(['generate','--out','a.txt'], 'a.txt', 'permission'); refused(['generate','--out','d/a.txt'], 'd/a.txt', 'permission'); refused(['train','--out','d/w'], 'd', 'permission')

@pytest.mark.skipif(not Path('/proc/self').exists(), reason='a folder that nobody can write to')
def test_out_that_cannot_be_written(refused): refused(['generate','--out','/proc/self/recipe.txt'], '--out', 'recipe.txt')

def test_out_survives_what_fails(tmp_path, refused):
    (tmp_path/'a.txt').write_text('old')
    refused(['generate','--include','unobtainium','--out','a.txt'], 'unobtainium')
    assert (tmp_path/'a.txt').read_text() == 'old'

@pytest.mark.parametrize('args', [['generate','--include','unobtainium'],['generate','--top_p','2'],['bake']])
def test_wrong_call_of_the_installed_command(args):
    r = run(*args); assert r.returncode == 2 and r.stdout == '' and r.stderr.count('\n') == 1 and r.stderr.startswith('recipegen')

# Pipes, interrupts, kills

def test_nobody_reads_on():
    p = subprocess.Popen([*CMD,'generate','--n','40'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
    p.stdout.close(); err = p.stderr.read()
    assert p.wait(60) == 141 and err == b''

def test_head():
    r = subprocess.run(f'{" ".join(CMD)} generate --n 40 | head -1', shell=True, capture_output=True, text=True, env=ENV)
    assert r.stdout == 'Recipe 1 of 40\n' and r.stderr == ''

@pytest.mark.skipif(not Path('/dev/full').exists(), reason='needs a full disk')
def test_full_disk():
    with open('/dev/full','w') as full: r = subprocess.run([*CMD,'generate'], stdout=full, stderr=subprocess.PIPE, text=True, env=ENV)
    assert r.returncode == 2 and r.stderr.count('\n') == 1 and 'No space left' in r.stderr

def test_disk_that_fills_up(tmp_path):
    resource = pytest.importorskip('resource')
    for name,n in ('r.parquet',2000),('r.jsonl',300):
        (tmp_path/name).write_text('old')
        r = subprocess.run([*CMD,'generate','--n',str(n),'--out',name], capture_output=True, text=True, env=ENV, cwd=tmp_path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000,)*2))
        assert r.returncode == 2 and r.stderr.count('\n') == 1 and '--out' in r.stderr and (tmp_path/name).read_text() == 'old'
    assert sorted(os.listdir(tmp_path)) == ['r.jsonl','r.parquet']

@pytest.mark.parametrize('sign,status', [(signal.SIGINT,130),(signal.SIGTERM,143),(signal.SIGHUP,129)])
@pytest.mark.parametrize('name', ['r.parquet','r.jsonl'])
def test_stopped_while_it_writes(name, sign, status, tmp_path):
    p = subprocess.Popen([*CMD,'generate','--n','1000000','--out',name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV, cwd=tmp_path, preexec_fn=lambda: [signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGHUP, signal.SIG_DFL)])
    end = time.time()+60
    while not list(tmp_path.glob('.r.*.part')) and time.time() < end: time.sleep(.02)
    time.sleep(.5); p.send_signal(sign); out,err = p.communicate(timeout=60)
    assert p.returncode == status and out == '' and 'Traceback' not in err and not os.listdir(tmp_path)

def test_bar_where_there_is_a_screen(tmp_path):
    pty,fcntl,termios = map(pytest.importorskip, ('pty','fcntl','termios')); here,there = pty.openpty(); fcntl.ioctl(there, termios.TIOCSWINSZ, np.array([40,100,0,0], np.uint16).tobytes())
    for n,seen in (1200,True),(30,False):
        r = subprocess.run([*CMD,'generate','--n',str(n),'--out','r.jsonl'], stdout=subprocess.DEVNULL, stderr=there, env=ENV, cwd=tmp_path); assert r.returncode == 0
        os.set_blocking(here, False)
        try: said = os.read(here, 100_000)
        except BlockingIOError: said = b''
        assert (b'recipes' in said) == seen

def test_ascii_screen():
    r = subprocess.run([*CMD,'parse','-'], input='1½ cups crème fraîche\n'.encode(), capture_output=True, env=ENV | dict(PYTHONIOENCODING='ascii'))
    assert r.returncode == 0 and b'\\xbd' in r.stdout and r.stderr == b''

def test_interrupt(corpus, tmp_path):
    p = subprocess.Popen([*CMD,'train','--corpus',str(corpus),'--out',str(tmp_path/'w'),'--epochs','1000'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    assert p.stderr.readline().startswith('ingredients:')
    p.send_signal(signal.SIGINT); out,err = p.communicate(timeout=60)
    assert p.returncode == 130 and out == '' and 'Traceback' not in err and err.splitlines()[-1] == 'recipegen train: interrupted; --resume goes on from the last checkpoint'

TINY = '''
import sys,time,recipegen.generator as g,recipegen.training as t
from recipegen.cli import main
g.SMALL['ingredients']['sizes'] = dict(d_model=16, n_layers=1, n_heads=2, dropout=.1); g.SMALL['quantities']['sizes'] = dict(d_model=16, n_layers=1, n_decoder=1, n_heads=2, dropout=.1)
wait,mean_loss = float(sys.argv[1]),t.mean_loss
def slow(*args): time.sleep(wait); return mean_loss(*args) # leaves time to be killed in
t.mean_loss = slow
sys.exit(main(sys.argv[2:]))
'''

def test_killed_and_resumed(corpus, tmp_path):
    "Killed while each of the two models trains, the end is the same to the last bit"
    def train(out, *more, wait=0): return subprocess.Popen([sys.executable,'-c',TINY,str(wait),'train','--corpus',str(corpus),'--out',str(tmp_path/out),'--epochs','4',*more], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    def kill_after(p, file):
        end = time.time()+120
        while not file.exists() and p.poll() is None and time.time() < end: time.sleep(.01)
        p.kill(); out,err = p.communicate(); assert p.returncode == -signal.SIGKILL, err
    whole = train('whole'); _,err = whole.communicate(timeout=300); assert whole.returncode == 0, err
    kill_after(train('w', wait=1), tmp_path/'w'/'ingredients.training'/'checkpoint.safetensors')
    assert not (tmp_path/'w'/'ingredients.safetensors').exists()
    kill_after(train('w', '--resume', wait=.5), tmp_path/'w'/'quantities.training'/'checkpoint.safetensors')
    assert not (tmp_path/'w'/'quantities.safetensors').exists()
    last = train('w', '--resume'); out,err = last.communicate(timeout=300); assert last.returncode == 0, err
    assert b'recipegen generate --weights' in out
    for n in 'ingredients','quantities':
        (a,facts),(b,others) = (load_weights(tmp_path/o/f'{n}.safetensors') for o in ('w','whole'))
        assert facts == others and a.keys() == b.keys() and all(np.array_equal(a[k], b[k]) for k in a)
    assert main(['generate','--weights',str(tmp_path/'w'),'--out',str(tmp_path/'r.txt')]) == 0

# Ingredients of one's own

PANTRY = 'name,protein_g,fat_g,carbohydrate_g,salt,allergens,diets,aliases\noat cream,1,13,6.5,0.1,gluten,vegan;vegetarian,oat cuisine\nmoon powder,60,20,8,,,,\n'

def test_ingredients_of_ones_own(tmp_path):
    (tmp_path/'pantry.csv').write_text(PANTRY); own = lambda *a: run(*a, '--ingredients', 'pantry.csv', '--format', 'json', cwd=tmp_path)
    r = json.loads(own('generate','--include','oat cuisine=120','--diet','vegan').stdout); assert dict((o['name'], o['grams']) for o in r['ingredients'])['oat cream'] == 120
    r = json.loads(own('quantify','--include','flour, oat cream, sugar').stdout); assert all(o['grams'] > 0 for o in r['ingredients']) and r['nutrition']['fat_g'] > 0
    r = json.loads(own('complete','--include','oat cream, leek','--n','1187').stdout); names = [o['name'] for o in r['suggestions']]; assert 'moon powder' in names and 'oat cream' not in names
    r = json.loads(own('complete','--include','leek','--without','milk','--n','1187').stdout); names = [o['name'] for o in r['suggestions']]; assert 'oat cream' in names and 'moon powder' not in names # not stated: not allowed
    (tmp_path/'lines.txt').write_text('200 g oat cream\n'); assert json.loads(own('parse','lines.txt').stdout)['items'][0]['ingredient'] == 'oat cream'
    assert run('generate','--include','oat cream', cwd=tmp_path).returncode == 2 # only where the file is named

@pytest.mark.parametrize('text,words', [('name,protien\nx,1\n', ('protien','nearest: protein')), ('colour,fat\nx,1\n', ('column "name"',)), ('name,fat\nButter,80\n', ('butter','already')), ('name,fat\nx1,-3\n', ('x1','-3')), ('name,fat\nx1,lots\n', ('x1','not a number')),
    ('name,fat,protein\nx1,80,80\n', ('x1','160 g')), ('name,fat\nx1,\n', ('x1','no component')), ('name,fat,diets\nx1,3,paleo\n', ('paleo',)), ('name,fat\nx1,3,4\n', ('row 2',)), ('', ('header',)), ('name,fat\n,3\n', ('row 2','no name')), ('name,fat,density\nx1,3,heavy\n', ('density',))])
def test_ingredients_that_cannot_be(text, words, tmp_path, refused):
    (tmp_path/'p.csv').write_text(text); refused(['generate','--ingredients','p.csv'], *words)

def test_ingredients_no_file(refused): refused(['complete','--include','egg','--ingredients','nowhere.csv'], 'nowhere.csv')
