"""From the shell to a printed recipe: `python benchmarks/start.py`. Writes benchmarks/start.json

`recipegen generate --seed 0`, with grams and their intervals, beside scripts that load a random GPT-2 of 6 layers, width 256 and 1,000 ingredients from a folder, draw 16 ingredients and print their
names: Hugging Face's model and tokenizer; a loop in torch; ONNX Runtime, int8; CTranslate2, int8. The scripts import nothing that they do not use. Ours ships two models and a table of 1,185
ingredients with all that is known of them, and weighs what it drew; its networks are narrower (3 blocks of width 160).

Each is a process of its own, one thread. Cold: the pages of every file of Python, the packages, and the models have been dropped from memory (posix_fadvise), as after a restart of the machine; the
byte-code is there. Warm: run just before. Medians of interleaved rounds of wall and CPU seconds and of the largest resident memory. The modules that were imported are counted by `-X importtime`.
"""
import argparse,json,os,statistics,subprocess,sys,sysconfig,tempfile,time
from pathlib import Path

here = Path(__file__).resolve().parent

NAMES = "names = open(sys.argv[1]+'/names.txt').read().split('\\n')\n"
DRAW = '''
def draw(z): # (v+1,) -> one id
    z = z/.9; at = np.argsort(-z)[:50]; p = np.exp(z[at]-z[at[0]]); p /= p.sum(); p[p.cumsum()-p >= .9] = 0
    return at[rng.choice(50, p=p/p.sum())]
'''
SCRIPTS = dict(
hf='''
import sys,torch
from transformers import AutoModelForCausalLM,AutoTokenizer
tok,m = AutoTokenizer.from_pretrained(sys.argv[1]),AutoModelForCausalLM.from_pretrained(sys.argv[1])
torch.manual_seed(0)
y = m.generate(**tok('<end>', return_tensors='pt'), do_sample=True, temperature=.9, top_k=50, top_p=.9, min_new_tokens=16, max_new_tokens=16)
print(tok.decode(y[0,1:]))
''',
torch='''
import sys,torch
import torch.nn.functional as F
from safetensors.torch import load_file
'''+NAMES+'''
w = {k.removeprefix('transformer.'): x for k,x in load_file(sys.argv[1]+'/model.safetensors').items()}
torch.manual_seed(0); ids,past = [1000],[[None,None] for _ in range(6)]
lin = lambda x,n: torch.addmm(w[n+'.bias'], x, w[n+'.weight'])
norm = lambda x,n: F.layer_norm(x, (256,), w[n+'.weight'], w[n+'.bias'])
with torch.inference_mode():
    for i in range(16):
        x = (w['wte.weight'][ids[-1]]+w['wpe.weight'][i])[None]
        for l in range(6):
            q,k,v = lin(norm(x, f'h.{l}.ln_1'), f'h.{l}.attn.c_attn').view(3, 4, 1, 64)
            past[l] = k,v = [y if p is None else torch.cat([p,y], 1) for p,y in zip(past[l], (k,v))]
            x = x+lin(F.scaled_dot_product_attention(q[None], k[None], v[None]).view(1, 256), f'h.{l}.attn.c_proj')
            x = x+lin(F.gelu(lin(norm(x, f'h.{l}.ln_2'), f'h.{l}.mlp.c_fc'), approximate='tanh'), f'h.{l}.mlp.c_proj')
        z = (norm(x, 'ln_f')@w['wte.weight'].T)[0]; z[1000] = -torch.inf
        z,at = (z/.9).topk(50); p = z.softmax(0); p[p.cumsum(0)-p >= .9] = 0
        ids.append(at[p.multinomial(1)].item())
print(', '.join(names[i] for i in ids[1:]))
''',
ort='''
import sys,numpy as np,onnxruntime as ort
'''+NAMES+DRAW+'''
o = ort.SessionOptions(); o.intra_op_num_threads = o.inter_op_num_threads = 1
s = ort.InferenceSession(sys.argv[1]+'/gpt2.onnx', o, providers=['CPUExecutionProvider'])
rng = np.random.default_rng(0); ids,past = [1000],[np.empty((2,1,4,0,64), np.float32)]*6
for i in range(16):
    z,*past = s.run(None, dict(ids=np.array([[ids[-1]]]), at=np.array([i]), **{f'past{l}': x for l,x in enumerate(past)})); z[:,1000] = -np.inf
    ids.append(draw(z[0]))
print(', '.join(names[i] for i in ids[1:]))
''',
ct2='''
import sys,ctranslate2
g = ctranslate2.Generator(sys.argv[1]+'/ct2', device='cpu', compute_type='int8', inter_threads=1, intra_threads=1)
names = open(sys.argv[1]+'/names.txt').read().split('\\n')
y = g.generate_batch([['<end>']], max_length=16, min_length=16, sampling_topk=50, sampling_topp=.9, sampling_temperature=.9, include_prompt_in_result=False)
print(', '.join(names[i] for i in y[0].sequences_ids[0]))
''')
TITLES = dict(ours='recipegen generate', hf='Hugging Face', torch='torch, by hand', ort='ONNX Runtime, int8', ct2='CTranslate2, int8', python='python, doing nothing')
HEAVY = 'torch pandas transformers onnxruntime ctranslate2 scipy sklearn pyarrow matplotlib numpy safetensors recipegen'.split()

def folder(d):
    "What the scripts load; made by a process of its own, for a child's largest memory is never less than its parent's"
    import peers
    names = [f'ingredient{i}' for i in range(peers.V)]+['<end>']; (d/'names.txt').write_text('\n'.join(names)); (d/'machine.json').write_text(json.dumps(peers.machine()))
    def hf():
        import transformers
        from tokenizers import Tokenizer,models,pre_tokenizers
        transformers.utils.logging.disable_progress_bar(); peers.gpt2().save_pretrained(d)
        t = Tokenizer(models.WordLevel({n: i for i,n in enumerate(names)}, unk_token='<end>')); t.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        transformers.PreTrainedTokenizerFast(tokenizer_object=t, eos_token='<end>', pad_token='<end>').save_pretrained(d)
    for k,make in dict(hf=hf, torch=hf, ort=lambda: peers.save_onnx(d/'gpt2.onnx', 'int8'), ct2=lambda: peers.save_ct2(d/'ct2', 'int8')).items():
        try: make(); (d/f'run_{k}.py').write_text(SCRIPTS[k])
        except ImportError as e: print(f'{TITLES[k]} is left out: {e.name} is not installed')

def drop(roots):
    "Let the pages of all files below go"
    for root in roots:
        for at,_,files in os.walk(root):
            for f in files:
                try: fd = os.open(os.path.join(at, f), os.O_RDONLY)
                except OSError: continue
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED); os.close(fd)

def spent(command):
    "Wall seconds, CPU seconds, MB at most of a command"
    t = time.perf_counter(); p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE); err = p.stderr.read(); _,status,u = os.wait4(p.pid, 0)
    if status: raise SystemExit(f'{command[-2:]} failed: {err.decode().splitlines()[-1]}')
    return time.perf_counter()-t,u.ru_utime+u.ru_stime,u.ru_maxrss/1024

def modules(command):
    "How many modules a command imports, and which of the heavy ones"
    err = subprocess.run([sys.executable, '-X', 'importtime', *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    names = {l.rsplit('|', 1)[1].strip() for l in err.splitlines() if l.startswith('import time:')}
    return len(names)-1,[h for h in HEAVY if h in names]

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0]); p.add_argument('--rounds', type=int, default=9); p.add_argument('--cold', type=int, default=3, help='rounds with files dropped from memory'); p.add_argument('--only', help='of '+', '.join(TITLES)); p.add_argument('--out'); p.add_argument('--make', help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.make: return folder(Path(a.make))
    os.environ |= {k:'1' for k in ('OMP_NUM_THREADS','OPENBLAS_NUM_THREADS','MKL_NUM_THREADS')} | dict(HF_HUB_OFFLINE='1'); os.environ.pop('PYTHONDONTWRITEBYTECODE', None) # else our package, alone installed from here, would be compiled at each run
    names = a.only.split(',') if a.only else list(TITLES)
    if wrong := [k for k in names if k not in TITLES]: p.error(f'no system {wrong[0]}; choose from {", ".join(TITLES)}')
    with tempfile.TemporaryDirectory() as d:
        d = Path(d); subprocess.run([sys.executable, __file__, '--make', str(d)], check=True); typed = str(Path(sys.executable).with_name('recipegen'))
        args = dict(ours=[typed,'generate','--seed','0'], python=['-c','']) | {k: [str(d/f'run_{k}.py'),str(d)] for k in SCRIPTS}
        names = [k for k in names if k not in SCRIPTS or (d/f'run_{k}.py').exists()]; run = {k: spent if k == 'ours' else (lambda c: spent([sys.executable, *c])) for k in names}
        roots = {sysconfig.get_paths()[k] for k in ('stdlib','platstdlib','purelib','platlib')} | {str(here.parent/'recipegen'), str(d), sysconfig.get_config_var('LIBDIR'), str(Path(sys.executable).resolve().parent)}
        raw = {(k,w): [] for w in ('cold','warm') for k in names}
        for k in names: run[k](args[k])
        for r in range(max(a.rounds, a.cold)):
            for k in names[r%len(names):]+names[:r%len(names)]:
                if r < a.cold: drop(roots); raw[k,'cold'].append(run[k](args[k]))
                if r < a.rounds: run[k](args[k]) if r < a.cold else None; raw[k,'warm'].append(run[k](args[k]))
        machine = json.loads((d/'machine.json').read_text()); seen = {k: modules(args[k]) for k in names}
    res = {k: dict(modules=seen[k][0], heavy=seen[k][1], **{w: dict(zip(('wall_s','cpu_s','memory_mb'), (statistics.median(x) for x in zip(*raw[k,w]))), low_wall_s=min(x[0] for x in raw[k,w]), high_wall_s=max(x[0] for x in raw[k,w])) for w in ('cold','warm') if raw[k,w]}) for k in names}
    o = dict(machine=machine, rounds=dict(cold=a.cold, warm=a.rounds), names={k: TITLES[k] for k in names}, results=res)
    print(f"{o['machine']['cpu']}; one thread; medians of {a.cold} cold and {a.rounds} warm rounds\n{'':26}{'cold wall':>11}{'CPU':>8}{'warm wall':>11}{'CPU':>8}{'MB':>7}{'modules':>9}  heavy ones")
    for k,r in res.items():
        print(f"{TITLES[k]:26}" + (f"{r['cold']['wall_s']:11.3f}{r['cold']['cpu_s']:8.3f}" if 'cold' in r else ' '*19) + f"{r['warm']['wall_s']:11.3f}{r['warm']['cpu_s']:8.3f}{r['warm']['memory_mb']:7.0f}{r['modules']:9}  {' '.join(r['heavy'])}")
    if {'ours','hf'} <= set(names): print('Hugging Face takes', ', '.join(f"{w}: {res['hf'][w]['wall_s']/res['ours'][w]['wall_s']:.1f} times the wall time, {res['hf'][w]['cpu_s']/res['ours'][w]['cpu_s']:.1f} times the CPU time" for w in ('cold','warm') if w in res['hf']))
    out = Path(a.out) if a.out else here/'start.json' if set(names) == set(TITLES) else None
    if out: out.write_text(json.dumps(o, indent=1)+'\n', encoding='utf-8')

if __name__ == '__main__': main()
