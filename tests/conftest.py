"What the tests share: where the project is and what it holds"
import os,re,subprocess,sys
from pathlib import Path
import pytest
os.environ['OMP_NUM_THREADS'] = '1' # the products are small: on shared cores several threads mostly wait for each other

ROOT = Path(__file__).resolve().parent.parent

def notebooks():
    "The notebooks that make up the project, in the order of study"
    return sorted(p for p in (ROOT/'nbs').rglob('*.ipynb') if not any(o[0] in '._' for o in p.relative_to(ROOT).parts))

def page(nb):
    "Name of a notebook's page: its own without the number"
    return re.sub(r'^\d+[a-z]*_', '', nb.stem)+'.html'

def clean_env(**kw):
    "This environment without what would point a child process at this checkout, and with the commands installed beside this python"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get('PATH', '')])
    return {k:v for k,v in os.environ.items() if k not in ('IN_TEST','PYTHONPATH')} | dict(PATH=path) | kw

def tracked():
    "Files that a clone would hold: known to git, or new and not ignored"
    try: out = subprocess.run(['git','ls-files','-co','--exclude-standard','-z'], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError): pytest.skip('not a git checkout')
    return [p for f in out.split('\0') if f and (p := ROOT/f).is_file()]

@pytest.fixture(scope='session')
def root(): return ROOT
