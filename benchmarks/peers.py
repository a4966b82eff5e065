"""How fast recipes are drawn, beside others that can do the same: `python benchmarks/peers.py`

    python benchmarks/peers.py                          every system that is installed, nine rounds, about six minutes
    python benchmarks/peers.py --rounds 3 --only hf,ours8 --out /dev/null
    python benchmarks/peers.py --plot                   draw benchmarks/peers.svg from benchmarks/peers.json

Every peer is a GPT-2 with random weights: 6 layers, width 256, 4 heads of 64, 1,000 ingredients and an end. They share the arrays, except x-transformers, which has its own. Ours is an
`IngredientDecoder` of the same layers, width, heads and vocabulary. It looks at a set and not at a sequence: its blocks hold 10 d^2 weights where GPT-2's hold 12 d^2, and no position is told.
All draw with temperature .9, top-k 50, top-p .9, on one thread. What is counted is CPU time, user and system, of the whole process; wall time is kept beside it.

Scenarios: batches of 1, 16 and 256, 16 ingredients each; 256 recipes that end by themselves, of 3 to 16 ingredients (the weight of the end is set so that all systems draw 9.3 in the mean; the mean
drawn is kept, for time per ingredient); beam search, 5 beams, one recipe of 16. Rounds are interleaved: in each, every system does every scenario once, several times over where it is quick.
A ratio is Hugging Face's time over a system's time of the same round; given are the median over rounds and a 95 % bootstrap interval of it.

Rows that our net is asked about are counted, warm: `asked` a recipe; the floor counts these.

The floor beside it: at batch 1, bytes of weights over the bandwidth at which one thread reads an array of that size; at batch 256, multiply-adds over the peak of matrix products of these shapes.
Peers are wanted for this file only: pip install transformers x-transformers ctranslate2 onnxruntime onnx. One that is missing is left out, with a line that says so.
"""
import os
os.environ |= {k:'1' for k in ('OMP_NUM_THREADS','OPENBLAS_NUM_THREADS','MKL_NUM_THREADS')} # before numpy is loaded
os.environ |= dict(TOKENIZERS_PARALLELISM='false', HF_HUB_OFFLINE='1', TRANSFORMERS_VERBOSITY='error')
import argparse,json,logging,platform,tempfile,time
from functools import partial
from importlib.metadata import version,PackageNotFoundError
from pathlib import Path
import numpy as np

here = Path(__file__).resolve().parent
L,D,H,V,T,SEED = 6,256,4,1000,16,0 # layers, width, heads, ingredients, new ones in a recipe, seed
END,TEMP,K,P,LEAST,BEAMS = V,.9,50,.9,3,5 # the end comes after the ingredients, and begins a sequence too
SPAN = dict(gpt=2.27, xt=2.2, ours=3.12) # logit that the end gets, for 9.3 ingredients in the mean

def gpt2():
    "A random GPT-2 as transformers makes it; the last norm gives a constant 1 in the first place, so that the first column of the table is a bias: no system computes more for it"
    import torch,transformers
    transformers.logging.set_verbosity_error(); torch.manual_seed(SEED)
    m = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=V+1, n_positions=T+1, n_embd=D, n_layer=L, n_head=H, bos_token_id=END, eos_token_id=END, pad_token_id=END)).eval()
    with torch.no_grad():
        n,e = m.transformer.ln_f,m.transformer.wte.weight
        n.weight[0] = 0; n.bias[0] = 1; e[:,0] = 0; e[END,0] = SPAN['gpt']
    return m

class HF:
    "transformers, `generate` with its cache"
    def __init__(self):
        import torch
        self.torch,self.m = torch,gpt2()
        self.cfg = partial(self.m.generate, do_sample=True, temperature=TEMP, top_k=K, top_p=P, max_new_tokens=T, use_cache=True)

    def ids(self, b): return dict(inputs=self.torch.full((b,1), END), attention_mask=self.torch.ones(b, 1, dtype=self.torch.long))
    def draw(self, b, seed, least=T):
        self.torch.manual_seed(seed)
        with self.torch.inference_mode(): y = self.cfg(**self.ids(b), min_new_tokens=least)[:,1:]
        return (y != END).sum(1).tolist()

    def beam(self, seed):
        with self.torch.inference_mode(): y = self.m.generate(**self.ids(1), num_beams=BEAMS, do_sample=False, min_new_tokens=T, max_new_tokens=T, use_cache=True)[:,1:]
        return (y != END).sum(1).tolist()

class XT:
    "x-transformers, `generate` with its cache"
    def __init__(self):
        import torch
        from torch import nn
        from x_transformers import TransformerWrapper,Decoder,AutoregressiveWrapper
        from x_transformers.autoregressive_wrapper import top_k,top_p
        torch.manual_seed(SEED); self.torch = torch
        m = TransformerWrapper(num_tokens=V+1, max_seq_len=T+1, attn_layers=Decoder(dim=D, depth=L, heads=H, attn_dim_head=D//H, attn_flash=True))
        m.to_logits = nn.Linear(D, V+1); nn.init.normal_(m.to_logits.weight, std=.02); nn.init.zeros_(m.to_logits.bias)
        with torch.no_grad(): m.to_logits.bias[END] = SPAN['xt']
        self.m,self.cut = AutoregressiveWrapper(m).eval(),lambda z: top_p(top_k(z/TEMP, k=K), thres=P)

    def draw(self, b, seed, least=T):
        self.torch.manual_seed(seed); step = iter(range(T))
        def cut(z):
            if next(step) < least: z[:,END] = -self.torch.inf
            return self.cut(z)
        with self.torch.inference_mode():
            y = self.m.generate(self.torch.zeros(b, 1, dtype=self.torch.long), T, eos_token=None if least == T else END, temperature=1., filter_logits_fn=cut, cache_kv=True)
        return (((y == END).cumsum(1)) == 0).sum(1).tolist()

class Hand:
    "A loop written by hand in torch: keys and values in arrays made once; finished rows may leave"
    def __init__(self, cache=True, leave=True):
        import torch
        self.torch,self.cache,self.leave = torch,cache,leave; m = gpt2()
        w = {k.removeprefix('transformer.'): x.detach() for k,x in m.state_dict().items()}
        t = lambda n: w[n+'.weight'].T.contiguous() if w[n+'.weight'].dim() == 2 else w[n+'.weight'] # transformers keeps them transposed
        self.e,self.pos,self.norm = w['wte.weight'],w['wpe.weight'],(w['ln_f.weight'],w['ln_f.bias'])
        self.blocks = [[(t(f'h.{l}.{n}'), w[f'h.{l}.{n}.bias']) for n in ('ln_1','attn.c_attn','attn.c_proj','ln_2','mlp.c_fc','mlp.c_proj')] for l in range(L)]

    def forward(self, ids, kv, at): # ids (b, t), the first at place `at` -> (b, v+1) logits of what follows the last
        F,b,t = self.torch.nn.functional,*ids.shape
        x = self.e[ids]+self.pos[at:at+t]
        for l,(n1,qkv,out,n2,up,down) in enumerate(self.blocks):
            q,k,v = F.linear(F.layer_norm(x, (D,), *n1), *qkv).view(b, t, 3, H, D//H).permute(2, 0, 3, 1, 4)
            if kv is not None:
                kv[l,0,:b,:,at:at+t],kv[l,1,:b,:,at:at+t] = k,v
                k,v = kv[l,0,:b,:,:at+t],kv[l,1,:b,:,:at+t]
            x = x + F.linear(F.scaled_dot_product_attention(q, k, v, is_causal=t > 1).transpose(1, 2).reshape(b, t, D), *out)
            x = x + F.linear(F.gelu(F.linear(F.layer_norm(x, (D,), *n2), *up), approximate='tanh'), *down)
        return F.layer_norm(x[:,-1], (D,), *self.norm) @ self.e.T

    def room(self, b): return self.torch.empty(L, 2, b, H, T, D//H) if self.cache else None

    def draw(self, b, seed, least=T):
        torch = self.torch; torch.manual_seed(seed)
        with torch.inference_mode():
            ids,kv,n,live = torch.full((b,1), END),self.room(b),torch.full((b,), T),torch.arange(b); done = torch.zeros(b, dtype=torch.bool)
            for i in range(T):
                z = self.forward(ids[:,-1:], kv, i) if self.cache else self.forward(ids, None, 0)
                if i < least: z[:,END] = -torch.inf
                z,at = (z/TEMP).topk(K); p = z.softmax(-1)
                new = at.gather(1, (p*(p.cumsum(1)-p < P)).multinomial(1)); end = (new == END)[:,0]
                n[live[end & ~done]] = i
                if least < T and end.any():
                    if self.leave:
                        keep = ~end; live,ids,new = live[keep],ids[keep],new[keep]
                        if kv is not None: kv = kv[:,:,keep]
                        done = done[keep]
                    else: done = done | end
                    if not len(live) or done.all(): break
                ids = torch.cat([ids,new], 1)
        return n.tolist()

    def beam(self, seed):
        torch = self.torch
        with torch.inference_mode():
            ids,kv,score = torch.full((1,1), END),self.room(BEAMS),torch.zeros(1)
            for i in range(T):
                z = self.forward(ids[:,-1:], kv, i); z[:,END] = -torch.inf
                score,at = (score[:,None]+z.log_softmax(-1)).flatten().topk(BEAMS); row,new = at//(V+1),at%(V+1)
                ids = torch.cat([ids[row],new[:,None]], 1); kv[:,:,:,:,:i+1] = kv[:,:,row,:,:i+1]
        return [ids.shape[1]-1]

def save_ct2(folder, kind):
    "The same GPT-2 as CTranslate2 keeps it"
    from ctranslate2.converters.transformers import GPT2Loader; Path(folder).mkdir(exist_ok=True)
    spec = GPT2Loader().get_model_spec(gpt2()); spec.register_vocabulary([f'i{i}' for i in range(V)]+['<end>']); spec.config.bos_token = spec.config.eos_token = spec.config.unk_token = '<end>'
    spec.validate(); spec.optimize(quantization=kind if kind == 'int8' else None); spec.save(str(folder))

class CT2:
    "CTranslate2; finished rows leave by its own rule"
    def __init__(self, kind):
        import ctranslate2
        self.ct = ctranslate2
        with tempfile.TemporaryDirectory() as d: save_ct2(d, kind); self.g = ctranslate2.Generator(d, device='cpu', compute_type=kind, inter_threads=1, intra_threads=1)
        self.ask = partial(self.g.generate_batch, max_length=T, include_prompt_in_result=False)

    def draw(self, b, seed, least=T):
        self.ct.set_random_seed(seed)
        return [len(r.sequences_ids[0]) for r in self.ask([['<end>']]*b, min_length=least, sampling_topk=K, sampling_topp=P, sampling_temperature=TEMP)]

    def beam(self, seed): return [len(self.ask([['<end>']], min_length=T, beam_size=BEAMS)[0].sequences_ids[0])]

def gpt2_graph():
    "The same GPT-2 as a graph of ONNX Runtime's own fused operators: one step of one token, with what it has seen"
    from onnx import helper as h,numpy_helper,TensorProto as P_
    w = {k.removeprefix('transformer.'): x.detach().numpy() for k,x in gpt2().state_dict().items()}
    init,nodes = {},[]
    def const(name, x): init[name] = np.ascontiguousarray(x); return name
    def op(kind, ins, outs, domain='com.microsoft', **kw): nodes.append(h.make_node(kind, ins, outs, domain=domain, **kw)); return outs[0]
    two = lambda n: [const(n+s, w[n+s]) for s in ('.weight','.bias')]
    op('Gather', [const('wte', w['wte.weight']), 'ids'], ['e'], ''); op('Gather', [const('wpe', w['wpe.weight']), 'at'], ['p'], '')
    x,y = op('Add', ['e','p'], ['x'], ''),None
    y = op('LayerNormalization', [x, *two('h.0.ln_1')], ['y'], '', epsilon=1e-5, axis=-1)
    for l in range(L):
        n = f'h.{l}.'; y = op('Attention', [y, *two(n+'attn.c_attn'), '', f'past{l}'], [n+'a', f'now{l}'], num_heads=H, unidirectional=1)
        y = op('MatMul', [y, two(n+'attn.c_proj')[0]], [n+'o'], '')
        y,x = op('SkipLayerNormalization', [x, y, *two(n+'ln_2'), n+'attn.c_proj.bias'], [n+'y', '', '', n+'x'], epsilon=1e-5),n+'x'
        up = two(n+'mlp.c_fc'); y = op('FastGelu', [op('MatMul', [y, up[0]], [n+'u'], ''), up[1]], [n+'g'])
        down = two(n+'mlp.c_proj'); y = op('MatMul', [y, down[0]], [n+'d'], '')
        nxt = f'h.{l+1}.ln_1' if l < L-1 else 'ln_f'
        y,x = op('SkipLayerNormalization', [x, y, *two(nxt), down[1]], [n+'z', '', '', n+'w'], epsilon=1e-5),n+'w'
    op('MatMul', [y, const('out', w['wte.weight'].T)], ['z'], ''); op('Squeeze', ['z', const('one', np.array([1]))], ['logits'], '')
    past = [2,'b',H,'s',D//H]; f = P_.FLOAT
    g = h.make_graph(nodes, 'gpt2', [h.make_tensor_value_info('ids', P_.INT64, ['b',1]), h.make_tensor_value_info('at', P_.INT64, [1])]+[h.make_tensor_value_info(f'past{l}', f, past) for l in range(L)],
        [h.make_tensor_value_info('logits', f, ['b',V+1])]+[h.make_tensor_value_info(f'now{l}', f, [2,'b',H,'t',D//H]) for l in range(L)], [numpy_helper.from_array(x, n) for n,x in init.items()])
    return h.make_model(g, opset_imports=[h.make_opsetid('', 17), h.make_opsetid('com.microsoft', 1)], ir_version=8)

def save_onnx(path, kind):
    import onnx
    onnx.save(gpt2_graph(), str(path))
    if kind == 'int8':
        from onnxruntime.quantization import quantize_dynamic
        logging.disable(logging.WARNING) # it asks for a preparation that this graph does not need
        quantize_dynamic(str(path), str(path), op_types_to_quantize=['MatMul','Attention'], extra_options=dict(DefaultTensorType=1))
    return str(path)

def session(model): # a path, or bytes
    import onnxruntime as ort
    o = ort.SessionOptions(); o.intra_op_num_threads = o.inter_op_num_threads = 1; o.log_severity_level = 3
    return ort.InferenceSession(model, o, providers=['CPUExecutionProvider'])

class ORT:
    "ONNX Runtime: its fused GPT-2 operators, one step a call, drawn from by numpy; finished rows leave"
    def __init__(self, kind):
        import onnxruntime
        self.value = onnxruntime.OrtValue.ortvalue_from_numpy
        with tempfile.TemporaryDirectory() as d: self.s = session(save_onnx(Path(d)/'gpt2.onnx', kind))
        self.names = ['logits']+[f'now{l}' for l in range(L)]

    def begin(self, b): return [self.value(np.empty((2,b,H,0,D//H), np.float32)) for _ in range(L)]
    def rows(self, kv, keep): return [self.value(np.ascontiguousarray(x.numpy()[:,keep])) for x in kv]

    def step(self, ids, kv, at):
        z,*kv = self.s.run_with_ort_values(self.names, dict(ids=self.value(ids[:,None]), at=self.value(np.array([at]))) | {f'past{l}': x for l,x in enumerate(kv)})
        return z.numpy(),kv

    def draw(self, b, seed, least=T):
        rng,ids,kv,n,live = np.random.default_rng(seed),np.full(b, END),self.begin(b),np.full(b, T),np.arange(b)
        for i in range(T):
            z,kv = self.step(ids, kv, i); z = z/np.float32(TEMP)
            if i < least: z[:,END] = -np.inf
            at = z.argpartition(-K, 1)[:,-K:]; x = np.take_along_axis(z, at, 1); o = (-x).argsort(1)
            x,at = np.take_along_axis(x, o, 1),np.take_along_axis(at, o, 1); p = np.exp(x-x[:,:1]); p /= p.sum(1, keepdims=True)
            p *= p.cumsum(1)-p < P; c = p.cumsum(1)
            ids = np.take_along_axis(at, (c <= rng.random((len(z),1))*c[:,-1:]).sum(1, keepdims=True), 1)[:,0]
            end = ids == END
            if end.any():
                n[live[end]] = i; keep = ~end; live,ids = live[keep],ids[keep]
                if not len(live): break
                kv = self.rows(kv, keep)
        return n.tolist()

    def beam(self, seed):
        ids,kv,score = np.full(1, END),self.begin(1),np.zeros((1,1), np.float32)
        for i in range(T):
            z,kv = self.step(ids, kv, i); z[:,END] = -np.inf
            z -= z.max(1, keepdims=True); z = (score+z-np.log(np.exp(z).sum(1, keepdims=True))).ravel()
            at = z.argpartition(-BEAMS)[-BEAMS:]; score,ids = z[at][:,None],at%(V+1); kv = self.rows(kv, at//(V+1))
        return [T]

class Ours:
    "recipegen: the engine of this project"
    def __init__(self, kind):
        import torch
        from recipegen import sampling as S
        from recipegen.decoder import IngredientDecoder
        from recipegen.engine import DecoderEngine
        self.S = S; torch.manual_seed(SEED); rng = np.random.default_rng(SEED)
        m = IngredientDecoder(rng.standard_normal((V,100), dtype=np.float32), d_model=D, n_layers=L, n_heads=H, ids=True).eval()
        with torch.no_grad(): m.bias[END] = SPAN['ours']; m.register_buffer('rows', m.embed().contiguous())
        w = {k: x.numpy() for k,x in m.state_dict().items()}; self.engine = DecoderEngine(w, H)
        if kind != 'numpy': self.engine = DecoderEngine(w, H, kind, self.engine.draw(kind, [rng.choice(V, n, False) for n in range(T) for _ in range(4)]))
        run = self.engine._run; self.asked = 0
        def counted(ids, ask=None): self.asked += len(ids); return run(ids, ask)
        self.engine._run = counted # rows that the net is asked about: fewer than steps, as the laws of the empty bowl and of single ingredients are kept, and equal sets asked once
        self.filters = [partial(S.temperature, t=TEMP), partial(S.head, k=K, p=P)]

    def draw(self, b, seed, least=T): return [len(ids) for ids,_ in self.S.sample(self.engine, [], self.S.streams(seed, b), min_size=least, max_size=T, filters=self.filters)]
    def beam(self, seed): # sets: orders of one recipe are merged, which is more than the others do
        from recipegen.beams import beam
        return [len(ids) for ids,_ in beam(self.engine, [], BEAMS, min_size=T, max_size=T)[:1]]

PEERS = dict(hf=('Hugging Face generate', HF), xt=('x-transformers', XT), nocache=('torch, no cache', partial(Hand, cache=False)), stay=('torch, static cache', partial(Hand, leave=False)),
    hand=('torch, finished rows leave too', Hand), ort=('ONNX Runtime, float', partial(ORT, 'float')), ort8=('ONNX Runtime, int8', partial(ORT, 'int8')),
    ct2=('CTranslate2, float', partial(CT2, 'float32')), ct8=('CTranslate2, int8', partial(CT2, 'int8')), ours=('recipegen, numpy', partial(Ours, 'numpy')), oursf=('recipegen, float', partial(Ours, 'float')), ours8=('recipegen, int8', partial(Ours, 'int8')))
SCENES = dict(one=('batch 1', 1, lambda m,s: m.draw(1, s)), sixteen=('batch 16', 16, lambda m,s: m.draw(16, s)), many=('batch 256', 256, lambda m,s: m.draw(256, s)),
    ends=('256, ending by themselves', 256, lambda m,s: m.draw(256, s, LEAST)), beam=('5 beams, batch 1', 1, lambda m,s: m.beam(s)))
NOT = {('hand',s) for s in SCENES if s != 'ends'} | {('nocache','ends'),('nocache','beam')} # the same work as another row, or not asked for

def agree(systems):
    "Largest difference of logits between peers that share their arrays, over 16 ingredients"
    seq = np.random.default_rng(SEED).integers(0, V, T); out = {}
    if (m := systems.get('hf')) is not None:
        with m.torch.inference_mode(): out['hf'] = m.m(m.torch.tensor([[END,*seq]])).logits[0].numpy()
    if (m := systems.get('hand')) is not None:
        with m.torch.inference_mode(): kv = m.torch.empty(L, 2, 1, H, T+1, D//H); out['hand'] = np.concatenate([m.forward(m.torch.tensor([[i]]), kv, at).numpy() for at,i in enumerate([END,*seq])])
    for k in 'ort','ort8':
        if (m := systems.get(k)) is not None:
            kv,z = m.begin(1),[]
            for at,i in enumerate([END,*seq]): y,kv = m.step(np.array([i]), kv, at); z.append(y)
            out[k] = np.concatenate(z)
    for k in 'ct2','ct8':
        if (m := systems.get(k)) is not None: out[k] = np.array(m.g.forward_batch([[END,*seq.tolist()]]))[0]
    return {k: float(abs(z-out['hf']).max()) for k,z in out.items() if k != 'hf'} if 'hf' in out else {}

def fastest(f, seconds=.2):
    "Seconds of the fastest of many calls"
    f(); best,end = np.inf,time.perf_counter()+seconds
    while time.perf_counter() < end: t = time.perf_counter(); f(); best = min(best, time.perf_counter()-t)
    return best

def floor(kind):
    "What no system can go below: multiply-adds and bytes of a step, the bandwidth at which one thread reads that many bytes, the peak of products of these shapes"
    import torch,torch.utils.mkldnn
    shapes = ([(D,3*D),(D,D)] if kind == 'gpt' else [(D,D),(D,D)])+[(D,4*D),(4*D,D)]; n = L*sum(a*b for a,b in shapes)+D*(V+1)
    torch.set_grad_enabled(False); out = dict(weights=n, madds=n+L*2*D*(T+1)//2, gigabytes_per_second={}, gigamadds_per_second={}) # attention: 8.5 places in the mean
    for name,size in (('float',4*n),('int8',n),('large',2**28)): # 256 MB at last: no cache holds it
        x = torch.ones(size//4//D, D); y = torch.ones(D)
        out['gigabytes_per_second'][name] = size/min(fastest(lambda: torch.mv(x, y)), fastest(x.sum), fastest(lambda: torch.dot(x.view(-1), x.view(-1))))/1e9
    for b in 16,256:
        s = dict(float=0., int8=0.)
        for (i,o),times in {**{x: L*shapes.count(x) for x in shapes}, (D,V+1): 1}.items():
            x,w = torch.randn(b, i),torch.randn(i, o); wt = w.T.contiguous().T; X,W,Y = x.numpy(),w.numpy(),np.empty((b,o), np.float32)
            lin,xm = torch.utils.mkldnn.to_mkldnn(torch.nn.Linear(i, o, bias=False)),x.to_mkldnn() # oneDNN
            q,u = x.to(torch.int8),w.to(torch.int8); ut = u.T.contiguous().T
            s['float'] += times*min(fastest(lambda: torch.mm(x, w)), fastest(lambda: torch.mm(x, wt)), fastest(lambda: lin(xm)), fastest(lambda: np.matmul(X, W, out=Y)))
            s['int8'] += times*min(fastest(lambda: torch._int_mm(q, u)), fastest(lambda: torch._int_mm(q, ut)))
        out['gigamadds_per_second'][b] = {k: b*n/x/1e9 for k,x in s.items()}
    torch.set_grad_enabled(True)
    return out

def least(f, kind, rows, steps): # ms of CPU for `steps` steps of `rows` recipes
    read = f['weights']*(1 if kind == 'int8' else 4)/f['gigabytes_per_second'][kind]/1e6
    return steps*max(read, 0 if rows == 1 else rows*f['madds']/f['gigamadds_per_second'][16 if rows < 256 else 256][kind]/1e6)

def machine():
    "What the figures hold for"
    cpu = dict(l.split(':',1) for l in open('/proc/cpuinfo', encoding='utf-8') if ':' in l) if Path('/proc/cpuinfo').exists() else {}
    cpu = {k.strip(): x.strip() for k,x in cpu.items()}; flags = cpu.get('flags','').split()
    out = dict(cpu=' '.join([cpu.get('model name', platform.processor())]+[f'{k} {cpu[q]}' for k,q in (('family','cpu family'),('model','model')) if q in cpu]), cores=len(os.sched_getaffinity(0)), threads=1,
        vectors=[f for f in ('avx2','avx512f','avx512_vnni','avx512_bf16') if f in flags], caches=[f'L{p.joinpath("level").read_text().strip()} {p.joinpath("size").read_text().strip()}'
        for p in sorted(Path('/sys/devices/system/cpu/cpu0/cache').glob('index*')) if p.joinpath('type').read_text().strip() != 'Instruction'], system=platform.system(), python=platform.python_version(), versions={})
    for p in 'numpy torch transformers x-transformers ctranslate2 onnxruntime onnx'.split():
        try: out['versions'][p] = version(p)
        except PackageNotFoundError: pass
    return out

def spread(x, rng, n=2000):
    "Median, and a 95 % bootstrap interval of it over rounds"
    x = np.asarray(x); return [float(o) for o in (np.median(x), *np.quantile(np.median(x[rng.integers(0, len(x), (n, len(x)))], 1), [.025,.975]))]

def run(names, rounds):
    "Every scenario by every system, round after round"
    import torch
    torch.set_num_threads(1); systems = {}
    for k in names:
        try: systems[k] = PEERS[k][1]()
        except ImportError as e: print(f'{PEERS[k][0]} is left out: {e.name} is not installed')
    def able(k, s): return (k,s) not in NOT and (s != 'beam' or hasattr(systems[k], 'beam'))
    todo,raw = {},{}
    for s,(what,b,f) in SCENES.items():
        for k,m in systems.items():
            if not able(k, s): continue
            f(m, 10**6); t = time.perf_counter(); f(m, 10**6+1); todo[s,k] = int(np.clip(.3/(time.perf_counter()-t), 1, 40)); raw[s,k] = []
    for r in range(rounds):
        for s,(what,b,f) in SCENES.items():
            order = [k for k in systems if (s,k) in todo]; order = order[r%len(order):]+order[:r%len(order)]
            for k in order:
                n = todo[s,k]; w,c = time.perf_counter(),time.process_time(); drawn = [f(systems[k], 1000*r+i) for i in range(n)]; c,w = time.process_time()-c,time.perf_counter()-w
                raw[s,k].append((c*1000/n/b, w*1000/n/b, sum(map(sum, drawn))/n/len(drawn[0])))
        print(f'round {r+1} of {rounds}', end='\r' if r < rounds-1 else '\n', flush=True)
    asked = {}
    for s,(what,b,f) in SCENES.items():
        for k,m in systems.items():
            if k.startswith('ours') and able(k, s): m.asked = 0; [f(m, 10**5+i) for i in range(8)]; asked[s,k] = m.asked/8/b
    floors,rng,res = {k: floor(k) for k in ('gpt','set')},np.random.default_rng(SEED),{}
    g,o = floors.values(); best = lambda x,y: {k: best(v, y[k]) if isinstance(v, dict) else max(v, y[k]) for k,v in x.items()}
    for k in 'gigabytes_per_second','gigamadds_per_second': g[k] = o[k] = best(g[k], o[k]) # one machine: the faster of two measurements
    for (s,k),x in raw.items():
        x = np.array(x); b = SCENES[s][1]; f,kind = floors['set' if k.startswith('ours') else 'gpt'],'int8' if k.endswith('8') else 'float'; size = float(x[:,2].mean())
        o = dict(cpu_ms=float(np.median(x[:,0])), wall_ms=float(np.median(x[:,1])), ingredients=size, rounds_cpu_ms=x[:,0].round(4).tolist())
        steps = size if s != 'ends' else size+.8 # four of five draw the end before the sixteenth
        if (s,k) in asked: o['asked'] = asked[s,k]; steps = o['asked']/(BEAMS if s == 'beam' else 1)
        o['floor_ms'] = least(f, kind, BEAMS if s == 'beam' else b, steps)/(1 if s == 'beam' else b)
        if (s,'hf') in raw: h = np.array(raw[s,'hf']); o['ratio'] = spread(h[:,0]/h[:,2]*x[:,2]/x[:,0], rng)
        res.setdefault(s, {})[k] = o
    return dict(machine=machine(), settings=dict(layers=L, width=D, heads=H, vocabulary=V, new=T, temperature=TEMP, top_k=K, top_p=P, beams=BEAMS, seed=SEED, rounds=rounds),
        names={k: PEERS[k][0] for k in systems}, scenarios={s: SCENES[s][0] for s in res}, logits_differ=agree(systems), floors=floors, results=res)

def show(o):
    "What was measured, as a table"
    m = o['machine']; print(f"{m['cpu']}, {' '.join(m['caches'])}; one thread; {o['settings']['rounds']} rounds; {', '.join(f'{k} {v}' for k,v in m['versions'].items())}")
    for k,f in o['floors'].items():
        print(f"{'GPT-2' if k == 'gpt' else 'set decoder'}: {f['weights']/1e6:.2f} M weights, {f['madds']/1e6:.2f} M multiply-adds a step")
    print(f"GB/s of one thread, arrays of the weights' size: {', '.join(f'{n} {x:.0f}' for n,x in f['gigabytes_per_second'].items())}; "
        f"peak {', '.join(f'{n} at {b}: {x:.0f}' for b,d in f['gigamadds_per_second'].items() for n,x in d.items())} G multiply-adds/s")
    if o['logits_differ']: print('logits differ from Hugging Face by at most', ', '.join(f"{o['names'][k]} {x:.1e}" for k,x in o['logits_differ'].items()))
    for s,rows in o['results'].items():
        print(f"\n{o['scenarios'][s]:32}{'CPU ms a recipe':>16}{'wall':>9}{'ingredients':>13}{'times Hugging Face':>22}{'floor ms':>10}{'share':>7}")
        for k,r in rows.items():
            x = r.get('ratio'); print(f"  {o['names'][k]:30}{r['cpu_ms']:16.3f}{r['wall_ms']:9.3f}{r['ingredients']:13.2f}" + (f'{x[0]:10.2f} ({x[1]:.2f}-{x[2]:.2f})'.rjust(22) if x else ' '*22) + f"{r['floor_ms']:10.3f}{r['floor_ms']/r['cpu_ms']:7.0%}")

def plot(o, path):
    "Ratios as bars, a panel a scenario"
    import matplotlib; matplotlib.use('svg'); import matplotlib.pyplot as plt
    plt.rcParams |= {'svg.hashsalt': 'peers', 'svg.fonttype': 'none'}
    res,names = o['results'],o['names']; fig,axs = plt.subplots(1, len(res), figsize=(3*len(res), .32*len(names)+1.3), sharey=True, squeeze=False); at = {k: i for i,k in enumerate(reversed(names))}
    for ax,(s,rows) in zip(axs[0], res.items()):
        for k,r in rows.items():
            m,lo,hi = r['ratio']; ax.barh(at[k], m, color='#c44e52' if k.startswith('ours') else '#8c9bb0', xerr=[[m-lo],[hi-m]], error_kw=dict(lw=1)); ax.text(hi, at[k], f' {m:.1f}', va='center', fontsize=8)
        ax.set(title=o['scenarios'][s], xlabel='times Hugging Face, CPU time'); ax.title.set_fontsize(10); ax.xaxis.label.set_fontsize(8); ax.axvline(1, c='.5', lw=.8, ls=':'); ax.margins(x=.18); ax.spines[['top','right']].set_visible(False)
    axs[0,0].set_yticks(list(at.values()), [names[k] for k in at]); fig.tight_layout(); fig.savefig(path, metadata=dict(Date=None)); plt.close(fig)

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0]); p.add_argument('--rounds', type=int, default=9); p.add_argument('--only', help='of '+', '.join(PEERS)); p.add_argument('--out', help='JSON; with everything measured, benchmarks/peers.json if not said'); p.add_argument('--plot', action='store_true', help='draw what was measured before')
    a = p.parse_args(); names = a.only.split(',') if a.only else list(PEERS)
    if wrong := [k for k in names if k not in PEERS]: p.error(f'no system {wrong[0]}; choose from {", ".join(PEERS)}')
    if a.plot: return plot(json.loads((here/'peers.json').read_text(encoding='utf-8')), here/'peers.svg')
    o = json.loads(json.dumps(run(names, a.rounds))); show(o)
    out = Path(a.out) if a.out else here/'peers.json' if set(o['names']) == set(PEERS) else None
    if out: out.write_text(json.dumps(o, indent=1)+'\n', encoding='utf-8')
    if out == here/'peers.json': plot(o, here/'peers.svg')

if __name__ == '__main__': main()
