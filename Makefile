# `make` lists what there is.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 5000
TIMES ?= 20
export FLASK_APP := app.py

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/.product: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.tools: $(VENV)/.product requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

run: $(VENV)/.product  ## Set everything up, make the demo company, serve on PORT (5000)
	@$(BIN)/flask db upgrade
	@echo "Form:        http://127.0.0.1:$(PORT)/"
	@echo "Back-office: http://127.0.0.1:$(PORT)/admin/"
	@$(BIN)/flask seed --if-empty
	@$(BIN)/gunicorn --config gunicorn.conf.py --bind 127.0.0.1:$(PORT) app:app

test: $(VENV)/.tools browser lint  ## Lint, types, contracts, and every test: SQLite, PostgreSQL, Chromium
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

soak: $(VENV)/.tools browser  ## Every test on both databases, and what `make test` samples at full figures
	SERCOM_SOAK=1 $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

fuzz: $(VENV)/.tools  ## The properties with other examples each time, and TIMES (20) as many
	SERCOM_FUZZ=$(TIMES) $(BIN)/python -m pytest -n 2 --dist worksteal -m properties $(ARGS)

lint: $(VENV)/.tools  ## Style, types, architecture, dangerous calls
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -ll -r sercom

deploy-check: $(VENV)/.tools  ## Put the last commit on a machine as a platform would, use it, stop it under load
	$(BIN)/python -W ignore -m tools.deploy_check

browser:  ## Debian's Chromium without a window, where it is missing and may be installed
	@command -v chromium-headless-shell >/dev/null \
		|| { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq chromium-headless-shell >/dev/null; } \
		|| command -v chromium >/dev/null \
		|| { echo "Install chromium-headless-shell: the browser tests drive it."; test -z "$$CI"; }

bench: $(VENV)/.tools  ## Measure pages, conversions and sums on many rows; prints medians
	$(BIN)/python -m bench.totals
	$(BIN)/python -m bench.taxes
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.ageing
	$(BIN)/python -m bench.exports

messages: $(VENV)/.tools  ## Bring the French catalogue up to date with the code
	pot=$$(mktemp) && \
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext --no-location --no-wrap --sort-output -o $$pot . && \
	$(BIN)/pybabel -q update -i $$pot -d translations -l fr_CA --no-fuzzy-matching --no-wrap \
		--ignore-obsolete --ignore-pot-creation-date && rm $$pot
	$(BIN)/pybabel -q compile -d translations -D "messages flask_security"

format: $(VENV)/.tools  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/.tools browser  ## Pictures of 28 screens, in docs/img/
	$(BIN)/python -m tools.screenshots

vendor: $(VENV)/.tools  ## Bring font, icons and scripts from npm into the repository anew (needs npm)
	$(BIN)/python -m tools.vendor

lock:  ## Pin and hash the dependencies anew (needs uv)
	uv pip compile -q --upgrade --generate-hashes --no-header --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --upgrade --generate-hashes --no-header --python-version 3.11 requirements-dev.in -o requirements-dev.txt

.PHONY: help run test soak fuzz lint browser bench messages format screenshots vendor lock deploy-check
