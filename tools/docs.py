"""Render the notebooks into docs/ and README.md.

The site is the Quarto project in nbs/. This script does what Quarto and nbdev would, where neither can be had: it prepares the
notebooks (directives, titles, names of pages, what is exported shown as code or, where long, as documentation), writes a page of
reference for each module, has smalldocs render them, and takes every outside address out of the result. Nothing is run, so the notebooks are committed executed.
Same sources, same bytes: a test compares docs/ with a fresh rendering.
"""
import argparse,ast,base64,html,io,json,re,shutil,struct,sys,tempfile,tokenize
from functools import cache
from pathlib import Path
import yaml

ROOT = Path(__file__).resolve().parent.parent
NBS = ROOT/'nbs'
FOLD = 45 # lines of one exported thing, above which its documentation stands in front of its folded source

# Names

def page_name(path):
    "A page is named as its notebook, without the number"
    return re.sub(r'^\d+[a-z]*_', '', path.stem)

def sources():
    "Notebooks and pages that there are, in order"
    return [p for p in sorted(NBS.iterdir()) if p.suffix in ('.ipynb','.qmd') and p.name[0] not in '._' and (not (i := included(p)) or i.exists())]

_include = re.compile(r'\{\{< include (\S+) >\}\}')

def included(path):
    "The file that a page consists of, if it is of that kind"
    m = _include.search(path.read_text(encoding='utf-8')) if path.suffix == '.qmd' else None
    return (NBS/m[1]).resolve() if m else None

def targets():
    "{file of the project: its page}"
    res = {p.resolve(): page_name(p)+p.suffix for p in sources()}
    return res | {included(p): page_name(p)+p.suffix for p in sources() if included(p)}

_link = re.compile(r'(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?!\w+:|#|/)([^)\s#]+)(#[^)\s]*)?\)')

def relink(text, base, pages):
    "Links between files of the project, as links between pages; the text alone where the site has no such page"
    def one(m):
        bang,txt,path,anchor = m.groups()
        file = (base/path).resolve()
        if bang or (file.is_relative_to(NBS) and file.exists() and file not in pages): return m[0]
        return f'[{txt}]({pages[file]}{anchor or ""})' if file in pages else txt
    return _link.sub(one, text)

# Cells

_directive = re.compile(r'^\s*#\|\s*([\w-]+)(:?)\s*(.*)$')

def directives(src):
    "nbdev's words and Quarto's `key: value` at the top of a cell, and the code below them"
    words,opts,lines = {},[],src.split('\n')
    while lines and (m := _directive.match(lines[0])):
        if m[2]: opts.append(f'#| {m[1]}: {m[3]}')
        else: words[m[1]] = m[3]
        lines.pop(0)
    return words, opts, '\n'.join(l for l in lines if not re.search(r'#\|\s*hide_line\s*$', l)).strip('\n')

_defs = ast.FunctionDef,ast.AsyncFunctionDef,ast.ClassDef

def defined(code):
    "Names that a cell defines for the reader; a patched method is `Class.method`"
    for o in ast.parse(code).body:
        if not isinstance(o, _defs): continue
        if any('patch' in ast.unparse(d) for d in o.decorator_list) and (a := o.args.args) and a[0].annotation:
            yield from (f'{c}.{o.name}' for c in ast.unparse(a[0].annotation).split('|') if o.name[0] != '_')
        elif o.name[0] != '_': yield o.name

def imports_alone(code):
    "Whether a cell does nothing but import"
    try: body = ast.parse(re.sub(r'^\s*[%!].*$', '', code, flags=re.M)).body
    except SyntaxError: return False # another language
    return bool(body) and all(isinstance(o, (ast.Import,ast.ImportFrom)) for o in body)

def too_long(code):
    "Whether a cell holds something that cannot be taken in at a glance"
    return any(o.end_lineno-o.lineno >= FOLD for o in ast.parse(code).body) or code.count('\n') >= 2*FOLD

def anchor(name): return name.lower()
def code_html(s): return f'<code>{html.escape(s)}</code>'
def cell(kind, src, **kw): return dict(cell_type=kind, source=src, metadata={}, **kw)

def raw(s): return f'`````{{=html}}\n{s}\n`````'

def label(names, here=None):
    "A line over an exported cell that names what it defines, for links to arrive at; each leads on to its place in the reference"
    known = reference_names(here)
    return raw('<p class="exported">'+' '.join(f'<span id="{anchor(n)}">{linked(n, known)}</span>' for n in names)+'</p>')

_word = re.compile(r'(?<![\w.&])[A-Za-z_]\w*')

def linked(s, known):
    "Code as HTML, in which names of ours lead to their reference"
    return '<code>'+_word.sub(lambda m: f'<a href="{known[m[0]]}">{m[0]}</a>' if m[0] in known else m[0], html.escape(s))+'</code>'

def inline(text, known={}):
    "A docstring or comment as HTML: names in backticks are code"
    return re.sub(r'`([^`]+)`', lambda m: linked(html.unescape(m[1]), known), html.escape(text.strip(), quote=False))

def table(cols):
    "{heading: cells as HTML} as a table"
    row = lambda tag,cells: '<tr>'+''.join(f'<{tag}>{c}</{tag}>' for c in cells)+'</tr>'
    return f'<table class="params"><thead>{row("th", cols)}</thead><tbody>'+''.join(row('td', r) for r in zip(*cols.values()))+'</tbody></table>'

def parameters(o, comments):
    "Rows of a function or of a dataclass: name, type, default, and the comment beside it"
    if isinstance(o, ast.ClassDef): rows = [(f.target.id, f.annotation, f.value, f.lineno) for f in o.body if isinstance(f, ast.AnnAssign)]
    else:
        a = o.args
        pos = a.posonlyargs+a.args
        rows = [(x.arg, x.annotation, d, x.lineno) for x,d in zip(pos, [None]*(len(pos)-len(a.defaults))+a.defaults)]
        rows += [('*'+x.arg, x.annotation, None, x.lineno) for x in [a.vararg] if x]
        rows += [(x.arg, x.annotation, d, x.lineno) for x,d in zip(a.kwonlyargs, a.kw_defaults)]
        rows += [('**'+x.arg, x.annotation, None, x.lineno) for x in [a.kwarg] if x]
        if rows and rows[0][0] in ('self','cls'): rows = rows[1:]
        last = max([o.lineno]+[r[3] for r in rows])
        end = next((i for i in range(last+1, o.body[0].lineno) if i in comments), None)
        if o.body[0].lineno <= last+1: # the last parameter stands in the line that ends the signature, whose comment is of what is returned
            end = last if last in comments else None
            rows = [(n, t, d, None if l == last else l) for n,t,d,l in rows]
        if end or o.returns: rows.append(('', o.returns, None, end))
    return [(n, t and ast.unparse(t), d and ast.unparse(d), comments.get(l, '')) for n,t,d,l in rows]

def entry(o, comments, name, known):
    "Signature, docstring and parameters of a function or a class"
    init = next((f for f in o.body if isinstance(f, _defs) and f.name == '__init__'), None) if isinstance(o, ast.ClassDef) else o
    rows = parameters(init or o, comments)
    sig = ', '.join(n+(f'={d}' if d else '') for n,t,d,c in rows if n)
    quiet = any('property' in ast.unparse(d) for d in o.decorator_list)
    res = [f'<div class="signature">{code_html(name if quiet else f"{name}({sig})")}</div>']
    if doc := ast.get_docstring(o): res.append(f'<p>{inline(doc, known)}</p>')
    if any(c for *_,c in rows):
        code = lambda s: linked(s, known) if s else ''
        classes = {k:v for k,v in known.items() if k[0].isupper()} # what is returned is told in words: `list of Recipe`
        told = lambda n,c: inline(c, known) if n or '`' in c else _word.sub(lambda m: f'<a href="{classes[m[0]]}">{m[0]}</a>' if m[0] in classes else m[0], inline(c))
        cols = dict(Parameter=[code_html(n) if n else '<em>returns</em>' for n,*_ in rows], Type=[code(t) for _,t,*_ in rows], Default=[code_html(d) if d else '' for _,_,d,_ in rows], Meaning=[told(n, c) for n,*_,c in rows])
        res.append(table({k:v for k,v in cols.items() if any(v)}))
    return '\n'.join(res)

def methods(o):
    "What of a class is for others"
    return [f for f in o.body if isinstance(f, _defs) and f.name[0] != '_' and ast.get_docstring(f)] if isinstance(o, ast.ClassDef) else []

def documentation(o, comments, name, known):
    "Of something too long to be shown at once; of a class, that of its methods too"
    return '\n'.join([entry(o, comments, name, known)]+[f'<div class="method" id="{anchor(name+"."+f.name)}">{entry(f, comments, name+"."+f.name, known)}</div>' for f in methods(o)])

def comments_of(code):
    "{line: its comment}"
    return {t.start[0]: t.string.lstrip('# ') for t in tokenize.generate_tokens(io.StringIO(code).readline) if t.type == tokenize.COMMENT}

def documented(code, here=None):
    "The documentation of what a cell defines"
    defs = [o for o in ast.parse(code).body if isinstance(o, _defs)]
    names = {o.name: n for n in defined(code) for o in defs if o.name == n.split('.')[-1]}
    return '\n'.join(documentation(o, comments_of(code), names[o.name], reference_names(here)) for o in defs if o.name in names)

# Reference: a page a module, from the exported code

_default_exp = re.compile(r'#\|\s*default_exp\s+(\w+)')

@cache
def modules():
    "{module: notebook that exports it}, what is for use first, then the study"
    found = {m[1]: p for p in sources() if p.suffix == '.ipynb' and (m := _default_exp.search(p.read_text(encoding='utf-8'))) and (ROOT/'recipegen'/f'{m[1]}.py').exists()}
    return dict(sorted(found.items(), key=lambda o: (not for_use(o[1]), o[1].name)))

def for_use(nb): return nb.name[:2] in ('14','15','16','17')

@cache
def exported(module):
    "{public name: what defines it} and the comments of a module's lines"
    code = (ROOT/'recipegen'/f'{module}.py').read_text(encoding='utf-8')
    got = {}
    for o in ast.parse(code).body:
        if isinstance(o, _defs): got[o.name] = o
        elif isinstance(o, ast.Assign):
            for t in o.targets:
                names = t.elts if isinstance(t, ast.Tuple) else [t]
                values = o.value.elts if isinstance(t, ast.Tuple) and isinstance(o.value, ast.Tuple) else [o.value]*len(names)
                got |= {n.id: ast.copy_location(ast.Assign([n], v), o) for n,v in zip(names, values) if isinstance(n, ast.Name)}
    public = ast.literal_eval(got.pop('__all__').value) if '__all__' in got else []
    return {n: got[n] for n in sorted(public, key=lambda n: got[n].lineno if n in got else 0) if n in got}, comments_of(code)

@cache
def reference_names(here=None):
    "{name: its place in the reference}; two modules may have a name in common, and `here` is the one that is meant"
    order = sorted(modules(), key=lambda m: m == here)
    return {n: f'api_{m}.html#{anchor(n)}' for m in order for n in exported(m)[0]}

def short(s, n=70): return s if len(s) <= n else s[:n-1]+'…'
def said(o, comments):
    "One line on a name: its docstring's first, or the comment beside a constant"
    return (ast.get_docstring(o) or '').split('\n')[0] if isinstance(o, _defs) else comments.get(o.lineno, '')

def plain(text):
    "A comment as Markdown that says the same: what is not in backticks means itself"
    return ''.join(t if t[:1] == '`' else re.sub(r'([\\*_<>$\[\]#~^|@{}!])', r'\\\1', t) for t in re.split(r'(`[^`]+`)', text))

def reference(module, nb, symbols):
    "The page of a module: each name with its signature, its parameters and its methods, and the chapter that explains it"
    objs,comments = exported(module)
    known,chapter = reference_names(module),first_lines(nb)
    told = lambda n,name: raw(f'<p class="chapter"><a href="{symbols[n]}">{html.escape(name)} in the study</a></p>') if n in symbols else ''
    front = yaml.safe_dump(dict(title=f'recipegen.{module}', subtitle=chapter[1], pagetitle=f'recipegen.{module}'), allow_unicode=True, sort_keys=False, width=1000)
    res = [f'---\n{front}---', f'The chapter [{chapter[0]}]({page_name(nb)}.ipynb) makes this module and explains it; this page lists its names. All modules: [reference](api.qmd).']
    constants = {n: o for n,o in objs.items() if not isinstance(o, _defs)}
    for n,o in objs.items():
        if n in constants: continue
        res += [f'## {n} {{#{anchor(n)}}}', raw(f'<div class="reference">{entry(o, comments, n, known)}</div>')]
        for f in methods(o): res += [f'### {n}.{f.name} {{#{anchor(n+"."+f.name)}}}', raw(f'<div class="reference">{entry(f, comments, n+"."+f.name, known)}</div>')]
        res += [told(n, n)]
    if constants:
        cols = {'Name': [f'<span id="{anchor(n)}">{code_html(n)}</span>' for n in constants], 'Value': [code_html(short(ast.unparse(o.value))) for o in constants.values()], 'Meaning': [inline(said(o, comments), known) for o in constants.values()]}
        res += ['## Constants', ', '.join(f'`{n}`' for n in constants)+'.', raw(table({k: v for k,v in cols.items() if any(v)}))]
    return '\n\n'.join(res)+'\n'

def summaries():
    "{place in the reference: what is said there}, for search: a page's raw HTML is not read for it"
    res = {}
    for m in modules():
        objs,comments = exported(m)
        for n,o in objs.items():
            for name,x in [(n, o)]+[(f'{n}.{f.name}', f) for f in methods(o)]:
                init = next((f for f in x.body if isinstance(f, _defs) and f.name == '__init__'), x) if isinstance(x, ast.ClassDef) else x
                about = '. '.join(f'{p}: {c}' for p,*_,c in parameters(init, comments) if p and c) if isinstance(x, _defs) else ''
                res[f'api_{m}.html#{anchor(name)}'] = f'{said(x, comments)}. {about}'.replace('`', '')
    return res

def reference_index():
    "One line for each name"
    res = []
    for use,title in (True,'For use'),(False,'From the study'):
        res.append(f'## {title}')
        for m,nb in modules().items():
            if for_use(nb) != use: continue
            objs,comments = exported(m)
            if objs: res += [f'### recipegen.{m} {{#{m}}}', f'[{plain(first_lines(nb)[1] or first_lines(nb)[0])}](api_{m}.qmd)', raw(table({'Name': [linked(n, reference_names(m)) for n in objs], 'What it is': [inline(said(o, comments)) for o in objs.values()]}).replace('class="params"', 'class="names"'))]
    return '\n\n'.join(res)+'\n'

def outputs(outs):
    "Outputs as they are to be shown: no progress bar's history, no widget that lost its state"
    res = []
    for o in outs:
        if o['output_type'] == 'stream':
            text = '\n'.join(l.rstrip('\r').split('\r')[-1] for l in ''.join(o['text']).split('\n')).strip('\n')
            if not text: continue
            if res and res[-1]['output_type'] == 'stream' and res[-1]['name'] == o['name']: res[-1]['text'] += '\n'+text
            else: res.append(dict(o, text=text))
        elif 'application/vnd.jupyter.widget-view+json' in o.get('data', {}) and 'text/html' not in o['data']: continue
        else: res.append(o)
    return res

@cache
def first_lines(path):
    "Title, subtitle and what else stands in the first cell of a notebook"
    first = json.loads(path.read_text(encoding='utf-8'))['cells'][0]
    lines = ''.join(first['source']).split('\n')
    quote = [l for l in lines[1:] if l.startswith('>')]
    return lines[0].removeprefix('# ').strip(), ' '.join(l.lstrip('> ').strip() for l in quote), '\n'.join(l for l in lines[1:] if l not in quote).strip()

def form_of(c): return c['metadata'].get('format', c['metadata'].get('raw_mimetype')) if c['cell_type'] == 'raw' else None # of a raw cell

def prepared(path, pages):
    "The cells of a notebook as readers of the site shall see them; and {name: anchor} of what it exports"
    nb = json.loads(path.read_text(encoding='utf-8'))
    out,names = [],{}
    here = next((m for m,p in modules().items() if p == path), None)
    rest = nb['cells'][1:]
    title,sub,body = first_lines(path)
    out.append(cell('raw', '---\n'+yaml.safe_dump(dict(title=title, subtitle=sub, pagetitle=title), allow_unicode=True, sort_keys=False, width=1000)+'---'))
    if body: out.append(cell('markdown', relink(body, path.parent, pages)))
    for c in rest:
        src = ''.join(c['source'])
        if c['cell_type'] == 'markdown': out.append(cell('markdown', relink(src, path.parent, pages)))
        if form_of(c) == 'text/html': out.append(cell('markdown', raw(src)))
        if c['cell_type'] != 'code' or not src.strip(): continue
        words,opts,code = directives(src)
        if words.keys() & {'hide','default_exp'}: continue
        shown = cell('code', code, outputs=outputs(c['outputs']) if 'hide_output' not in words else [], execution_count=None)
        if 'hide_input' in words: opts.append('#| echo: false')
        only_imports = imports_alone(code)
        if words.keys() & {'export','exports','exporti'}:
            ns,n = list(defined(code)),len(code.split('\n'))
            if only_imports: opts += ['#| code-fold: true', '#| code-summary: Imports']
            elif too_long(code):
                out.append(cell('markdown', label(ns, here)))
                out.append(cell('markdown', raw(f'<div class="documented">\n{documented(code, here)}\n</div>')))
                opts += ['#| code-fold: true', f'#| code-summary: "Source, {n} lines"']
            elif ns: out.append(cell('markdown', label(ns, here)))
            names |= {x: f'{page_name(path)}.html#{anchor(x)}' for x in ns}
        elif only_imports and not shown['outputs']:
            opts += ['#| code-fold: true', '#| code-summary: Imports']
        if 'slow' in words: out.append(cell('markdown', raw('<p class="slow">Takes minutes: run once, its output kept.</p>')))
        shown['source'] = '\n'.join(opts+[code])
        out.append(shown)
    return dict(nb, cells=[dict(c, id=f'c{i}') for i,c in enumerate(out)], metadata=dict(kernelspec=dict(name='python3', language='python', display_name='python3'))), names

def page_of(path, pages):
    "A page that consists of a file elsewhere in the project: its first heading is the title"
    file = included(path)
    if not file: return relink(path.read_text(encoding='utf-8'), path.parent, pages)
    front = path.read_text(encoding='utf-8').split('---')[1]
    text = re.sub(r'\A\s*# .*\n', '', file.read_text(encoding='utf-8'))
    return f'---{front}---\n\n{relink(text, file.parent, pages)}'

def prepare(to):
    "The Quarto project that is rendered"
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    pages,symbols,own = targets(),{},{}
    for p in NBS.iterdir():
        if p.is_file() and p.suffix not in ('.ipynb','.qmd','.yml') and p.name[0] not in '._': shutil.copy(p, to)
    for p in sources():
        if p.suffix == '.ipynb':
            nb,names = prepared(p, pages)
            (to/pages[p.resolve()]).write_text(json.dumps(nb, ensure_ascii=False), encoding='utf-8')
            symbols,own[p] = names | symbols,names
        else: (to/pages[p.resolve()]).write_text(page_of(p, pages), encoding='utf-8')
    (to/'_symbols.json').write_text(json.dumps(symbols), encoding='utf-8')
    for m,nb in modules().items(): (to/f'api_{m}.qmd').write_text(reference(m, nb, own[nb]), encoding='utf-8')
    with (to/'api.qmd').open('a', encoding='utf-8') as f: f.write('\n'+reference_index())
    def known(o): # the menus, without what is not there yet
        if o == 'api_*.qmd': return [dict(text=m, href=f'api_{m}.qmd') for m in modules()]
        if isinstance(o, list): return [k for x in o if (k := known(x)) is not None]
        if isinstance(o, str): return o if not o.endswith(('.ipynb','.qmd')) else next((pages[f] for end in (Path(o).suffix,'.ipynb','.qmd') if (f := (NBS/o).with_suffix(end).resolve()) in pages), None)
        if 'contents' in o: return dict(o, contents=c) if (c := known(o['contents'])) else None
        if 'href' in o: return dict(o, href=h) if (h := known(o['href'])) else None
        return o
    cfg = yaml.safe_load((NBS/'_quarto.yml').read_text(encoding='utf-8'))
    web = cfg['website']
    web['sidebar']['contents'],web['navbar']['left'] = known(web['sidebar']['contents']),known(web['navbar']['left'])
    cfg['format']['html'].pop('html-math-method', None)
    cfg.pop('execute', None)
    cfg['format']['html']['theme'] = 'cosmo' # one sheet for light and dark: styles.css says what is which
    cfg['project'] = {'type':'website', 'output-dir':'_site'}
    (to/'_quarto.yml').write_text(yaml.safe_dump(cfg, allow_unicode=True, sort_keys=False), encoding='utf-8')

# What smalldocs wrote

_img = re.compile(r'<img src="data:image/(png|jpeg|gif|svg\+xml);base64,([^"]+)"([^>]*)>')

def png_width(data):
    "Width in CSS pixels at which a plot is drawn: its inches, or its own pixels if those are fewer"
    w,pos,ppm = struct.unpack('>I', data[16:20])[0],8,None
    while pos < len(data):
        n,kind = struct.unpack('>I4s', data[pos:pos+8])
        if kind == b'pHYs': ppm = struct.unpack('>I', data[pos+8:pos+12])[0]
        if kind in (b'pHYs',b'IDAT'): break
        pos += 12+n
    return min(w, round(w/(ppm*.0254)*100)) if ppm else w

def figures(text, name, to):
    "Pictures of a page into files, each with its width and, unless it has one, the heading it stands under as its text"
    n = 0
    def one(m):
        nonlocal n
        n += 1
        data,ext = base64.b64decode(m[2]),{'jpeg':'jpg','svg+xml':'svg'}.get(m[1], m[1])
        to.mkdir(exist_ok=True)
        (to/f'{name}-{n}.{ext}').write_bytes(data)
        heads = re.findall(r'<h[1-4][^>]*>(.*?)</h[1-4]>', text[:m.start()], re.S)
        alt = '' if 'alt=' in m[3] else f' alt="Figure: {html.escape(re.sub("<[^>]+>", "", heads[-1]).strip() if heads else name)}"'
        width = f' width="{png_width(data)}"' if m[1] == 'png' else ''
        return f'<img src="figures/{name}-{n}.{ext}" loading="lazy"{width}{alt}{m[3]}>'
    return _img.sub(one, text)

_row,_head,_cell = re.compile(r'<tr[^>]*>(.*?)</tr>', re.S),re.compile(r'<thead>(.*?)</thead>', re.S),re.compile(r'<t([hd])([^>]*)>(.*?)</t\1>', re.S)
words_of = lambda s: html.unescape(re.sub(r'<[^>]+>', '', s)).strip()

def tidy(text):
    "A table of pandas as one would set it: the index's name beside the columns', what is text to the left, no heading without words"
    if not re.match(r'<table[^>]*(dataframe|id="T_)', text): return text
    rows = [[m.groups() for m in _cell.finditer(r)] for r in _row.findall(text)]
    if (h := _head.search(text)) and len(_row.findall(h[1])) == 2 and len(rows[0]) == len(rows[1]) and not any(words_of(a[2]) and words_of(b[2]) for a,b in zip(*rows[:2])):
        one = [a if words_of(a[2]) else b for a,b in zip(*rows[:2])]
        text = text.replace(h[1], '<tr>'+''.join(f'<th{a}>{s}</th>' for _,a,s in one)+'</tr>')
        rows = [one]+rows[2:]
    body = [[words_of(s) for k,_,s in r if k == 'd'][::-1] for r in rows] # columns are counted from the right: at the left a heading may span rows
    def wordy(j):
        said = [r[j] for r in body if len(r) > j and r[j] not in ('','NaN','None','nan','—')]
        return sum(bool(re.match(r'[^\W\d]|["\'(,;:]\D', s)) for s in said) > len(said)/2
    left = [wordy(j) for j in range(max(map(len, body), default=0))]
    def row(m):
        cells = list(_cell.finditer(m[1])); n = len(cells)
        def one(i, c):
            kind,attrs,s = c.groups()
            if kind == 'h' and not words_of(s): kind = 'd'
            j = n-1-i
            return f'<t{kind}{attrs}{" data-text" if j < len(left) and left[j] and (kind == "d" or i) else ""}>{s}</t{kind}>'
        return m[0].replace(m[1], ''.join(one(i, c) for i,c in enumerate(cells)))
    return _row.sub(row, text)

SEARCH_SCRIPT = '''await new Promise((ok, no) => { // a script and not a fetch, so that search works from a disk too
        const s = document.createElement("script");
        Object.assign(s, { src: offset + "search.js", onload: ok, onerror: no });
        document.head.append(s);
      });
      index = window.searchIndex;'''

RANKED = '''  // Sections that hold every word asked for, titles first, then those that say them most; what is misspelt is left to Fuse
  const ranked = (index, q) => {
    const words = q.toLowerCase().split(/\\s+/);
    const score = (e) => {
      let sum = 0;
      for (const w of words) {
        const [title, section, text] = [e.title, e.section, e.text].map((s) => s.replace(/^recipegen\\./, "").toLowerCase());
        const n = (title.includes(w) ? (e.section ? 4 : 12) : 0) + (section.includes(w) ? 8 : 0) + (section.startsWith(w) ? 4 : 0) + (section === w ? 8 : 0) + Math.min(6, text.split(w).length - 1);
        if (!n) return 0;
        sum += n;
      }
      return sum;
    };
    return index.map((e) => [score(e), e]).filter(([n]) => n).sort((a, b) => b[0] - a[0]).map(([, e]) => e);
  };
'''

# Before anything is painted: the reader's choice, or else what the system prefers. The button is in site.js.
THEME_SCRIPT = ('<script>(r=>{let t;try{t=localStorage.getItem("theme")}catch{}'
                'r.dataset.theme=r.dataset.bsTheme=t||(matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light")})(document.documentElement)</script>')

TOGGLE = '<button type="button" class="theme-toggle" aria-label="Dark" aria-pressed="false" title="Light or dark"><i class="bi" aria-hidden="true"></i></button>'

def accessible(text):
    "What smalldocs' pages lack for the keyboard and for who listens: buttons that are buttons, places with names, a way past the menus; and light or dark"
    for old,new in (
        ('<meta charset="utf-8">', '<meta charset="utf-8"><meta name="color-scheme" content="light dark">'+THEME_SCRIPT),
        ('<script src="site_libs/smalldocs.js" defer></script>', '<script src="site_libs/smalldocs.js" defer></script><script src="site_libs/site.js" defer></script>'),
        (' data-bs-theme="light"><div class="navbar-container', ' aria-label="Site"><div class="navbar-container'),
        ('</div></div></nav><nav class="quarto-secondary-nav">', f'</div>{TOGGLE}</div></nav><nav class="quarto-secondary-nav" aria-label="Where this is">'),
        ('<nav id="quarto-sidebar" ', '<nav id="quarto-sidebar" aria-label="All pages" '),
    ): text = replace(text, old, new)
    text = re.sub(r'<body([^>]*)>', r'<body\1><a class="skip" href="#quarto-document-content">To the text</a>', text)
    text = re.sub(r'<main class="content"(?![^>]*\bid=)', '<main class="content" id="quarto-document-content"', text)
    text = re.sub(r'<a (class="sidebar-item-text sidebar-link text-start"[^>]*?) role="navigation"([^>]*)>(.*?)</a><a class="sidebar-item-toggle.*?</a>', r'<button type="button" \1\2>\3<i class="bi bi-chevron-right" aria-hidden="true"></i></button>', text)
    text = re.sub(r'<nav class="page-navigation">', '<nav class="page-navigation" aria-label="Before and after">', text)
    text = re.sub(r'<a onclick="window.scrollTo\(0, 0\); return false;" role="button" id="quarto-back-to-top">(.*?)</a>', r'<button type="button" onclick="scrollTo(0, 0)" id="quarto-back-to-top">\1</button>', text)
    return text

def replace(text, old, new):
    "As `str.replace`, but what is not there is an error: smalldocs has changed"
    assert old in text, old
    return text.replace(old, new)

def finish(site):
    "Take out what a reader should not have to fetch from elsewhere; what is left works from a disk too"
    libs,katex = site/'site_libs',ROOT/'node_modules'/'katex'/'dist'
    css = libs/'themes'/'cosmo.min.css'
    css.write_text(re.sub(r'@import url\([^)]*\);?', '', css.read_text(encoding='utf-8')), encoding='utf-8')
    js = libs/'smalldocs.js'
    text = replace(js.read_text(encoding='utf-8'), '''const r = await fetch(offset + "search.json");
      index = await r.json();''', SEARCH_SCRIPT)
    text = replace(text, 'const hits = fuse ? fuse.search', 'const exact = ranked(index, q).slice(0, limit);\n      const hits = exact.length ? exact : fuse ? fuse.search')
    js.write_text(replace(text, '  const escapeHtml = ', RANKED+'  const escapeHtml = '), encoding='utf-8')
    index,about = json.loads((site/'search.json').read_text(encoding='utf-8')),summaries()
    for e in index: e['text'] = e['text'] or about.get(e.pop('objectID'), '')
    (site/'search.js').write_text(f'window.searchIndex = {json.dumps([{k:v for k,v in e.items() if k != "objectID"} for e in index], ensure_ascii=False)};\n', encoding='utf-8')
    (site/'search.json').unlink()
    math = False
    for p in sorted(site.glob('*.html')):
        text = figures(p.read_text(encoding='utf-8'), p.stem, site/'figures')
        math |= 'cdn.jsdelivr.net/npm/katex' in text
        text = re.sub(r'https://cdn\.jsdelivr\.net/npm/katex@[\d.]+/dist/', 'site_libs/katex/', text)
        text = re.sub(r'(?<!<div class="scroll">)(<table\b.*?</table>)', lambda m: f'<div class="scroll">{tidy(m[1])}</div>', text, flags=re.S)
        if p.stem.startswith('api_'): text = re.sub(r'(class="nav-link[^>]*>)\w+(\.\w+</a>)', r'\1\2', text) # of methods the menu beside says the name alone
        p.write_text(accessible(text), encoding='utf-8')
    shutil.copy(NBS/'site.js', libs)
    if math:
        (libs/'katex'/'contrib').mkdir(parents=True)
        for f in 'katex.min.css','katex.min.js','contrib/auto-render.min.js': shutil.copy(katex/f, libs/'katex'/f)
        shutil.copytree(katex/'fonts', libs/'katex'/'fonts', ignore=lambda _,fs: [f for f in fs if not f.endswith('.woff2')])
        shutil.copy(katex.parent/'LICENSE', libs/'katex')
    (libs/'fonts').mkdir()
    for family,styles in ('source-sans-3',('normal','italic')),('source-code-pro',('normal',)):
        font = ROOT/'node_modules'/'@fontsource-variable'/family
        for style in styles: shutil.copy(font/'files'/f'{family}-latin-wght-{style}.woff2', libs/'fonts')
        shutil.copy(font/'LICENSE', libs/'fonts'/f'{family}-LICENSE')
    (site/'.nojekyll').touch()
    shutil.copytree(NBS/'builder', site/'builder')
    import page
    page.write(site/'builder') # what the builder reads, which is made and not written

def render(to):
    "The site, into folder `to`, which is replaced"
    from smalldocs.site import build
    with tempfile.TemporaryDirectory() as tmp:
        prepare(Path(tmp)/'project')
        site = build(Path(tmp)/'project', quiet=True)
        finish(site.out)
        shutil.rmtree(to, ignore_errors=True)
        shutil.move(site.out, to)
    return len(site.pages),site.warnings

# README

def readme():
    "nbs/index.ipynb as Markdown: code, what it printed, and its figures as the site has them"
    def link(m):
        file = (NBS/m[3]).resolve()
        return f'{m[1]}[{m[2]}]({file.relative_to(ROOT).as_posix()}{m[4] or ""})' if file.is_relative_to(ROOT) else m[2]
    parts,n = ['<!-- Made from nbs/index.ipynb by `make docs` -->'],0
    for c in json.loads((NBS/'index.ipynb').read_text(encoding='utf-8'))['cells']:
        src = ''.join(c['source']).strip()
        if c['cell_type'] == 'markdown' or form_of(c) == 'text/markdown': parts.append(_link.sub(link, src)) # a raw cell of Markdown is for the README alone
        if c['cell_type'] != 'code': continue
        words,opts,code = directives(src)
        if 'hide' in words: continue
        quiet = 'hide_input' in words or '#| echo: false' in opts
        if code and not quiet: parts.append(f'```{"sh" if code.startswith("!") else "python"}\n{code.removeprefix("!")}\n```')
        for o in outputs(c['outputs']):
            data = o.get('data', {})
            get = lambda k: ''.join(data[k]).strip()
            if 'image/png' in data:
                n += 1
                parts.append(f'![](docs/figures/index-{n}.png)')
            elif 'text/markdown' in data: parts.append(_link.sub(link, get('text/markdown')))
            elif o['output_type'] == 'stream' or 'text/plain' in data:
                text = o['text'] if o['output_type'] == 'stream' else get('text/plain')
                parts.append('```\n'+text.rstrip()+'\n```')
    return '\n\n'.join(parts)+'\n'

def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--out', type=Path, default=ROOT/'docs', help='folder of the site; it is replaced')
    p.add_argument('--readme', action='store_true', help='README.md alone')
    args = p.parse_args()
    if args.out == ROOT/'docs': (ROOT/'README.md').write_text(readme(), encoding='utf-8')
    if args.readme: return
    n,warnings = render(args.out)
    for w in warnings: print(f'docs: {w}', file=sys.stderr)
    print(f'docs: {n} pages')

if __name__ == '__main__': main()
