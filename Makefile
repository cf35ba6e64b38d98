# `make demo` and `make test` each set up what they need on a machine that has Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all test-web check format bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 12

$(BIN)/passerby: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Passerby needs Python 3.11 or newer; say which with: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml $(BIN)/passerby
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: $(BIN)/passerby ## install the command at .venv/bin/passerby

SPEED ?= 4
PORT ?= 8000

demo: $(BIN)/passerby ## analyse 15 real minutes at a junction, then replay them on the screens (SPEED=4: times their pace; PORT=8000)
	$(BIN)/passerby demo --speed $(SPEED) --port $(PORT)

test: $(VENV)/.dev ## the tests (a few minutes)
	$(BIN)/python -m pytest -m "not slow"

test-all: $(VENV)/.dev ## the tests, the slow ones too
	$(BIN)/python -m pytest

web/node_modules/.dev: web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

test-web: web/node_modules/.dev $(BIN)/passerby ## the pages: types, unit tests, headless Chromium (BROWSER=pages: which checks)
	cd web && npm run check && npm test && npm run e2e -- $(BROWSER)

check: $(VENV)/.dev ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## lay the code out
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## the benchmarks (long)
	$(BIN)/python benchmarks/run.py

clean: ## remove what was set up and made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
