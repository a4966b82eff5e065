"""Render the notebooks into docs/ and README.md.

The site is the Quarto project in nbs/. This script does what Quarto and nbdev would, where neither can be had: it prepares the
notebooks (directives, titles, names of pages, what is exported shown as code or, where long, as documentation), has smalldocs
render them, and takes every outside address out of the result. Nothing is run, so the notebooks are committed executed.
Same sources, same bytes: a test compares docs/ with a fresh rendering.
"""
import argparse,ast,base64,html,io,json,re,shutil,struct,sys,tempfile,tokenize
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

def label(names):
    "A line over an exported cell that names what it defines, for links to arrive at"
    return '`````{=html}\n<p class="exported">'+' '.join(f'<span id="{anchor(n)}">{code_html(n)}</span>' for n in names)+'</p>\n`````'

def inline(text):
    "A docstring or comment as HTML: names in backticks are code"
    return re.sub(r'`([^`]+)`', r'<code>\1</code>', html.escape(text.strip(), quote=False))

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
        if end or o.returns: rows.append(('', o.returns, None, end))
    return [(n, t and ast.unparse(t), d and ast.unparse(d), comments.get(l, '')) for n,t,d,l in rows]

def documentation(o, comments, name):
    "Signature, docstring and parameters of something too long to be shown at once; of a class, those of its methods too"
    init = next((f for f in o.body if isinstance(f, _defs) and f.name == '__init__'), None) if isinstance(o, ast.ClassDef) else o
    rows = parameters(init or o, comments)
    sig = ', '.join(n+(f'={d}' if d else '') for n,t,d,c in rows if n)
    quiet = any('property' in ast.unparse(d) for d in o.decorator_list)
    res = [f'<div class="signature">{code_html(name if quiet else f"{name}({sig})")}</div>']
    if doc := ast.get_docstring(o): res.append(f'<p>{inline(doc)}</p>')
    if any(c for *_,c in rows):
        code = lambda s: code_html(s) if s else ''
        cols = dict(Parameter=[code(n) or '<em>returns</em>' for n,*_ in rows], Type=[code(t) for _,t,*_ in rows], Default=[code(d) for _,_,d,_ in rows], Meaning=[inline(c) for *_,c in rows])
        res.append(table({k:v for k,v in cols.items() if any(v)}))
    if isinstance(o, ast.ClassDef):
        methods = [f for f in o.body if isinstance(f, _defs) and f.name[0] != '_' and ast.get_docstring(f)]
        res += [f'<div class="method" id="{anchor(name+"."+f.name)}">{documentation(f, comments, name+"."+f.name)}</div>' for f in methods]
    return '\n'.join(res)

def documented(code):
    "The documentation of what a cell defines"
    comments = {t.start[0]: t.string.lstrip('# ') for t in tokenize.generate_tokens(io.StringIO(code).readline) if t.type == tokenize.COMMENT}
    defs = [o for o in ast.parse(code).body if isinstance(o, _defs)]
    names = {o.name: n for n in defined(code) for o in defs if o.name == n.split('.')[-1]}
    return '\n'.join(documentation(o, comments, names[o.name]) for o in defs if o.name in names)

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

def prepared(path, pages):
    "The cells of a notebook as readers of the site shall see them; and {name: anchor} of what it exports"
    nb = json.loads(path.read_text(encoding='utf-8'))
    out,names = [],{}
    first,*rest = nb['cells']
    lines = ''.join(first['source']).split('\n')
    title = lines[0].removeprefix('# ').strip()
    quote = [l for l in lines[1:] if l.startswith('>')]
    sub = ' '.join(l.lstrip('> ').strip() for l in quote)
    body = '\n'.join(l for l in lines[1:] if l not in quote).strip()
    out.append(cell('raw', '---\n'+yaml.safe_dump(dict(title=title, subtitle=sub, pagetitle=title), allow_unicode=True, sort_keys=False, width=1000)+'---'))
    if body: out.append(cell('markdown', relink(body, path.parent, pages)))
    for c in rest:
        src = ''.join(c['source'])
        if c['cell_type'] == 'markdown': out.append(cell('markdown', relink(src, path.parent, pages)))
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
                out.append(cell('markdown', label(ns)))
                out.append(cell('markdown', '`````{=html}\n<div class="documented">\n'+documented(code)+'\n</div>\n`````'))
                opts += ['#| code-fold: true', f'#| code-summary: "Source, {n} lines"']
            elif ns: out.append(cell('markdown', label(ns)))
            names |= {x: f'{page_name(path)}.html#{anchor(x)}' for x in ns}
        elif only_imports and not shown['outputs']:
            opts += ['#| code-fold: true', '#| code-summary: Imports']
        if 'slow' in words: out.append(cell('markdown', '`````{=html}\n<p class="slow">Takes minutes: run once, its output kept.</p>\n`````'))
        shown['source'] = '\n'.join(opts+[code])
        out.append(shown)
    return dict(nb, cells=[dict(c, id=f'c{i}') for i,c in enumerate(out)], metadata=dict(kernelspec=dict(name='python3', language='python', display_name='python3'))), names

def page_of(path, pages):
    "A page that consists of a file elsewhere in the project: its first heading is the title"
    file = included(path)
    if not file: return path.read_text(encoding='utf-8')
    front = path.read_text(encoding='utf-8').split('---')[1]
    text = re.sub(r'\A\s*# .*\n', '', file.read_text(encoding='utf-8'))
    return f'---{front}---\n\n{relink(text, file.parent, pages)}'

def prepare(to):
    "The Quarto project that is rendered"
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    pages,symbols = targets(),{}
    for p in NBS.iterdir():
        if p.is_file() and p.suffix not in ('.ipynb','.qmd','.yml') and p.name[0] not in '._': shutil.copy(p, to)
    for p in sources():
        if p.suffix == '.ipynb':
            nb,names = prepared(p, pages)
            (to/pages[p.resolve()]).write_text(json.dumps(nb, ensure_ascii=False), encoding='utf-8')
            symbols = names | symbols
        else: (to/pages[p.resolve()]).write_text(page_of(p, pages), encoding='utf-8')
    (to/'_symbols.json').write_text(json.dumps(symbols), encoding='utf-8')
    def known(o): # the menus, without what is not there yet
        if isinstance(o, list): return [k for x in o if (k := known(x)) is not None]
        if isinstance(o, str): return o if not o.endswith(('.ipynb','.qmd')) else pages.get((NBS/o).resolve())
        if 'contents' in o: return dict(o, contents=c) if (c := known(o['contents'])) else None
        if 'href' in o: return dict(o, href=h) if (h := known(o['href'])) else None
        return o
    cfg = yaml.safe_load((NBS/'_quarto.yml').read_text(encoding='utf-8'))
    web = cfg['website']
    web['sidebar']['contents'],web['navbar']['left'] = known(web['sidebar']['contents']),known(web['navbar']['left'])
    cfg['format']['html'].pop('html-math-method', None)
    cfg.pop('execute', None)
    cfg['project']['output-dir'] = '_site'
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
        const [title, section, text] = [e.title, e.section, e.text].map((s) => s.toLowerCase());
        const n = (title.includes(w) ? (e.section ? 4 : 12) : 0) + (section.includes(w) ? 8 : 0) + Math.min(6, text.split(w).length - 1);
        if (!n) return 0;
        sum += n;
      }
      return sum;
    };
    return index.map((e) => [score(e), e]).filter(([n]) => n).sort((a, b) => b[0] - a[0]).map(([, e]) => e);
  };
'''

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
    (site/'search.js').write_text('window.searchIndex = '+(site/'search.json').read_text(encoding='utf-8')+';\n', encoding='utf-8')
    (site/'search.json').unlink()
    math = False
    for p in sorted(site.glob('*.html')):
        text = figures(p.read_text(encoding='utf-8'), p.stem, site/'figures')
        math |= 'cdn.jsdelivr.net/npm/katex' in text
        text = re.sub(r'https://cdn\.jsdelivr\.net/npm/katex@[\d.]+/dist/', 'site_libs/katex/', text)
        text = re.sub(r'(?<!<div class="scroll">)(<table\b.*?</table>)', r'<div class="scroll">\1</div>', text, flags=re.S)
        p.write_text(text, encoding='utf-8')
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
        if c['cell_type'] == 'markdown': parts.append(_link.sub(link, src))
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
