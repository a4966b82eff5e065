"""The hide-one test on other people's recipes, in their own vocabularies: Ahn et al. 2011 and What's Cooking.

    python study/other_corpora.py ../shared/data [ahn2011 | whats_cooking]

Their names have no composition, so the net has ids alone; everything else is as in the model that ships. One core, about a quarter of
an hour each. The tables go to study/completion_ahn2011.json and study/completion_whats_cooking.json.
"""
import json,sys,time
from pathlib import Path
import numpy as np,torch
from recipegen.decoder import IngredientDecoder
from recipegen.evaluation import completion,completion_text,decoder_scores,read_ahn,read_whats_cooking,split_sets
from recipegen.training import both_loss,fit,log_prior,set_loss

class Sets:
    "Sets of ids as `fit` reads them"
    def __init__(self, sets): self.ids,self.offsets = np.concatenate(sets),np.concatenate([[0], np.cumsum([len(s) for s in sets])]); self.grams = np.ones(len(self.ids))
    def __len__(self): return len(self.offsets)-1
    def set(self, i): return self.ids[self.offsets[i]:self.offsets[i+1]]

READ = dict(ahn2011=(read_ahn, 14), whats_cooking=(read_whats_cooking, 12)) # reader, epochs

def main(data, *which):
    torch.set_num_threads(1)
    for name in which or READ:
        read,epochs = READ[name]; sets,names = read(Path(data)/name); parts = split_sets(sets, names); v,t = len(names),time.time()
        train,valid = Sets(parts[0]),Sets(parts[1][:1000])
        torch.manual_seed(0); net = IngredientDecoder(torch.zeros(v, 1), composition=False, prior=log_prior(train, v), d_model=160, n_layers=3, n_heads=5, dropout=.1)
        h = fit(net, train, valid, set_loss(both_loss), epochs=epochs, bs=128, lr=1.5e-3, wd=.05, seed=0, progress=False)
        print(f'{name}: {len(train)} sets, {v} names, {sum(p.numel() for p in net.parameters()):,} parameters, {time.time()-t:.0f} s, best epoch {1+int(np.argmin([o["valid"] for o in h]))}', flush=True)
        tab = completion({'recipegen': lambda s: decoder_scores(net, s, last=True), 'recipegen, asked what is next': lambda s: decoder_scores(net, s)}, *parts, v=v); print(completion_text(tab), flush=True)
        Path(f'study/completion_{name}.json').write_text(json.dumps(dict(corpus=name, names=v, sides=[len(p) for p in parts], seed=0, epochs=epochs, train_seconds=round(time.time()-t), systems=json.loads(tab.rename_axis('name').reset_index().to_json(orient='records', double_precision=5))), indent=1)+'\n')

if __name__ == '__main__': main(*sys.argv[1:])
