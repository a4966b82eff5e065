"The project as a whole: notebooks and package agree, notebooks run, the wheel is complete"
import ast,configparser,json,re,shutil,subprocess,sys,sysconfig,tempfile
from pathlib import Path
import pytest
from conftest import ROOT,clean_env,notebooks,tracked

cfg = configparser.ConfigParser(delimiters=['='], interpolation=None)
cfg.read(ROOT/'settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']
nbs = pytest.mark.parametrize('nb', notebooks(), ids=lambda p: p.stem)

def run(*cmd, **kw):
    "The command's output; a failure shows all that it said"
    res = subprocess.run([str(o) for o in cmd], capture_output=True, text=True, env=clean_env(), timeout=900, **kw)
    assert res.returncode == 0, f"{' '.join(map(str, cmd))}\n{res.stdout}\n{res.stderr}"
    return res.stdout

def cells(nb): return json.loads(nb.read_text(encoding='utf-8'))['cells']

# Notebooks

@pytest.fixture(scope='module')
def copy(tmp_path_factory):
    "The notebooks and the settings in another place, where they can be exported and cleaned anew"
    to = tmp_path_factory.mktemp('copy')
    shutil.copy(ROOT/'settings.ini', to)
    shutil.copytree(ROOT/'nbs', to/'nbs', ignore=shutil.ignore_patterns('.ipynb_checkpoints'))
    (to/'recipegen').mkdir()
    shutil.copy(ROOT/'recipegen'/'__init__.py', to/'recipegen')
    run(Path(sys.executable).parent/'nbdev_export', cwd=to)
    run(Path(sys.executable).parent/'nbdev_clean', cwd=to)
    return to

def test_package_is_the_notebooks(copy):
    py = lambda d: {p.relative_to(d).as_posix(): p.read_text(encoding='utf-8') for p in (d/'recipegen').rglob('*.py')}
    here,there = py(ROOT),py(copy)
    assert here.keys() == there.keys(), 'modules without a notebook, or notebooks not exported: run nbdev_export'
    assert [f for f in here if here[f] != there[f]] == [], 'run nbdev_export; change notebooks, not modules'

@nbs
def test_notebook_is_clean(nb, copy):
    assert nb.read_bytes() == (copy/nb.relative_to(ROOT)).read_bytes(), 'run nbdev_clean'

@nbs
def test_notebook_is_executed(nb):
    code = [c for c in cells(nb) if c['cell_type'] == 'code']
    assert any(c['outputs'] for c in code), 'no cell has an output: execute the notebook and keep them'
    errors = [''.join(c['source']) for c in code for o in c['outputs'] if o['output_type'] == 'error']
    assert not errors, errors
    ids = [c['id'] for c in cells(nb)]
    assert len(ids) == len(set(ids))

@nbs
def test_notebook_opens_with_title_and_subtitle(nb):
    first = ''.join(cells(nb)[0]['source']).split('\n')
    assert first[0].startswith('# ') and any(l.startswith('> ') for l in first), 'begin with "# Title" and "> what it answers"'

@nbs
def test_notebook_runs(nb):
    "All cells but those marked slow"
    code = 'import sys; from pathlib import Path; from nbdev.test import test_nb\nsys.exit(not test_nb(Path(sys.argv[1]), skip_flags=sys.argv[3:], basepath=sys.argv[2])[0])'
    run(sys.executable, '-c', code, nb, ROOT, *cfg['tst_flags'].split(), cwd=nb.parent)

# Package

def imports(path):
    "Names of the packages that a file cannot do without: what stands in a `try` that answers for ImportError is left out"
    tree = ast.parse(path.read_text(encoding='utf-8'))
    guarded = {o for t in ast.walk(tree) if isinstance(t, ast.Try) and any('ImportError' in ast.unparse(h.type or ast.Name('')) for h in t.handlers) for s in t.body for o in ast.walk(s)}
    for o in ast.walk(tree):
        if o in guarded: continue
        if isinstance(o, ast.Import): yield from (a.name.split('.')[0] for a in o.names)
        elif isinstance(o, ast.ImportFrom) and not o.level: yield o.module.split('.')[0]

def test_imports_are_required():
    names = {re.split(r'[<>=]', r)[0] for r in cfg['requirements'].split()}
    found = {m for p in (ROOT/'recipegen').glob('*.py') for m in imports(p)} - set(sys.stdlib_module_names) - {'recipegen'}
    assert found <= names, f'name in settings.ini what the package imports: {found-names}'

@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    "A new environment with the wheel in it, and beside it the libraries of this one"
    tmp = tmp_path_factory.mktemp('wheel')
    for p in tracked():
        rel = p.relative_to(ROOT)
        if rel.parts[0] in ('docs','nbs','tests'): continue
        (tmp/'src'/rel).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(p, tmp/'src'/rel)
    pip = sys.executable, '-m', 'pip', '--disable-pip-version-check'
    run(*pip, 'wheel', '-q', '--no-deps', '--no-build-isolation', '-w', tmp, tmp/'src')
    run(sys.executable, '-m', 'venv', '--without-pip', tmp/'venv')
    py = tmp/'venv'/'bin'/'python'
    run(*pip, '--python', py, 'install', '-q', '--no-deps', '--no-index', *tmp.glob('*.whl'))
    site = Path(run(py, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').strip())
    (site/'beside.pth').write_text(sysconfig.get_path('purelib')+'\n') # a path only: an editable install beside it stays out
    (tmp/'elsewhere').mkdir()
    return py,site,tmp/'elsewhere'

def test_wheel_ships_what_the_package_reads(installed):
    py,site,cwd = installed
    files = lambda d: {p.relative_to(d).as_posix() for p in d.rglob('*') if p.is_file() and '__pycache__' not in p.parts}
    assert files(ROOT/'recipegen') == files(site/'recipegen')
    assert Path(run(py, '-c', 'import recipegen; print(recipegen.__file__)', cwd=cwd).strip()).parent == site/'recipegen'

def test_wheel_runs_elsewhere(installed):
    py,site,cwd = installed
    if not (site/'recipegen'/'cli.py').exists(): pytest.skip('no command yet')
    assert 'generate' in run(py.parent/'recipegen', '--help', cwd=cwd)

@pytest.mark.parametrize('module', ['ingredients','lines','recipes','generator'])
def test_import_is_light(module, installed):
    "What the command needs to print a recipe comes without torch and pandas"
    py,site,cwd = installed
    if not (site/'recipegen'/f'{module}.py').exists(): pytest.skip('no such module yet')
    run(py, '-c', f'import sys, recipegen.{module}; heavy = {{"torch","pandas","matplotlib"}} & set(sys.modules); assert not heavy, heavy', cwd=cwd)

# Files

def texts():
    for p in tracked():
        try: yield p, p.read_text(encoding='utf-8')
        except UnicodeDecodeError: pass

def test_no_machine_paths():
    here = [str(ROOT.parent), str(Path.home()), tempfile.gettempdir(), '/'+'root', '/'+'home', '/'+'Users']
    bad = re.compile('(?<![\\w.:/~])('+'|'.join(re.escape(h) for h in here if len(h) > 1)+r')/[A-Za-z0-9_.]')
    assert [f'{p.relative_to(ROOT)}: {m[0]}' for p,s in texts() if (m := bad.search(s))] == []

def test_no_large_files():
    assert [f'{p.relative_to(ROOT)} {p.stat().st_size/1e6:.1f} MB' for p in tracked() if p.stat().st_size > 16e6] == []

def test_locks_name_no_host():
    assert '"resolved"' not in (ROOT/'package-lock.json').read_text()
    assert not re.search(r'://|^-', (ROOT/'constraints.txt').read_text(), re.M)

def test_licences():
    assert 'Apache License' in (ROOT/'LICENSE').read_text()
    data = (ROOT/'LICENSE-DATA.md').read_text()
    for word in 'CC BY-SA 4.0','Wikibooks','SR28','public domain': assert word in data
