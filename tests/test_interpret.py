"""Explanations: what they must not say, and that they cost nothing where they are not asked for"""
import json,subprocess,sys
import numpy as np,pytest
from recipegen.generator import RecipeGenerator
from recipegen.ingredients import InputError,table
from recipegen.interpret import BEGIN,attention_of,explain,question_roll_out,read_aroma,reasons,roll_out,weighing_attention_of

@pytest.fixture(scope='module')
def gen(): return RecipeGenerator.load()

def ids(*names): return [table().id(n) for n in names]

def test_import_is_light():
    code = "import sys,recipegen.interpret as I; from recipegen.generator import RecipeGenerator as R; I.explain(R.load(engine='numpy'), 'flour', 'butter', components=False); print([m for m in ('torch','captum','matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable,'-c',code], capture_output=True, text=True, check=True).stdout.strip() == '[]'

def test_reasons_are_differences_of_laws(gen):
    s,c = ids('onion','carrot','beef','salt'),ids('thyme' if 'thyme' in table()._ids else 'dried thyme','sugar'); r = reasons(gen.ingredients, s, c)
    assert r.shape == (2,4)
    for k in range(4):
        z = gen.ingredients.logits([s, s[:k]+s[k+1:]])[:,:-1]; z[:,s] = -np.inf; lp = z-np.log(np.exp(z-z.max(1, keepdims=True)).sum(1, keepdims=True))-z.max(1, keepdims=True)
        assert np.allclose(r[:,k], lp[0,c]-lp[1,c], atol=1e-4)
    order = [2,0,3,1]; assert np.allclose(reasons(gen.ingredients, [s[i] for i in order], c), r[:,order], atol=1e-4)
    assert reasons(gen.ingredients, [], c).shape == (2,0) and reasons(gen.ingredients, s, []).shape == (0,4)
    with pytest.raises(InputError, match='in the bowl already'): reasons(gen.ingredients, s, s[:1])

@pytest.mark.parametrize('add,error', [('butter','in the bowl already'), ('krypton','unknown ingredient')])
def test_refusals(gen, add, error):
    with pytest.raises(InputError, match=error): explain(gen, 'butter, flour', add, components=False)

def test_explanation_agrees_with_complete(gen):
    e = explain(gen, ['flour','butter','sugar'], 'egg', components=False); first = gen.complete(['flour','butter','sugar'], 5)
    place = [n for n,_ in first].index('egg'); assert e.rank == place+1 and abs(e.probability-first[place][1]) < 1e-5
    assert e.components == [] and e.completeness is None and e.aroma is None and json.loads(json.dumps(e.to_dict()))['include'] == ['flour','butter','sugar']
    assert [x for _,x in e.because] == sorted([x for _,x in e.because], reverse=True) and '<table' in e._repr_html_() and 'egg to flour' in str(e)
    empty = explain(gen, [], 'salt', components=False); assert empty.because == [] and abs(empty.usual-empty.probability) < 1e-6

@pytest.mark.parametrize('p,text', [(0.,'0 %'),(1e-7,'less than 0.0001 %'),(.0005,'0.05 %'),(.0116,'1.2 %'),(.994,'99 %'),(.995,'99.5 %'),(.9996,'more than 99.9 %'),(1.,'100 %')])
def test_percent(p, text):
    from recipegen.interpret import _percent
    assert _percent(p) == text

@pytest.mark.parametrize('x,text', [(0.,'×1'),(.07,'×1.07'),(8.,'×2,981'),(-5.,'×0.00674'),(-10.,'×1/22,026')])
def test_times(x, text):
    from recipegen.interpret import _times
    assert _times(x) == text

@pytest.mark.parametrize('add', ['',' ','!'])
def test_nothing_to_add(gen, add):
    with pytest.raises(InputError, match='name one ingredient'): explain(gen, 'flour', add, components=False)

def test_likeness_says_which(gen):
    text = str(explain(gen, 'flour', 'egg', components=False)); assert '(kernel on composition)' in text and '(cosine of learned rows)' in text

def test_components_are_complete(gen):
    pytest.importorskip('captum')
    e = explain(gen, ['onion','garlic','chicken'], 'lemon juice'); assert e.completeness < .01 and abs(sum(e.parts.values())-np.log(e.probability)) < 1e-3
    assert {n for n,_,_ in e.components} == {'onion','garlic','chicken','lemon juice'}

def test_without_captum(gen, monkeypatch):
    monkeypatch.setitem(sys.modules, 'captum', None); monkeypatch.setitem(sys.modules, 'captum.attr', None)
    with pytest.raises(InputError, match=r'recipegen\[explain\]'): explain(gen, 'flour', 'butter')

def test_attention(gen):
    names,a = attention_of(gen, 'onion, carrot'); assert names == [BEGIN,'onion','carrot'] and np.allclose(a.sum(-1), 1, atol=1e-5) and np.isclose(question_roll_out(a).sum(), 1-2.**-len(a), atol=1e-5)
    names,enc,dec = weighing_attention_of(gen, 'onion, carrot'); assert enc.shape[2:] == dec.shape[2:] == (2,2) and np.allclose(roll_out(enc.mean(1)).sum(1), 1, atol=1e-5)
    assert attention_of(gen, [])[0] == [BEGIN]

def test_aroma(gen, tmp_path):
    (tmp_path/'ingr_info.tsv').write_text('# id\tname\tcategory\n0\tblack_pepper\tspice\n1\tbutter\tdairy\n'); (tmp_path/'ingr_comp.tsv').write_text('# ingredient id\tcompound id\n0\t7\n0\t8\n1\t8\n')
    assert explain(gen, 'butter, flour', 'black pepper', aroma=tmp_path, components=False).aroma == [('butter',1,2,1)]
    with pytest.raises(InputError, match='ingr_info'): read_aroma(tmp_path/'nowhere')

def test_a_newcomer(): # in a process of its own: the table grows
    pytest.importorskip('captum')
    code = """from recipegen.generator import RecipeGenerator; from recipegen.interpret import explain; g = RecipeGenerator.load(engine='numpy'); g.add_ingredient('cricket flour', dict(protein=65, fat=20, carbohydrate=8, salt=.5))
assert explain(g, 'flour, cricket flour', 'egg', components=False).because and explain(g, 'flour', 'egg').completeness < .01
try: explain(g, 'flour', 'cricket flour')
except ValueError as e: print(e)"""
    assert 'joined after training' in subprocess.run([sys.executable,'-c',code], capture_output=True, text=True, check=True).stdout
