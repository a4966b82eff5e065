"What a user waits for: `python benchmarks/speed.py`. Best of five, one core, on the machine at hand"
import os,subprocess,sys,time
os.environ |= {k:'1' for k in ('OMP_NUM_THREADS','OPENBLAS_NUM_THREADS','MKL_NUM_THREADS')} # before numpy is loaded
from pathlib import Path

def best(f, n=5):
    "Seconds of the fastest of `n` runs: what the code needs, without what else the machine did"
    times = []
    for _ in range(n):
        t = time.perf_counter(); f()
        times.append(time.perf_counter()-t)
    return min(times)

def python(code): subprocess.run([sys.executable, '-c', code], check=True, stdout=subprocess.DEVNULL)

def show(what, s, n=1): print(f'{what:44}{s*1000:10.1f} ms' + (f'{n/s:12.0f} a second' if n > 1 else ''))

def main():
    from recipegen.generator import RecipeGenerator
    show('python, doing nothing', best(lambda: python('')))
    show('import recipegen.generator', best(lambda: python('import recipegen.generator')))
    command = Path(sys.executable).with_name('recipegen')
    show('recipegen generate --n 1, as typed', best(lambda: subprocess.run([command, 'generate', '--seed', '0'], check=True, stdout=subprocess.DEVNULL)))
    show('RecipeGenerator.load()', best(RecipeGenerator.load))
    gen = RecipeGenerator.load()
    for n in 1,100: show(f'generate(n={n})', best(lambda: gen.generate(n=n, seed=0)), n)
    sets = [['flour','butter','sugar','egg']]*100
    show('quantify, 100 lists of four', best(lambda: gen.quantify(sets)), 100)
    show('next_log_probs, 100 lists of four', best(lambda: gen.next_log_probs(sets)), 100)

if __name__ == '__main__': main()
