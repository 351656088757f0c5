# `make run` and `make test` set everything up by themselves; see README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

.PHONY: help run test check lint types layers secrets lock clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: .setup-run  ## set up, then the window on the practice exchange
	@$(PY) app.py --venue practice $(ARGS)

test: .setup-dev check  ## set up, then every check and every test
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n 2 $(ARGS)

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
	@git ls-files -z | xargs -0 $(VENV)/bin/detect-secrets-hook --baseline .secrets.baseline

.PHONY: .setup-run .setup-dev
.setup-run:
	@bash packaging/setup.sh $(VENV) requirements.lock run

.setup-dev:
	@bash packaging/setup.sh $(VENV) requirements-dev.lock dev

lock: .setup-dev  ## renew the locks from requirements*.in
	@bash packaging/lock.sh

clean:  ## remove what was set up and built
	rm -rf $(VENV) .uv build dist .ruff_cache .mypy_cache .pytest_cache .hypothesis
