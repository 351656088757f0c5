# `make run` and `make test` set everything up by themselves; see README.md.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
LOG := $(VENV)/last-test.log

export PYTHON

.PHONY: help run test check lint types layers secrets lock clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

run: .setup-run  ## set up, then the window on the practice exchange (ARGS="--exit-after 20s")
	@$(PY) app.py --venue practice $(ARGS)

test: .setup-dev check  ## set up, then every check and every test (ARGS="-k journal")
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n 2 $(ARGS) 2>&1 | tee $(LOG)
	@! grep -E 'Fatal Python error|Segmentation fault|worker .* crashed' $(LOG)

check: .setup-dev lint types layers secrets  ## style, types, structure, spelling, secrets

lint: .setup-dev
	@$(PY) -m ruff format --check -q . && $(PY) -m ruff check -q .
	@$(PY) -m codespell_lib replayer_qt tests docs README.md CONTRIBUTING.md app.py
	@$(PY) -m vulture

types: .setup-dev
	@$(PY) -m mypy

layers: .setup-dev
	@$(VENV)/bin/lint-imports --no-cache

secrets: .setup-dev
	@bash packaging/secrets.sh $(VENV)

.PHONY: .setup-run .setup-dev
.setup-run:
	@bash packaging/setup.sh $(VENV) requirements.lock run

.setup-dev:
	@bash packaging/setup.sh $(VENV) requirements-dev.lock dev

lock:  ## renew the locks from requirements*.in (UPGRADE=1 for the newest)
	@bash packaging/lock.sh

clean:  ## remove what was set up and built
	rm -rf $(VENV) .uv build dist .ruff_cache .mypy_cache .pytest_cache .hypothesis
