"Free text lines to ingredient and grams: a table of tricky ones, and laws that no line may break"
import csv,random,sys
from pathlib import Path
import pytest
from recipegen.ingredients import measures,normalize,table
from recipegen.lines import Item,clean,foods,match,number,parse_line,parse_lines,tail,unit,words

ROOT = Path(__file__).resolve().parent.parent

# line | ingredients | grams | how the first one was weighed. Stated mass holds to 0.5 %; what the table of weights and densities says may be off by a fifth, so that it can be corrected
LINES = '''
1½ cups (180 g) flour | flour | 180 | mass
1 (14 ounce) can diced tomatoes, drained | canned tomato | 397 | mass
2 (8 oz) packages cream cheese | cream cheese | 454 | mass
1 cup plus 2 tablespoons sugar | sugar | 225 | volume
1 lb 4 oz ground beef | ground beef | 567 | mass
500g/1lb 2oz potatoes | potato | 500 | mass
2 x 400 g tins chopped tomatoes | canned tomato | 800 | mass
2 x 400g/14oz cans chickpeas, drained | canned chickpea | 800 | mass
1.5 kg potatoes | potato | 1500 | mass
1,500 g potatoes | potato | 1500 | mass
1,5 kg potatoes | potato | 1500 | mass
1 (16 ounce) container sour cream | sour cream | 454 | mass
2–3 cloves garlic | garlic | 7.5 | household
3 garlic cloves, minced | garlic | 9 | household
2 large cloves of garlic | garlic | 7.5 | household
1 pinch salt | salt | 0.375 | volume
a handful of parsley | parsley | 10 | household
one dozen eggs | egg | 600 | household
half a dozen eggs | egg | 300 | household
half a lemon | lemon | 42 | household
3 large eggs | egg | 150 | household
2 extra-large eggs | egg | 112 | household
4 egg whites | egg white | 132 | household
yolks of 2 eggs | egg yolk | 34 | household
6 eggs, separated | egg | 300 | household
juice of 1 lemon | lemon juice | 45 | household
Juice and zest of 2 limes | lime juice + lime zest | 60 + 8 | household
zest of 1 orange | orange zest | 10 | household
1 lemon, juiced | lemon juice | 45 | household
2 limes, zested and juiced | lime zest + lime juice | 8 + 60 | household
2 tablespoons freshly squeezed lemon juice | lemon juice | 30.5 | volume
2 tablespoons juice from 1 lemon | lemon juice | 30.5 | volume
1 lemon, zest only | lemon zest | 6 | household
1 large orange, peel and pith removed | orange | 184 | household
salt and freshly ground black pepper | salt + black pepper | - + - | unquantified
salt & pepper to taste | salt + black pepper | - + - | unquantified
1/2 teaspoon each salt, pepper, and paprika | salt + black pepper + paprika | 3 + 1.15 + 1.15 | volume
1 teaspoon salt and pepper | salt + black pepper | 3 + 1.15 | volume
2 eggs and 1 egg yolk | egg + egg yolk | 100 + 17 | household
2 tablespoons salt and 1 teaspoon pepper | salt + black pepper | 36 + 2.3 | volume
1 can cream of chicken soup | cream of chicken soup | 305 | package
1 (10.75 ounce) can condensed tomato soup | tomato soup | 305 | mass
1/2 cup peanut butter | peanut butter | 129 | volume
1 cube chicken bouillon | chicken bouillon | 4.5 | household
8 ounces egg noodles | egg noodle | 227 | mass
2 cups chicken broth | chicken broth | 480 | volume
1 cup heavy or whipping cream | heavy cream | 238 | volume
1 cup chicken or vegetable broth | chicken broth | 240 | volume
2 green or red bell peppers | green bell pepper | 238 | household
2 tablespoons butter or margarine | butter | 28.4 | volume
Olive or vegetable oil for the grill | olive oil | - | unquantified
18 corn or 12 flour tortillas | corn tortilla | 432 | household
1 teaspoon dried basil | dried basil | 0.798 | volume
2 tablespoons chopped fresh basil | basil | 3.99 | volume
1 tablespoon chopped rosemary | fresh rosemary | 1.74 | volume
1 teaspoon dried rosemary | dried rosemary | 1.1 | volume
2 sprigs rosemary | fresh rosemary | 4 | household
1 tablespoon chopped fresh tarragon or 1 teaspoon dried | fresh tarragon | 1.88 | volume
1 can black beans | canned black bean | 255 | package
1 14-ounce can black beans, rinsed | canned black bean | 397 | mass
2 (15 ounce) cans black beans | canned black bean | 850 | mass
2 cans (64 ounces) crushed tomatoes | canned crushed tomato | 1814 | mass
1 cup dried black beans | black bean | 194 | volume
1 can of tomatoes | canned tomato | 411 | package
2 cups cooked rice | cooked rice | 316 | volume
1 cup rice | rice | 185 | volume
3 cups chopped cooked chicken | cooked chicken | 420 | volume
4 skinless, boneless chicken breast halves | chicken breast | 696 | household
4 (6 ounce) skinless, boneless chicken breasts | chicken breast | 680 | mass
2 ea. (12–16 ounces) boneless skinless chicken breasts | chicken breast | 397 | mass
2 chicken breasts (about 6 ounces each) | chicken breast | 340 | mass
2 bone-in chicken thighs | chicken thigh | 230 | household
1 (3 pound) whole chicken, cut up | chicken | 1361 | mass
a 3-pound chicken | chicken | 1361 | mass
1 5-pound roasting chicken | chicken | 2268 | mass
2 3/4- to 1-pound pork tenderloins | pork tenderloin | 794 | mass
12 (5 ounce) pork chops | pork chop | 1701 | mass
1 leg of lamb | lamb leg | 2300 | household
4 fillet steaks | beef tenderloin | 680 | household
3 celery ribs, chopped | celery | 120 | household
2 stalks celery | celery | 80 | household
1 head garlic | garlic | 40 | household
1 bunch cilantro | cilantro | 80 | household
1 head cabbage | cabbage | 908 | household
2 onions | onion | 260 | household
2 large onions, chopped | onion | 300 | household
1 small onion | onion | 70 | household
3 carrots (300 g) | carrot | 300 | mass
1 stick butter | butter | 113 | household
½ cup (1 stick / 120 ml) butter, softened | butter | 113 | volume
1 cup (2 sticks) butter | butter | 227 | volume
227 g/8 oz/1 cup/2 sticks unsalted butter | unsalted butter | 227 | mass
1 (3 inch) cinnamon stick | cinnamon | 2.7 | household
2 cinnamon sticks | cinnamon | 5.4 | household
4 cloves | clove | 0.32 | household
1/2 teaspoon ground cloves | clove | 1.05 | volume
1-inch piece fresh ginger | ginger | 10 | household
1 (2-inch) piece fresh ginger, peeled | ginger | 20 | household
3 bay leaves | bay leaf | 0.6 | household
10 basil leaves | basil | 5 | household
2 slices onion | onion | 28 | household
6 slices bacon | bacon | 168 | household
1 (1 pound) loaf white bread, crusts trimmed | bread | 454 | mass
4 6x3-inch slices provolone cheese | provolone cheese | 112 | household
12 ½-inch-thick slices French bread | french bread | 336 | household
8 (8 inch) flour tortillas | flour tortilla | 392 | household
1 (9 inch) pie crust | pie crust | 194 | household
1 (.25 ounce) package active dry yeast | active dry yeast | 7.09 | mass
1 envelope unflavored gelatin | gelatin | 7 | package
One 8-ounce package cream cheese, softened | cream cheese | 227 | mass
1/2 (10 ounce) package frozen chopped spinach, thawed | frozen spinach | 142 | mass
¾ cup minus 1 tablespoon olive oil | olive oil | 149 | volume
1 cup sugar, plus 2 tablespoons for dusting | sugar | 225 | volume
1 cup sugar, plus more for dusting | sugar | 200 | volume
31/2 cups sugar | sugar | 700 | volume
1 quart vegetable oil for deep frying | vegetable oil | 872 | volume
oil for frying | vegetable oil | - | unquantified
1 cup 2% milk | reduced fat milk | 244 | volume
4 ounces Barilla® spaghetti | pasta | 113 | mass
3 tablespoons PHILADELPHIA Cream Cheese | cream cheese | 43.5 | volume
&frac14; cup cream | heavy cream | 59.5 | volume
Butter - 100 g | butter | 100 | mass
Salt, 1 teaspoon | salt | 6 | volume
Olive oil: 2 tablespoons | olive oil | 27 | volume
Dough: 2 cups flour | flour | 250 | volume
flour, all-purpose | flour | - | unquantified
1 pound beef, ground | ground beef | 454 | mass
onion (powder) | onion powder | - | unquantified
48 walnut halves | walnut | 96 | household
1 cup walnut halves | walnut | 115 | volume
walnut-sized piece of ginger | ginger | 15 | household
¾ cup grated Parmesan cheese | parmesan cheese | 75.1 | volume
1 T. sugar | sugar | 12.5 | volume
1 t salt | salt | 6 | volume
One 3- to 4-pound T-bone steak | beef steak | 1588 | mass
1 pound 80/20 ground chuck | ground beef | 454 | mass
a little salt | salt | - | unquantified
A few drops of Tabasco | tabasco sauce | 0.143 | volume
dash Worcestershire sauce | worcestershire sauce | 0.716 | volume
1 cup vegan butter flavored imitation spread | - | - | unmatched
1 cup fairy dust | - | - | unmatched
1 (8 ounce) chocolate widget | - | - | unmatched
For the sauce: | - | - | header
FILLING | - | - | header
special equipment: a thermometer | - | - | not food
8 wooden skewers | - | - | not food
*Available at Asian markets | - | - | note
--- | - | - | empty
'''.strip().splitlines()

@pytest.mark.parametrize('case', LINES, ids=lambda c: c.split(' | ')[0])
def test_line(case):
    line,names,grams,how = case.split(' | ')
    items = parse_line(line)
    assert ' + '.join(i.name or '-' for i in items) == names
    assert items[0].how == how
    for i,g in zip(items, grams.split(' + ')):
        if g == '-': assert i.grams is None
        else: assert i.grams == pytest.approx(float(g), rel=.005 if i.how == 'mass' else .2)

@pytest.mark.parametrize('phrase,never', [('cream of chicken soup','chicken'), ('peanut butter cookies','butter'), ('tomato soup','tomato'), ('egg noodles','egg'), ('chocolate cake','dark chocolate'),
    ('chicken bouillon','chicken'), ('butter beans','butter'), ('almond extract','almond'), ('coconut milk','milk'), ('celery salt','salt'), ('garlic bread','garlic'), ('lemon pepper','black pepper'),
    ('vegan butter','butter'), ('imitation crab','crab'), ('egg-free mayonnaise','egg'), ('apple pie','apple'), ('fish sauce','fish'), ('cookie butter','butter'), ('bread knife','bread'), ('banana leaves','banana')])
def test_a_match_explains_the_phrase_to_its_last_noun(phrase, never):
    assert never not in [table().names[i] for i,*_ in tail(phrase).foods]

@pytest.mark.parametrize('text,x', [('1 1/2',1.5), ('1-1/2',1.5), ('1 and 1/2',1.5), ('3/4',.75), ('.25',.25), ('1,500',1500), ('1,5',1.5), ('31/2',3.5), ('half',.5), ('half a dozen',6), ('a dozen',12), ('two dozen',24),
    ('a couple of',2), ('few',3), ('one and a half',1.5), ('three quarters',.75), ('thirty-two',32), ('1/0',1)])
def test_numbers(text, x): assert number(text) == pytest.approx(x)

def test_units_agree_with_pint():
    pint = pytest.importorskip('pint')
    ureg,of = pint.UnitRegistry(),{'mass':'gram', 'volume':'milliliter', 'length':'centimeter'}
    n = 0
    for name in measures():
        u,dim,factor = unit(name)
        q = u.replace(' ','_')
        if q in ureg and ureg(q).is_compatible_with(of[dim]): assert factor == pytest.approx(ureg(q).to(of[dim]).magnitude, rel=1e-4); n += 1
    assert n > 60

def test_words_are_normalize():
    "The fast path says what `normalize` says"
    for k in list(table().keys)[::7]+['Crème fraîche','7-Up','2% milk','10 per cent cream',"Baker's chocolate",'salt & pepper','chilli']: assert ' '.join(words(k)) == normalize(k), k

def sound(items, line):
    assert items and all(isinstance(i, Item) for i in items)
    for i in items:
        assert i.text == line and i.how
        assert i.name is None or i.name in table().names
        assert i.grams is None or i.name is not None and 0 <= i.grams < float('inf')
        assert i.quantity is None or i.quantity >= 0
        assert (i.grams is not None) == (i.how in ('mass','volume','household','package'))
        assert (i.name is None) == (i.how in ('unmatched','header','not food','note','empty'))

def test_no_line_is_dropped_or_breaks_the_parser():
    rng = random.Random(5)
    bits = [w for c in LINES for w in c.split(' | ')[0].split()] + list('()[]/-–½⅔,;:&+*.%"\'')+['(1','1/0','0','00','1e9','9'*30,'½½','\u200b','\x00','🍅','ﬁ','İ','ß','of','or','and','plus','each','a','x','\t','\n','&amp;','<b>',"''",'[[a|b]]']
    for _ in range(6000):
        line = (' ' if rng.random() < .9 else '').join(rng.choice(bits) for _ in range(rng.randint(0,9)))
        sound(parse_line(line), line)
    for _ in range(2000):
        line = ''.join(chr(rng.choice([rng.randrange(32,127), rng.randrange(160,0x2fff), rng.randrange(0x1f300,0x1f6ff)])) for _ in range(rng.randint(0,30)))
        sound(parse_line(line), line)
    assert len(parse_lines(['1 egg','','1 cup fairy dust'])) == 3

def test_long_lines_end():
    for line in ('('*3000, '1 '*3000, 'or '*2000, '1 cup plus '*1500, 'a '*3000+'sugar', '1/'*3000, 'salt, '*1500, '1 cup flour and '*40, 'x'*20_000, '1 (14 ounce '*500): sound(parse_line(line), line)

def test_scaling_and_caches():
    "Twice the cups, twice the grams; and a line means the same, whatever was read before it"
    for name in ('flour','black beans','onions','unsalted butter, softened'):
        one,three = (parse_line(f'{n} cups {name}')[0].grams for n in (1,3))
        assert three == pytest.approx(3*one)
    lines = [c.split(' | ')[0] for c in LINES]
    first = [parse_line(l) for l in lines]
    for f in (clean,number,unit,words,match,foods,tail):
        if hasattr(f, 'cache_clear'): f.cache_clear()
    assert [parse_line(l) for l in reversed(lines)] == first[::-1]

def test_frying_oil_is_told_apart():
    "The amount in the pot is stated, how much is eaten is not: the note says so"
    i, = parse_line('1 quart vegetable oil for deep frying')
    assert i.grams and 'frying' in i.note

def test_judged_lines():
    "At most one line in a hundred was read seriously wrong"
    with open(ROOT/'benchmarks'/'parse_judged.csv', encoding='utf-8') as f: rows = list(csv.DictReader(f))
    assert len(rows) == 300 and all(r['verdict'] in ('ok','~','x') for r in rows)
    assert sum(r['verdict'] == 'x' for r in rows) <= 3

def test_agrees_with_labels_as_well_as_a_parser_that_learned_them():
    sys.path.insert(0, str(ROOT/'benchmarks'))
    import parse as bench
    if not bench.KEPT.exists(): pytest.skip('build/parse_yardstick.csv is not here; the head of benchmarks/parse.py says how to make it')
    kept,_ = bench.kept()
    assert len(kept) == 2000
    mine,theirs = (bench.agree(kept, f(kept))[0] for f in (bench.ours, bench.theirs))
    assert mine['quantity'] >= theirs['quantity'] and mine['unit'] > .99 and mine['name'] >= theirs['name'] and mine['all'] > .97
