"""Many recipes to a file: `python benchmarks/many.py`. Writes benchmarks/many.json

`recipegen generate --n N --out recipes.parquet --seed 0`, N of 10,000 and 100,000, each a process of its own on one thread: recipes a second of wall and of CPU time (user and system, from the key to the
renamed file), the largest resident memory, and the ratio of the largest memory at the two sizes. Then the file is read back: so many rows, recipes that are not empty, no ingredient twice in a recipe,
grams that sum to the total, every weight inside its interval, and the first fifty as `RecipeGenerator.generate` gives them. One run of each unless --rounds says more: medians then.
"""
import argparse,json,os,platform,statistics,subprocess,sys,tempfile,time
from pathlib import Path

here = Path(__file__).resolve().parent

def spent(command):
    "Wall seconds, CPU seconds, MB at most of a command"
    t = time.perf_counter(); p = subprocess.Popen(command); _,status,u = os.wait4(p.pid, 0)
    if status: raise SystemExit(f'{command[1:]} failed')
    return time.perf_counter()-t,u.ru_utime+u.ru_stime,u.ru_maxrss/1024

def check(path, n, engine):
    "What holds of every file, by a process of its own: a child's largest memory is never less than its parent's"
    import numpy as np, pyarrow.compute as pc, pyarrow.parquet as pq
    from recipegen.generator import RecipeGenerator
    t = pq.read_table(path); size,flat = pc.list_value_length(t['ingredients']).to_numpy(),{k: pc.list_flatten(t[k]).to_numpy(zero_copy_only=False) for k in ('grams','low','high')}
    names = pc.list_flatten(t['ingredients']).combine_chunks().dictionary_encode(); ids,row = names.indices.to_numpy(),np.repeat(np.arange(n), size)
    assert len(t) == n and (t['recipe'].to_numpy() == np.arange(1, n+1)).all() and size.min() > 0 and all(len(x) == size.sum() for x in flat.values())
    assert len(np.unique(row*len(names.dictionary)+ids)) == len(ids), 'an ingredient stands twice in a recipe'
    assert np.allclose(np.bincount(row, flat['grams'].astype(float)), t['total_grams'], rtol=1e-5, atol=0) and np.allclose(t['total_grams'], 1000)
    assert (flat['grams'] > 0).all() and (flat['low'] <= flat['grams']).all() and (flat['grams'] <= flat['high']).all()
    for r,o in zip(RecipeGenerator.load(engine=engine).generate(n=50), t.slice(0, 50).to_pylist()):
        assert (o['ingredients'], o['log_prob'], o['seed'], o['model']) == (r.names, r.log_prob, r.seed, r.model) and all(np.array_equal(np.float32(getattr(r, k)), np.float32(o[k])) for k in flat)
    sets = np.zeros(n, np.uint64); np.add.at(sets, row, np.random.default_rng(0).integers(1, 2**63, len(names.dictionary), dtype=np.uint64)[ids]) # a fingerprint of each set
    print(json.dumps(dict(rows=n, row_groups=pq.ParquetFile(path).num_row_groups, mean_ingredients=float(size.mean()), ingredients_used=len(names.dictionary), distinct_sets=len(np.unique(sets)))))

def machine():
    "What it was measured on"
    from importlib.metadata import version
    cpu = next((l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), '') if Path('/proc/cpuinfo').exists() else platform.processor()
    return dict(cpu=cpu, cores=os.cpu_count(), threads=1, python=platform.python_version(), **{k: version(k) for k in ('numpy','onnxruntime','pyarrow')}, recipegen=version('recipegen'))

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0]); p.add_argument('--sizes', default='10000,100000'); p.add_argument('--engines', default='auto,int8'); p.add_argument('--rounds', type=int, default=1)
    p.add_argument('--out', default=str(here/'many.json')); p.add_argument('--check', nargs=3, help=argparse.SUPPRESS); a = p.parse_args()
    if a.check: return check(a.check[0], int(a.check[1]), a.check[2])
    os.environ |= {k:'1' for k in ('OMP_NUM_THREADS','OPENBLAS_NUM_THREADS')}
    typed,sizes,engines = str(Path(sys.executable).with_name('recipegen')),[int(n) for n in a.sizes.split(',')],a.engines.split(','); raw,found = {},{}
    with tempfile.TemporaryDirectory() as d:
        f = str(Path(d)/'recipes.parquet')
        for r in range(a.rounds):
            for e in engines:
                for n in sizes:
                    raw.setdefault((e,n), []).append(spent([typed,'generate','--n',str(n),'--engine',e,'--seed','0','--out',f]))
                    if r == 0: found[e,n] = dict(file_mb=round(os.path.getsize(f)/2**20, 2), **json.loads(subprocess.run([sys.executable,__file__,'--check',f,str(n),e], check=True, stdout=subprocess.PIPE).stdout))
    res = {e: {} for e in engines}
    for (e,n),x in raw.items():
        wall,cpu,mb = (statistics.median(o) for o in zip(*x))
        res[e][str(n)] = dict(wall_s=round(wall, 2), cpu_s=round(cpu, 2), recipes_per_wall_s=round(n/wall, 1), recipes_per_cpu_s=round(n/cpu, 1), peak_mb=round(mb, 1), **found[e,n])
        print(f'{e:>5} {n:>9,}: {n/wall:7,.0f} recipes a second, {n/cpu:7,.0f} a CPU second, {mb:5.0f} MB at most, file {found[e,n]["file_mb"]:.1f} MB, {found[e,n]["distinct_sets"]:,} distinct sets')
    for e in engines: res[e]['peak_ratio'] = round(res[e][str(sizes[-1])]['peak_mb']/res[e][str(sizes[0])]['peak_mb'], 3); print(f'{e}: memory at {sizes[-1]:,} over memory at {sizes[0]:,}: {res[e]["peak_ratio"]:.3f}')
    Path(a.out).write_text(json.dumps(dict(machine=machine(), rounds=a.rounds, command='recipegen generate --n N --engine ENGINE --seed 0 --out recipes.parquet', results=res), indent=1)+'\n', encoding='utf-8')

if __name__ == '__main__': main()
