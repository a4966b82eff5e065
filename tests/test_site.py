"The site as a reader meets it: in a browser, at a desk and on a phone, with nothing but its own folder"
import filecmp,functools,http.server,json,os,re,shutil,subprocess,sys,threading
from html import unescape
from pathlib import Path
from urllib.parse import unquote,urldefrag
import pytest
from conftest import ROOT,clean_env,notebooks,page

DOCS = ROOT/'docs'
PAGES = sorted(p.relative_to(DOCS).as_posix() for p in DOCS.rglob('*.html'))
SEARCH = {'ingredient':'ingredients.html', 'attention':'blocks.html', 'density':'ingredients.html', 'early stopping':'training.html', 'Wikibooks':'licences.html'} # what a reader types: the page that must be among the first five
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

def test_readme_links_lead_somewhere():
    text = (ROOT/'README.md').read_text(encoding='utf-8')
    links = re.findall(r'\]\((?!\w+:|#)([^)#\s]+)', text)
    assert [l for l in links if not (ROOT/l).exists()] == []

# With one

class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass

@pytest.fixture(scope='module')
def seen(tmp_path_factory):
    "What a browser saw of every page; pictures of them in the folder that SITE_SHOTS names"
    browser = next(filter(None, map(shutil.which, ('chromium','chromium-browser','google-chrome'))), None)
    if not browser or not shutil.which('node') or not (ROOT/'node_modules'/'playwright-core').exists(): pytest.fail('no browser, node or playwright-core: run make test')
    shots = Path(os.environ.get('SITE_SHOTS') or tmp_path_factory.mktemp('shots'))
    shots.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=str(DOCS)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base = f'http://127.0.0.1:{server.server_port}/'
        cmd = ['node', ROOT/'tests'/'site.mjs', browser, base, shots, ','.join(SEARCH), 'index.html', *(p for p in PAGES if p != 'index.html')]
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
