"""Training, useful tokens a CPU second: `python benchmarks/training.py` writes training.json beside itself

One thread, CPU time, each system in a process of its own, interleaved in rounds over the same recipes, medians. Six layers, width 256, four heads, 1,000 ingredients, 64 recipes a batch,
dropout .1, next-ingredient cross-entropy, AdamW (fused), gradients clipped at 1. A useful token is an ingredient or the end of a recipe; padding is none.
Peers need `transformers`, which is no dependency of the package."""
import os
os.environ |= {k:'1' for k in ('OMP_NUM_THREADS','OPENBLAS_NUM_THREADS','MKL_NUM_THREADS')} # before numpy is loaded
import argparse,json,multiprocessing,platform,time
from importlib.metadata import version
from pathlib import Path
import numpy as np,torch
from torch import nn
import torch.nn.functional as F
from recipegen.ingredients import table
from recipegen.recipes import Corpus
from recipegen.composition import scale_composition
from recipegen.decoder import IngredientDecoder
from recipegen import training as T,blocks as B
V,L,D,H,BS,DROP = 1000,6,256,4,64,.1
torch.set_num_threads(1)

# the peers -----------------------------------------------------------------------------------------------------------

class GPTBlock(nn.Module):
    "A block of nanoGPT: fused q, k, v, the library's attention, its GELU"
    def __init__(self, gelu):
        super().__init__()
        self.ln_1,self.ln_2 = nn.LayerNorm(D),nn.LayerNorm(D)
        self.c_attn,self.c_proj,self.drop = nn.Linear(D, 3*D),nn.Linear(D, D),nn.Dropout(DROP)
        self.mlp = nn.Sequential(nn.Linear(D, 4*D), nn.GELU(gelu), nn.Linear(4*D, D), nn.Dropout(DROP))

    def forward(self, x):
        q,k,v = (o.unflatten(-1, (H,-1)).transpose(1,2) for o in self.c_attn(self.ln_1(x)).split(D, -1))
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=DROP*self.training, is_causal=True)
        x = x + self.drop(self.c_proj(y.transpose(1,2).flatten(2)))
        return x + self.mlp(self.ln_2(x))

class GPT(nn.Module):
    "nanoGPT on ingredients; id `V` begins and ends, as in GPT-2"
    def __init__(self, gelu='none'): # nanoGPT's own; 'tanh' is GPT-2's and ours
        super().__init__()
        self.wte,self.wpe,self.drop = nn.Embedding(V+1, D),nn.Embedding(64, D),nn.Dropout(DROP)
        self.h,self.ln_f = nn.ModuleList(GPTBlock(gelu) for _ in range(L)),nn.LayerNorm(D)

    def forward(self, x, mask, y):
        h = self.drop(self.wte(x) + self.wpe.weight[:x.shape[1]])
        for blk in self.h: h = blk(h)
        return F.cross_entropy((self.ln_f(h) @ self.wte.weight.T).flatten(0,1), y.flatten(), ignore_index=-100)

class HF(nn.Module):
    "GPT2LMHeadModel as a plain loop of its Trainer calls it"
    def __init__(self):
        super().__init__()
        from transformers import GPT2Config,GPT2LMHeadModel
        self.net = GPT2LMHeadModel(GPT2Config(vocab_size=V+1, n_positions=64, n_embd=D, n_layer=L, n_head=H, resid_pdrop=DROP, embd_pdrop=DROP, attn_pdrop=DROP, bos_token_id=V, eos_token_id=V, use_cache=False))

    def forward(self, x, mask, y): # it shifts by itself: what stands at a place is the answer of the place before
        ids,labels = torch.cat([x, torch.where(y[:,-1:]<0, V, y[:,-1:])], 1),torch.cat([y[:,:1]*0-100, y], 1)
        return self.net(ids, attention_mask=torch.cat([mask[:,:1], (y>=0).long()], 1), labels=labels).loss

def collate(sets): # longest of the batch: x, mask, y
    x = np.full((len(sets), max(map(len, sets))+1), V); y = np.full_like(x, -100)
    for i,s in enumerate(sets): x[i,1:len(s)+1],y[i,:len(s)],y[i,len(s)] = s,s,V
    return torch.from_numpy(x),torch.from_numpy((y>=0).astype(np.int64)),torch.from_numpy(y)

def plain(sizes, bs, rng): # batches as they come
    o = rng.permutation(len(sizes)); return [o[i:i+bs] for i in range(0, len(o), bs)]

# one epoch over the given sets; what it did -------------------------------------------------------------------------

class Peer:
    "A peer's loop: collate, loss, clip, step"
    def __init__(self, net, batch):
        self.net,self.batch = net.train(),batch
        self.opt = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=.05, fused=True)

    def __call__(self, sets, rng):
        done = 0
        for rows in self.batch(np.array([len(s) for s in sets]), BS, rng):
            x,mask,y = collate([rng.permutation(sets[i]) for i in rows]); done += x.numel()
            loss = self.net(x, mask, y); loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 1.); self.opt.step(); self.opt.zero_grad(); loss.item()
        return done

class Ours:
    "Our losses, our batches, our step"
    def __init__(self, loss, keep=True, fused=True, **kw):
        if keep: B.keep_memory() # as `fit` does
        f = scale_composition(table().composition, table().measured)[:V]
        self.net,self.loss = IngredientDecoder(f, d_model=D, n_layers=L, n_heads=H, dropout=DROP, **kw).train(),loss
        self.opt = torch.optim.AdamW(self.net.parameters(), lr=1e-3, weight_decay=.05, betas=(.9,.98), fused=fused)

    def __call__(self, sets, rng):
        done = 0
        for rows in T.batches(np.array([len(s) for s in sets]), BS, rng):
            ids = T.pad_sets([sets[i] for i in rows], self.net.pad, rng); done += ids.numel()+len(ids)
            l = self.loss(self.net, ids); loss = l[~l.isnan()].mean(); self.net.zero_grad(); loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 1.); self.opt.step(); loss.item()
        return done

def same_loss(): # the three nets with the same weights give the same loss; returns the largest difference, nat
    torch.manual_seed(0); ours = Ours(T.next_loss, causal=True, composition=False).net.eval(); rng = np.random.default_rng(0)
    with torch.no_grad(): ours.embed.special.weight[1] = ours.embed.special.weight[0] # GPT-2 begins and ends with one token
    w,gpt,hf = ours.state_dict(),GPT('tanh').eval(),HF().eval(); g = {'wte.weight': torch.cat([w['embed.ids.weight'], w['embed.special.weight'][:1]]), 'wpe.weight': torch.zeros(64, D)}
    for k in ('weight','bias'):
        g[f'ln_f.{k}'] = w[f'norm.{k}']
        for i in range(L):
            o = f'blocks.{i}.'
            g |= {f'h.{i}.ln_1.{k}':w[f'{o}norm1.{k}'], f'h.{i}.ln_2.{k}':w[f'{o}norm2.{k}'], f'h.{i}.c_attn.{k}':torch.cat([w[f'{o}att.q.{k}'], w[f'{o}att.kv.{k}']]),
                  f'h.{i}.c_proj.{k}':w[f'{o}att.out.{k}'], f'h.{i}.mlp.0.{k}':w[f'{o}mlp.0.{k}'], f'h.{i}.mlp.2.{k}':w[f'{o}mlp.2.{k}']}
    gpt.load_state_dict(g)
    name = lambda k: 'transformer.'+k.replace('c_attn','attn.c_attn').replace('c_proj','attn.c_proj').replace('mlp.0','mlp.c_fc').replace('mlp.2','mlp.c_proj')
    hf.net.load_state_dict({name(k): v.T if 'weight' in k and any(o in k for o in ('c_attn','c_proj','mlp')) else v for k,v in g.items()}, strict=False); hf.net.tie_weights()
    sets = [rng.permutation(V)[:n] for n in (3, 9, 5, 14)]; b = collate(sets)
    with torch.no_grad():
        l = T.next_loss(ours, T.pad_sets(sets, ours.pad)); l = l[~l.isnan()].mean().item()
        return max(abs(m(*b).item()-l) for m in (gpt, hf))

# the peak ------------------------------------------------------------------------------------------------------------

def cpu(f, seconds=.5): # CPU seconds a call, median of five stretches
    f(); out = []
    for _ in range(5):
        t,n = time.process_time(),0
        while time.process_time()-t < seconds/5: f(); n += 1
        out.append((time.process_time()-t)/n)
    return float(np.median(out))

def gemm(): # billions of operations a second, by library and shape
    out,onednn = {},torch.ops.mkldnn._linear_pointwise
    for m,k,n in ((2048,2048,2048), (640,D,3*D), (640,D,D), (640,D,4*D), (640,4*D,D), (640,D,V+1)):
        a,w = torch.randn(m, k),torch.randn(n, k); a_,w_ = a.numpy(),w.numpy().T
        out[f'{m} x {k} x {n}'] = {l: round(2*m*k*n/cpu(f)/1e9, 1) for l,f in dict(torch=lambda: F.linear(a, w), onednn=lambda: onednn(a, w, None, 'none', [], ''), numpy=lambda: a_@w_).items()}
    return out

def work(t=1): return 6*t*(L*12*D*D + D*(V+1)) # operations for `t` tokens there and back: two for each weight, three passes; attention itself is left out

def systems(): # name -> how to make it
    causal = dict(causal=True, composition=False)
    return {'Hugging Face, padded': lambda: Peer(HF(), plain), 'Hugging Face, buckets': lambda: Peer(HF(), T.batches), 'nanoGPT, padded': lambda: Peer(GPT(), plain), 'nanoGPT, buckets': lambda: Peer(GPT(), T.batches),
            'ours': lambda: Ours(T.next_loss, **causal), 'ours, with compositions': lambda: Ours(T.next_loss, causal=True), 'ours, order-free, both questions': lambda: Ours(T.both_loss),
            'ours without oneDNN': lambda: (without('_onednn'), Ours(T.next_loss, **causal))[1], "ours with PyTorch's dropout": lambda: (without('Dropout'), Ours(T.next_loss, **causal))[1],
            'ours, memory not kept': lambda: Ours(T.next_loss, keep=False, **causal),
            'ours, AdamW not fused': lambda: Ours(T.next_loss, fused=False, **causal), 'ours, denormals flushed': lambda: (torch.set_flush_denormal(True), Ours(T.next_loss, **causal))[1],
            'nanoGPT, buckets, compiled': lambda: compiled(Peer(GPT(), T.batches)), 'nanoGPT, buckets, bfloat16': lambda: Peer(Half(), T.batches), 'nanoGPT, buckets, memory kept': lambda: (B.keep_memory(), Peer(GPT(), T.batches))[1], 'Hugging Face, buckets, memory kept': lambda: (B.keep_memory(), Peer(HF(), T.batches))[1]}

def without(part): # one of our parts put out of use
    if part == '_onednn': B._onednn = None
    else: getattr(B, part).forward = getattr(nn, part).forward

def compiled(s): s.net = torch.compile(s.net, dynamic=True); return s # the first round, which does not count, pays for it

class Half(GPT): # not the same loss to 1e-5, and pays only where the processor has the arithmetic
    def forward(self, *b):
        with torch.autocast('cpu', torch.bfloat16): return super().forward(*b)

def recipes(): # sets of ids below V, the commonest ingredients first
    C = Corpus.load().split('train'); rank = np.argsort(np.argsort(-np.bincount(C.ids, minlength=len(table())), kind='stable'))
    return [np.unique(rank[s] % V) for s in C.sets()]

def worker(name, pipe): # a system in a process of its own: one message a round
    torch.set_num_threads(1); torch.manual_seed(0); sets,s = recipes(),systems()[name]()
    while (m := pipe.recv()) is not None:
        r,n = m; some = [sets[i] for i in np.random.default_rng(r).permutation(len(sets))[:n]]
        t = time.process_time(); done = s(some, np.random.default_rng(r)); t = time.process_time()-t
        tokens = sum(len(o)+1 for o in some)
        pipe.send((t, tokens, sum(2*len(o)+1 for o in some) if 'both' in name else tokens, done))

def main():
    p = argparse.ArgumentParser(); p.add_argument('--rounds', type=int, default=5); p.add_argument('--recipes', type=int, default=16*BS); p.add_argument('--only', nargs='*'); p.add_argument('--out', default=Path(__file__).with_suffix('.json'))
    a = p.parse_args(); off = same_loss(); assert off < 1e-5; peak = gemm(); best = max(g for o in peak.values() for g in o.values())
    print(f'same weights, same loss to {off:.0e} nat; GEMM peak {best:.0f} billion operations a second')
    ctx,pipes,speed,busy,real = multiprocessing.get_context('spawn'),{},{},{},{}
    for k in a.only or systems():
        pipes[k],far = ctx.Pipe(); ctx.Process(target=worker, args=(k, far), daemon=True).start(); speed[k],busy[k] = [],[]
    for r in range(a.rounds+1): # round 0 warms up
        for k in (list(pipes) if r%2 else list(pipes)[::-1]):
            pipes[k].send((r, a.recipes if r or 'ours' in k or 'compiled' in k else 4*BS)); t,tokens,n,done = pipes[k].recv()
            if r: speed[k].append(n/t); busy[k].append(work(tokens)/t/1e9); real[k] = tokens/done; print(f'{r} {k:40}{n/t:8.0f}', flush=True)
    for o in pipes.values(): o.send(None)
    med = {k: float(np.median(v)) for k,v in speed.items()}
    out = dict(machine=dict(cpu=next((l.split(':')[1].strip() for l in open('/proc/cpuinfo') if 'model name' in l), platform.processor()), threads=1, python=platform.python_version(), torch=torch.__version__, transformers=version('transformers'), when=time.strftime('%Y-%m-%d')),
               shapes=dict(layers=L, width=D, heads=H, ingredients=V, recipes_a_batch=BS, dropout=DROP, recipes_a_round=a.recipes), largest_difference_of_loss=off, gemm_gflops=peak, gemm_peak_gflops=best,
               systems={k: dict(tokens_a_cpu_second=round(med[k]), lowest=round(min(v)), highest=round(max(v)), real_tokens=round(real[k], 3), share_of_peak=None if 'both' in k else round(float(np.median(busy[k]))/best, 3), share_of_peak_with_padding=None if 'both' in k else round(float(np.median(busy[k]))/best/real[k], 3)) for k,v in speed.items()})
    for k,o in out['systems'].items(): print(f"{k:40}{o['tokens_a_cpu_second']:7} ({o['lowest']} to {o['highest']}), real {o['real_tokens']:.2f}, of peak {o['share_of_peak']}")
    for k,v in speed.items(): # round against round
        if 'ours' in speed: q = np.array(speed['ours'])/v; out['systems'][k]['ours_is_faster'] = [round(float(o), 2) for o in (np.median(q), q.min(), q.max())]; print(f"ours is {q.min():.2f} to {q.max():.2f} times as fast as {k}")
    for o in out['systems'].values(): o['rounds'] = a.rounds
    if a.only and Path(a.out).exists(): old = json.loads(Path(a.out).read_text()); out = dict(old, systems=old['systems'] | {k:o for k,o in out['systems'].items() if k != 'ours'}) # more rounds for some; `ours` stays with the peers it ran beside
    Path(a.out).write_text(json.dumps(out, indent=1)+'\n')

if __name__ == '__main__': main()
