"What ten thousand lists cost: `python benchmarks/quantify.py [N]`. From the shell, model loading included: wall, CPU, memory; then one call against a call for each, and against a process for each"
import os,subprocess,sys,tempfile,time
from pathlib import Path
from speed import best

def lists(n, seed=0):
    "Lists as people write them: recipes of the Wikibooks Cookbook with one ingredient left out, so that few are alike; every fourth with a locked weight"
    import numpy as np
    from recipegen.recipes import Corpus
    C,rng = Corpus.load(),np.random.default_rng(seed); out = []
    while len(out) < n:
        r = C[int(rng.integers(len(C)))]; names = list(r.names); names.pop(int(rng.integers(len(names))))
        if len(out) % 4 == 0: names[0] += '=125'
        out.append(', '.join(names))
    return out

def spent(command):
    "Wall seconds, CPU seconds and MB at most of a command"
    t = time.perf_counter(); p = subprocess.Popen(command, stdout=subprocess.DEVNULL); _,status,u = os.wait4(p.pid, 0)
    assert status == 0, command
    return time.perf_counter()-t,u.ru_utime+u.ru_stime,u.ru_maxrss/1024

def main(n=10_000):
    from recipegen.generator import RecipeGenerator
    L = lists(n); sizes = [l.count(',')+1 for l in L]; command = str(Path(sys.executable).with_name('recipegen'))
    print(f'{n:,} lists, {len(set(L)):,} of them different, {min(sizes)} to {max(sizes)} ingredients, {sum(sizes)/n:.1f} in the mean; {len(os.sched_getaffinity(0))} cores, OMP_NUM_THREADS {os.environ.get("OMP_NUM_THREADS", "not set")}')
    with tempfile.TemporaryDirectory() as d:
        f = Path(d)/'lists.txt'; f.write_text('\n'.join(L), encoding='utf-8')
        for form in 'json','text':
            wall,cpu,mb = spent([command,'quantify','--lists',str(f),'--format',form])
            print(f'recipegen quantify --lists, {form:24}{wall:8.2f} s wall {cpu:8.2f} s CPU {mb:6.0f} MB')
    one = min(spent([command,'quantify','--include',L[0],'--format','json'])[0] for _ in range(3))
    gen = RecipeGenerator.load(); gen.quantify(L[:200])
    all_,each = best(lambda: gen.quantify(L), 1),best(lambda: [gen.quantify([l]) for l in L[:200]], 2)/200
    print(f'gen.quantify, one call for all {all_/n*1000:21.2f} ms a list\ngen.quantify, a call for each {each*1000:22.2f} ms a list, {each*n/all_:.1f} times that\na process for each {one*1000:33.2f} ms a list, {one*n/all_:.0f} times that')

if __name__ == '__main__': main(*map(int, sys.argv[1:]))
