"""Cold start stays usable where torch is not, and a new ingredient is read or refused"""
import subprocess, sys
import numpy as np, pytest
from recipegen.ingredients import InputError, table
from recipegen.cold_start import CompositionKernel, calibrate, hold_out, newcomer, with_strangers

def test_torch_free():
    code = 'import sys, recipegen.cold_start as c; c.newcomer(c.table().row({"protein": 12})[0], c.np.eye(len(c.table()))); sys.exit("torch" in sys.modules)'
    assert subprocess.run([sys.executable, '-c', code]).returncode == 0

@pytest.mark.parametrize('label,why', [({'protien':3}, 'nearest: protein'), ({'fat':-1}, 'cannot be'), ({'fat':'a lot'}, 'not a number'), ({'fat':float('inf')}, 'not a number'), ({}, 'no component is given'),
    ({'fat':''}, 'no component is given'), ('fat', 'a dict'), ({'fat':60, 'protein':60}, '120 g'), ({'energy':2000}, 'cannot be'), ({'fat':1, '204':1}, 'twice'), ({None:1}, 'no component "None"')])
def test_refused_in_one_line(label, why):
    with pytest.raises(InputError, match=why) as e: table().row(label)
    assert '\n' not in str(e.value)

def test_newcomer_finds_itself_and_its_kin():
    T = table(); Y = np.eye(len(T))[:,:7]
    for n in ('butter','almond','carrot'):
        c = newcomer(T.composition[T[n].id], Y)
        assert c.nearest[0][0] == n and c.nearest[0][1] > .99 and 0 <= c.novelty <= 1 and np.isfinite(c.targets).all() and len(c.targets) == 7
    oil = newcomer(T.row({'energy':884, 'protein':0, 'fat':100, 'saturated fat':11, 'carbohydrate':0})[0], Y)
    assert all(T[n].group in ('oil','dairy','meat','nut','seed') for n,_ in oil.nearest) and any('oil' in n for n,_ in oil.nearest)

def test_one_amount_alone_is_an_answer():
    for c in table().components: assert np.isfinite(newcomer(table().row({c['name']:1})[0], np.eye(len(table()))[:,:3]).targets).all()

def test_strangers_by_the_column_or_by_the_table():
    v = len(table()); held = np.array([3,9]); f = lambda sets: np.zeros((len(sets),v)); u = np.arange(2.*v).reshape(2,v)
    a,b = with_strangers(f, lambda s: u, held, 2, 1)([[0],[1]]),with_strangers(f, lambda s: u[:,held], held, 2, 1)([[0],[1]])
    assert (a==b).all() and (a[:,held]==1+2*u[:,held]).all() and a.sum()==a[:,held].sum()

def test_hold_out_is_stratified():
    n = np.random.default_rng(0).permutation(1000)
    means = [n[hold_out(n, d)].mean() for d in range(10)]
    assert np.ptp(means) < 10 and len(hold_out(n, 0)) == 98 # those in fewer than 20 are never held out
    assert len(hold_out(np.zeros(5), 0)) == 0
