"""Strangers and trained nets: four encodings, a tenth of the ingredients out of training, draw after draw; both views of cold start.

    python study/cold_nets.py train corpora/recipes_73k [draws]
    python study/cold_nets.py summary

In each run the net never meets the held-out ingredients. Two ways to give them a row are compared: *read*, the row that the net's own
projection makes of the composition (with ids: without the vector that was never trained), and *told*, a kernel regression from the rows
of the known ingredients, with scale and offset chosen on known ones that pretend to be strangers (07_cold_start). Runs are skipped when
their file below build/cold is there. Eight minutes a draw on one core; the figures kept are of four. The summary goes to study/cold_nets.json.
"""
import json,sys,time
from pathlib import Path
import numpy as np,pandas as pd,torch
from chemistry import ROWS,build
from other_corpora import Sets
from recipegen.cold_start import CompositionKernel,cold_aucs,complete_net,hold_out,recipe_to_ingredients,shuffle,stranger_summary,without
from recipegen.evaluation import pair_counts
from recipegen.ingredients import table
from recipegen.recipes import Corpus
from recipegen.training import both_loss,fit,log_prior,pad_sets,set_loss

def states(net, ask):
    "function: b id arrays -> (b, d): what the last norm makes of the recipe"
    keep = {}; net.norm.register_forward_hook(lambda m, a, out: keep.__setitem__('h', out))
    def of(sets):
        xb = pad_sets([np.concatenate([[net.begin], s]) for s in sets], net.pad)
        with torch.no_grad(): net(xb, (xb != net.pad)[:,None], torch.full((len(sets),1), ask))
        return keep['h'][:,0].numpy()
    return of

def train_all(folder, draws='01234', out='build/cold'):
    torch.set_num_threads(1); out = Path(out); out.mkdir(parents=True, exist_ok=True); v = len(table())
    C = Corpus.load(folder).distinct(); train,valid,test = (C.split(s).sets() for s in ('train','valid','test')); n = np.diag(pair_counts(train, v)); K = CompositionKernel()()
    for draw in map(int, draws):
        held = hold_out(n, draw); known = Sets(without(train, held)); few = Sets(without(valid[:400], held))
        for row in ROWS:
            path = out/f'{row.replace(" ", "")}-{draw}.parquet'
            if path.exists(): continue
            t,net = time.time(),build(row, draw, log_prior(known, v))
            fit(net, known, few, set_loss(both_loss), epochs=2, bs=128, lr=2e-3, wd=.05, patience=99, seed=draw, progress=False); net.eval()
            h = states(net, net.last)
            with torch.no_grad():
                e = net.embed()[:v].numpy(); read = e.copy()
                if net.embed.ids is not None: read[held] -= net.embed.ids.weight[held].numpy() # never trained
            b = net.bias[:v].detach().numpy()
            e2,b2,loud = complete_net(h, e, b, held, valid, n, shuffle(K, draw) if row == 'shuffled' else K)
            aucs = dict(told=cold_aucs(lambda s: h(s)@e2[held].T+b2[held], test, held))
            if row != 'id': aucs['read'] = cold_aucs(lambda s: h(s)@read[held].T, test, held)
            t_b = recipe_to_ingredients(train, valid, test, K, draws=[draw], closed=False, systems={row: lambda d, o: lambda s: h(s)@e2.T+b2})
            t_b = t_b.merge(pd.DataFrame(dict(id=held, **{f'auc_{k}': a for k,a in aucs.items()})), on='id', how='left'); t_b.to_parquet(path)
            print(f'draw {draw} {row:17}: AUC '+', '.join(f'{k} {np.nanmean(a):.3f}' for k,a in aucs.items())+f'; recall@10 of all {t_b.recall_10.mean():.3f}, of strangers {t_b.recall_10_held.mean():.3f}; scale {loud.scale:.2f}, {time.time()-t:.0f} s', flush=True)

def summary(out='build/cold', to='study/cold_nets.json', n_boot=2000):
    t = pd.concat([pd.read_parquet(p) for p in sorted(Path(out).glob('*.parquet'))], ignore_index=True); rng = np.random.default_rng(0)
    draws = [d for d in sorted(t.draw.unique()) if t[t.draw==d].system.nunique() == len(ROWS)]; t = t[t.draw.isin(draws)]
    s = stranger_summary(t); res = dict(draws=len(draws), to_ingredients=json.loads(s.rename_axis('name').reset_index().to_json(orient='records', double_precision=5)), to_recipes={})
    for row in ROWS:
        for k in ('told','read'):
            a = t[t.system==row].get(f'auc_{k}', pd.Series(dtype=float)).dropna().to_numpy()
            if len(a): boot = a[rng.integers(len(a), size=(n_boot, len(a)))].mean(1); res['to_recipes'][f'{row}, {k}'] = dict(auc=round(float(a.mean()), 4), interval=[round(float(x), 4) for x in np.quantile(boot, [.025,.975])], ingredients=len(a))
    Path(to).write_text(json.dumps(res, indent=1)+'\n'); print(json.dumps(res['to_recipes'], indent=1)); print(s[['recall_10','recall_10_low','recall_10_high','recall_10_held']].round(3).to_string())

if __name__ == '__main__': {'train': train_all, 'summary': summary}[sys.argv[1]](*sys.argv[2:])
