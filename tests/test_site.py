"The site as a reader meets it: in a browser, at a desk and on a phone, with nothing but its own folder"
import ast,filecmp,functools,http.server,json,os,re,shutil,subprocess,sys,threading
from html import unescape
from pathlib import Path
from urllib.parse import unquote,urldefrag
import pytest
from conftest import ROOT,clean_env,notebooks,page

DOCS = ROOT/'docs'
PAGES = sorted(p.relative_to(DOCS).as_posix() for p in DOCS.rglob('*.html'))
SEARCH = {'ingredient':'ingredients.html', 'attention':'blocks.html', 'density':'ingredients.html', 'early stopping':'training.html', 'Wikibooks':'licences.html', 'substitute':'substitutes.html', 'train on your own':'how_train.html',
          'RecipeGenerator':'api_generator.html#recipegenerator', 'Corpus':'api_recipes.html#corpus', 'top_p':'api_sampling.html#top_p', 'write_recipe':'api_formats.html#write_recipe'} # what a reader types: the page that must be among the first five
NIGHT = ['index.html','sampling.html','results.html','api_generator.html','gallery.html','lines.html'] # a front, a chapter with formulas and figures, tables, reference, cards of recipes, the longest page
pages = pytest.mark.parametrize('name', PAGES)

def title(nb): return re.sub(r'^# ', '', ''.join(json.loads(nb.read_text(encoding='utf-8'))['cells'][0]['source']).split('\n')[0]).strip()

# Without a browser

@pytest.mark.parametrize('nb', notebooks(), ids=lambda p: p.stem)
def test_notebook_has_its_page(nb):
    text = (DOCS/page(nb)).read_text(encoding='utf-8')
    assert re.sub('<[^>]+>', '', unescape(re.search(r'<h1 class="title">(.*?)</h1>', text)[1])) == title(nb).replace('`', ''), 'run make docs'

@pytest.mark.parametrize('nb', notebooks(), ids=lambda p: p.stem)
def test_links_of_a_notebook_are_links_on_its_page(nb):
    "A name that the site does not know loses its link without a word"
    told = {t for c in json.loads(nb.read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'markdown' for t in re.findall(r'\]\((\w+\.(?:ipynb|html|qmd))', ''.join(c['source']))}
    text = (DOCS/page(nb)).read_text(encoding='utf-8')
    assert [t for t in sorted(told) if not re.search(rf'<a href="{page(Path(t))}(#[^"]*)?">', text)] == []

def test_site_and_readme_are_up_to_date(tmp_path):
    "Rendering is deterministic, so the committed site is the one that the sources give"
    res = subprocess.run([sys.executable, ROOT/'tools'/'docs.py', '--out', tmp_path/'site'], capture_output=True, text=True, env=clean_env(), timeout=600)
    assert res.returncode == 0, res.stderr
    assert not res.stderr, res.stderr
    files = lambda d: {p.relative_to(d).as_posix() for p in d.rglob('*') if p.is_file()}
    assert files(DOCS) == files(tmp_path/'site'), 'run make docs'
    assert filecmp.cmpfiles(DOCS, tmp_path/'site', files(DOCS), shallow=False)[1:] == ([], []), 'run make docs'
    sys.path.insert(0, str(ROOT/'tools'))
    import docs
    assert (ROOT/'README.md').read_text(encoding='utf-8') == docs.readme(), 'run make docs'

def modules(): return sorted(p for p in (ROOT/'recipegen').glob('[a-z]*.py') if re.search(r"__all__ = \['", p.read_text(encoding='utf-8')))

@pytest.mark.parametrize('module', modules(), ids=lambda p: p.stem)
def test_every_name_has_its_place_in_the_reference(module):
    "and the chapter that makes it leads there, and back"
    tree = ast.parse(module.read_text(encoding='utf-8'))
    names = next(ast.literal_eval(o.value) for o in tree.body if isinstance(o, ast.Assign) and getattr(o.targets[0], 'id', '') == '__all__')
    text,index = (DOCS/f'api_{module.stem}.html').read_text(encoding='utf-8'),(DOCS/'api.html').read_text(encoding='utf-8')
    assert [n for n in names if f'id="{n.lower()}"' not in text] == [], 'run make docs'
    assert [n for n in names if f'href="api_{module.stem}.html#{n.lower()}"' not in index] == []
    defs = [n for n in names if any(isinstance(o, (ast.FunctionDef,ast.ClassDef)) and o.name == n for o in tree.body)]
    for n in defs:
        chapter = re.search(rf'<a href="(\w+\.html)#{n.lower()}">{n} in the study</a>', text)
        assert chapter, n
        assert f'href="api_{module.stem}.html#{n.lower()}"' in (DOCS/chapter[1]).read_text(encoding='utf-8'), n

def test_theme_is_set_before_anything_is_painted():
    for p in PAGES:
        head = (DOCS/p).read_text(encoding='utf-8').split('</head>')[0]
        if 'smalldocs' in head: assert 0 < head.find('dataset.theme') < head.find('rel="stylesheet"'), p

def test_a_recipe_can_be_built_on_the_front():
    for name in ('index.html','build.html'):
        text = (DOCS/name).read_text(encoding='utf-8')
        assert 'data-recipe-builder' in text and all((DOCS/src).exists() for src in re.findall(r'(?:src|href)="(builder/[^"]+)"', text))
    assert sum(f.stat().st_size for f in (DOCS/'builder').iterdir() if f.suffix not in ('.js','.css')) < 4e6, 'what the page fetches'

def test_readme_links_lead_somewhere():
    text = (ROOT/'README.md').read_text(encoding='utf-8')
    links = re.findall(r'\]\((?!\w+:|#)([^)#\s]+)', text)
    assert [l for l in links if not (ROOT/l).exists()] == []

# With one

class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass

@pytest.fixture(scope='module')
def seen():
    "What a browser saw of every page; pictures of them in the folder that SITE_SHOTS names"
    browser = next(filter(None, map(shutil.which, ('chromium','chromium-browser','google-chrome'))), None)
    if not browser or not shutil.which('node') or not (ROOT/'node_modules'/'playwright-core').exists(): pytest.fail('no browser, node or playwright-core: run make test')
    shots = os.environ.get('SITE_SHOTS', '')
    if shots: Path(shots).mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=str(DOCS)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base = f'http://127.0.0.1:{server.server_port}/'
        cmd = ['node', ROOT/'tests'/'site.mjs', browser, base, shots, ','.join(SEARCH), ','.join(NIGHT), 'index.html', *(p for p in PAGES if p != 'index.html')]
        res = subprocess.run(cmd, capture_output=True, text=True, timeout=600, env=clean_env())
        assert res.returncode == 0, res.stderr
        return json.loads(res.stdout) | dict(base=base)
    finally: server.shutdown()

@pages
def test_page_opens_without_complaint(seen, name): assert seen['pages'][name]['said'] == []

@pages
def test_page_asks_nothing_of_other_servers(seen, name): assert seen['pages'][name]['outside'] == []

@pages
def test_page_shows_its_pictures_and_formulas(seen, name):
    p = seen['pages'][name]
    assert p['title'] and p['broken'] == [] and p['math'] == []

@pages
@pytest.mark.parametrize('width', ['1280','390'])
def test_page_fits_the_window(seen, name, width): assert seen['pages'][name]['overflow'][width] == []

@pages
def test_page_is_accessible(seen, name): assert seen['pages'][name]['axe'] == []

@pytest.mark.parametrize('name', NIGHT)
def test_page_is_accessible_by_night(seen, name): assert seen['night'][name] == []

@pytest.mark.parametrize('name', NIGHT)
def test_page_prints_on_white_without_menus(seen, name): assert seen['paper'][name] == dict(shown=[], ground='rgb(255, 255, 255)', wide=False)

def test_keyboard_reaches_everything(seen):
    "in the order of the page, and past the menus at once for who wants"
    keys = seen['keys']
    order = [keys['reached'].index(k) if k in keys['reached'] else k for k in ('skip','menu','search','toggle','sidebar','content')]
    assert all(isinstance(o, int) for o in order) and order == sorted(order), keys['reached']
    assert keys['skipped'] == '#quarto-document-content'

def test_light_or_dark_is_chosen_and_kept(seen):
    keys = seen['keys']
    assert keys['pressed'][:2] == ['dark','true'] and keys['kept'] == ['dark','dark']
    assert sum(map(int, re.findall(r'\d+', keys['pressed'][2])[:3])) < 150, 'dark is dark'

@pages
def test_links_lead_somewhere(seen, name):
    bad = []
    for link in set(seen['pages'][name]['links']):
        if not link.startswith(seen['base']): continue
        path,anchor = urldefrag(link.removeprefix(seen['base']))
        path = unquote(path) or 'index.html'
        if not (DOCS/path).exists() or anchor and path in seen['pages'] and unquote(anchor) not in seen['pages'][path]['anchors']: bad.append(link)
    assert bad == []

@pytest.mark.parametrize('width', ['1280','390'])
@pytest.mark.parametrize('query', SEARCH)
def test_search_finds(seen, query, width): assert any(SEARCH[query] in h for h in seen['search'][query][width][:5])

def test_menu_of_a_phone_opens(seen): assert len(seen['menu']) >= 3

def test_page_of_notebook_is_in_the_menu(seen):
    assert {page(nb) for nb in notebooks()} <= {h.removeprefix('./') for h in seen['menu']}
