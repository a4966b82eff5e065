"The distribution, described in `settings.ini`, which nbdev reads too"
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_namespace_packages, setup

here = Path(__file__).parent
ini = ConfigParser(delimiters=['='], interpolation=None)
ini.read(here/'settings.ini', encoding='utf-8')
cfg = ini['DEFAULT']
readme = here/'README.md'

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'],
    long_description=readme.read_text(encoding='utf-8') if readme.exists() else '', long_description_content_type='text/markdown',
    author=cfg['author'], author_email=cfg['author_email'], license='Apache-2.0', keywords=cfg['keywords'],
    classifiers=['Development Status :: 3 - Alpha', 'Intended Audience :: Developers', 'Natural Language :: English',
                 'Programming Language :: Python :: 3', 'Operating System :: OS Independent'],
    python_requires=f">={cfg['min_python']}", install_requires=cfg['requirements'].split(),
    extras_require={k: cfg[f'{k}_requirements'].split() for k in ('builder','explain','dev','bench')},
    packages=find_namespace_packages(include=['recipegen*']), package_data={'': cfg['package_data'].split()}, include_package_data=True,
    entry_points={'console_scripts': cfg['console_scripts'].split(), 'nbdev': ['recipegen=recipegen._modidx:d']}, zip_safe=False)
