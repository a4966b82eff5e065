"""Who multiplies a matrix fastest on one thread: `python benchmarks/products.py`; writes benchmarks/products.json

A batch of rows times a matrix of weights, of the shapes inside a block of width 256 (256 x 1,024 and back, 256 x 256), by numpy, torch and ONNX Runtime: float, eight bits with fixed ranges (QuantizeLinear
and MatMulIntegerToFloat: what the engine does), eight bits with ranges from the batch, and eight bits in blocks with ranges from each row (MatMulNBits). Billions of multiply-adds a CPU second: the rounding of
the input is counted, a call of an empty graph is taken off. Median of rounds that are interleaved."""
import os
os.environ |= {k:'1' for k in ('OMP_NUM_THREADS','OPENBLAS_NUM_THREADS','MKL_NUM_THREADS')} # before numpy is loaded
import json,time
from pathlib import Path
import numpy as np
import onnx,torch
from onnx import helper as H,numpy_helper,TensorProto as T
from recipegen.engine import run_graph

SHAPES,BATCHES,ROUNDS = [(256,1024),(1024,256),(256,256)],[1,4,16,64,256],9

def graph(k, nodes, **consts):
    g = H.make_graph(nodes, 'g', [H.make_tensor_value_info('x', T.FLOAT, ['b',k])], [H.make_tensor_value_info('y', T.FLOAT, None)], [numpy_helper.from_array(np.asarray(a), n) for n,a in consts.items()])
    s = run_graph(H.make_model(g, opset_imports=[H.make_opsetid('', 21), H.make_opsetid('com.microsoft', 1)], ir_version=10).SerializeToString(), {})
    return lambda x: s.run(['y'], {'x':x})[0]

def systems(k, n, rng):
    "name -> x (b, k) -> (b, n)"
    W = rng.standard_normal((k,n), dtype=np.float32); ms,node = dict(domain='com.microsoft'),H.make_node
    s = np.abs(W).max(0)/127; W8 = np.round(W/s).astype(np.int8); s = s.astype(np.float32); t = torch.from_numpy(W)
    B = W.T.reshape(n, -1, 256); row = np.abs(B).max(-1, keepdims=True)/127; rows = (np.round(B/row)+128).clip(0, 255).astype(np.uint8)
    return dict(numpy=lambda x: x@W, torch=lambda x: (torch.from_numpy(x)@t).numpy(),
        float=graph(k, [node('Gemm', ['x','W'], ['y'], transB=1)], W=W.T.copy()),
        fixed=graph(k, [node('QuantizeLinear', ['x','a','z'], ['q']), node('MatMulIntegerToFloat', ['q','W','a','s','z'], ['y'], **ms)], W=W8, s=s, a=np.float32(8/255), z=np.uint8(128)),
        batch=graph(k, [node('DynamicQuantizeLinear', ['x'], ['q','a','z']), node('MatMulIntegerToFloat', ['q','W','a','s','z'], ['y'], **ms)], W=W8, s=s),
        blocks=graph(k, [node('MatMulNBits', ['x','W','s'], ['y'], K=k, N=n, bits=8, block_size=256, accuracy_level=4, **ms)], W=rows, s=row[...,0].astype(np.float32))),W

def main():
    torch.set_num_threads(1); rng,took,wrong = np.random.default_rng(0),{},{}
    nothing = graph(256, [H.make_node('Identity', ['x'], ['y'])])
    def seconds(f, x, r): t = time.process_time(); [f(x) for _ in range(r)]; return (time.process_time()-t)/r
    for k,n in SHAPES:
        fs,W = systems(k, n, rng)
        for b in BATCHES:
            x = rng.standard_normal((b,k), dtype=np.float32); r = max(3, int(3e8/(b*k*n))); true = x@W
            for name,f in fs.items(): wrong.setdefault(name, []).append(float(np.abs(f(x)-true).mean()/np.abs(true).mean()))
            for _ in range(ROUNDS):
                empty = seconds(nothing, x[:,:256].copy(), r)
                for name,f in fs.items(): took.setdefault((name,b), {}).setdefault((k,n), []).append(seconds(f, x, r)-(0 if name in ('numpy','torch') else empty))
    made = {name: {b: sum(b*k*n for k,n in SHAPES)/sum(np.median(took[name,b][s]) for s in SHAPES)/1e9 for b in BATCHES} for name in wrong}
    out = dict(torch=torch.__version__, onnx=onnx.__version__, rounds=ROUNDS, giga_multiply_adds_a_second=made, relative_error={n: float(np.mean(e)) for n,e in wrong.items()})
    for name,m in made.items(): print(f'{name:8}', *(f'{b}: {x:6.0f}' for b,x in m.items()), f'  error {out["relative_error"][name]:.4f}')
    Path(__file__).with_suffix('.json').write_text(json.dumps(out, indent=1)+'\n')

if __name__ == '__main__': main()
