"""Two parsers against 2,000 phrases labelled by hand: `python benchmarks/parse.py`

The phrases are 1,000 of BBC and 1,000 of cookstr (labels of ingredient-parser, MIT licence), drawn with seed 2026 from those that carry a label.
The other parser is ingredient-parser-nlp 2.9.1. It wants a tagger file of NLTK's that is fetched at first use; TextBlob's tagger stands in for it.
What it answered is kept in benchmarks/parse_yardstick.csv, so that the comparison needs no second parser. To make that file anew:

    python3 -m venv other && other/bin/pip install ingredient-parser-nlp==2.9.1 textblob==0.20.1
    other/bin/python benchmarks/parse.py other ../shared/data/ingredient_parser_labels

How agreement is counted, by one rule for both parsers
  quantity  the first number equals the label's first number (1 % tolerance); without a number in the label the parser has none either, or one ("pinch of salt")
  unit      after bringing both to one spelling (`tbsp` and `tablespoons`; size words dropped), the parser's first unit is one of the label's; or the parser has none and
            the label has none for its first number ("4 x 150 g fillets": 4 of no unit)
  name      equal in singular and lower case without words that the line has in brackets, or both lead to the same ingredients of the table
  strict    the name alone: the same string but for letter case
"""
import csv,gzip,random,re,sys,time
from pathlib import Path

here = Path(__file__).resolve().parent
KEPT = here/'parse_yardstick.csv'
SOURCES,N,SEED = ('bbc','cookstr'),1000,2026
COLS = 'source input name quantity unit other_name other_quantity other_unit'.split()

def labelled(folder):
    "The labelled phrases of both sources, drawn by `SEED`"
    rng = random.Random(SEED)
    for s in SOURCES:
        with gzip.open(Path(folder)/f'{s}-ingredients-snapshot-2017.csv.gz', 'rt', encoding='utf-8') as f: rows = [r for r in csv.DictReader(f) if r['name']]
        for r in rng.sample(rows, N): yield dict(source=s, input=r['input'], name=r['name'], quantity=r['quantity'], unit=r['unit'])

def other(folder):
    "Run ingredient-parser-nlp over the phrases and keep its answers"
    import nltk.data
    find = nltk.data.find
    nltk.data.find = lambda name,*a,**k: name if 'averaged_perceptron' in name else find(name, *a, **k)
    import ingredient_parser,ingredient_parser.en._utils as u
    from textblob.en import tag
    one = lambda w: (w, (tag(w, tokenize=False) or [(w,'NN')])[0][1])
    def pos_tag(tokens):
        out = tag(' '.join(tokens), tokenize=False) # the whole line at once, for context
        return out if [w for w,_ in out]==list(tokens) else [one(w) for w in tokens]
    u.pos_tag = pos_tag
    for m in list(sys.modules.values()):
        if m.__name__.startswith('ingredient_parser') and hasattr(m, 'pos_tag'): m.pos_tag = u.pos_tag
    rows = list(labelled(folder))
    def first(p):
        if not p.amount: return '',''
        a = p.amount[0]
        a = a.amounts[0] if hasattr(a, 'amounts') else a
        return str(a.quantity),str(a.unit)
    parse = lambda s: ingredient_parser.parse_ingredient(s, separate_names=False, string_units=True)
    parse(rows[0]['input'])
    t = time.process_time(); out = [parse(r['input']) for r in rows]; t = time.process_time()-t
    for r,p in zip(rows, out):
        r['other_name'] = ' | '.join(n.text for n in p.name)
        r['other_quantity'],r['other_unit'] = first(p)
    with open(KEPT, 'w', encoding='utf-8', newline='') as f:
        f.write(f'# ingredient-parser-nlp 2.9.1, {len(rows)/t:.0f} phrases a second on one core; phrases and labels from ingredient-parser (MIT licence), seed {SEED}\n')
        w = csv.DictWriter(f, COLS, lineterminator='\n'); w.writeheader(); w.writerows(rows)
    print(f'{len(rows)} phrases, {len(rows)/t:.0f} a second')

def first_number(s):
    "The first number of '10 #1$2', '2#3$4', '1/2', '6-8', 'One', '4x', '2 dozen'; None without one"
    from recipegen.lines import number
    s = s.strip()
    if not s: return None
    if m := re.match(r'(\d*)#(\d+)\$(\d+)', s): x = int(m[1] or 0)+int(m[2])/int(m[3])
    elif m := re.match(r'(\d+) (\d+)/(\d+)|(\d+)/(\d+)', s): x = int(m[1] or 0)+int(m[2] or m[4])/int(m[3] or m[5])
    elif m := re.match(r'\d*\.?\d+', s): x = float(m[0])
    else:
        try: x = number(s.split()[0])
        except (KeyError,IndexError): return None
        if s.split()[0].lower() in ('a','an'): return number(s) if len(s.split())>1 else 1.
    if re.match(r'\S+ dozen', s): x *= 12
    return x

def units(s):
    "Units of a label, one spelling each"
    from recipegen.lines import unit
    s = re.sub(r'\bfl\.? ?oz\b\.?|\bfluid ounces?\b|\bfloz\b', 'fluidounce', s, flags=re.I)
    out = set()
    for w in s.split():
        if w=='fluidounce': out.add('fluid ounce'); continue
        u = unit(w.strip('.'))
        if u: out.add(u[0])
        elif '-' not in w and w.lower() not in SIZE: out.add(w.lower().rstrip('s'))
    return out
NUMBER = re.compile(r'[\d.#$/-]+x?|\b(?:one|two|three|four|five|six|eight|ten|twelve|half)\b', re.I)
SIZE = set('small medium large big good generous heaped heaping rounded level scant thick thin fat plump extra very tiny little huge long short fine jumbo slightly to'.split())

def agree(rows, answers):
    "Share of phrases on which `answers`, (name, number, units), agree with the labels"
    from recipegen.ingredients import normalize
    from recipegen.lines import tail
    def plain(name, line): # without the words in brackets
        inside = normalize(' '.join(re.findall(r'\(([^)]*)\)', line))).split()
        outside = normalize(re.sub(r'\([^)]*\)', ' ', line)).split()
        return [w for w in normalize(name).split() if w not in inside or w in outside]
    food = lambda name: {o[0] for o in tail(name).foods}
    hit = dict(name=0, quantity=0, unit=0, all=0, strict=0)
    wrong = []
    for r,(name,q,u) in zip(rows, answers):
        lq,lu = first_number(r['quantity']),units(r['unit'])
        okq = q in (None,1) if lq is None else q is not None and abs(q-lq) <= .01*lq
        oku = bool(u & lu) or not u and len(NUMBER.findall(r['quantity'])) > len(lu-{'can','jar','package','bottle','piece','slice','box','bag'}) or not u and not lu
        a = food(r['name'])
        okn = plain(name, r['input'])==plain(r['name'], r['input']) or bool(a) and a==food(name)
        hit['quantity'] += okq; hit['unit'] += oku; hit['name'] += okn; hit['all'] += okq and oku and okn
        hit['strict'] += name.lower().strip()==r['name'].lower().strip()
        wrong.append((r, name, q, u, okn, okq, oku))
    return {k:v/len(rows) for k,v in hit.items()},wrong

def ours(rows):
    from recipegen.lines import parse_line
    out = []
    for r in rows:
        items = parse_line(r['input'])
        i = items[0]
        out.append((' and '.join(o.phrase for o in items) if i.how!='header' else i.phrase, i.quantity, {i.unit} if i.unit else set()))
    return out

def theirs(rows): return [(r['other_name'], first_number(r['other_quantity']), set(list(units(r['other_unit'])))) for r in rows]

def kept():
    with open(KEPT, encoding='utf-8') as f:
        note = f.readline().lstrip('# ').strip()
        return list(csv.DictReader(f)),note

def main():
    sys.path.insert(0, str(here.parent))
    if sys.argv[1:2]==['other']: return other(sys.argv[2])
    from recipegen.lines import parse_line
    rows,note = kept()
    lines = [r['input'] for r in rows]
    parse_line('1 cup sugar')
    t = time.process_time(); ours(rows); t = time.process_time()-t
    print('the other parser:', note)
    print(f'recipegen.lines: {len(rows)/t:.0f} phrases a second, caches cold\n')
    print(f'{"":24}{"name":>8}{"quantity":>10}{"unit":>8}{"all three":>11}{"strict name":>13}')
    for source in SOURCES+('both',):
        R = [r for r in rows if source in (r['source'],'both')]
        for label,f in (('recipegen', ours), ('ingredient-parser-nlp', theirs)):
            a,_ = agree(R, f(R))
            print(f'{source:9}{label:22}'.replace('  ingr',' ingr')[:24].ljust(24)+f'{a["name"]:8.3f}{a["quantity"]:10.3f}{a["unit"]:8.3f}{a["all"]:11.3f}{a["strict"]:13.3f}')

if __name__=='__main__': main()
