# What continuous integration runs is what you run: see .ci/run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet
STAMP := $(VENV)/.installed
DEMO_STAMP := $(VENV)/.demo-installed

# Real recordings beside the checkout, if there are any; the tests that need them skip otherwise.
SKMM_DATA ?= $(realpath ../shared/data)
export SKMM_DATA

.PHONY: demo test lint docs bench clean

# -- cross-validate fusion strategies on built-in data: table, plot, saved and reloaded model
demo: $(DEMO_STAMP)
	$(BIN)/python examples/plot_01_compare_fusion_strategies.py

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# -- runs the examples, builds the pages, and checks what was printed and drawn
docs: $(STAMP)
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html
	$(BIN)/python -m pytest tests/site

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) docs/_build docs/generated docs/auto_examples examples/output examples/*/output .pytest_cache .ruff_cache

# The demo needs little; what the tests and pages need takes minutes more.
$(DEMO_STAMP): pyproject.toml tests/constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --upgrade pip
	$(INSTALL) --editable '.[plots,persistence]' --constraint tests/constraints.txt
	touch $(DEMO_STAMP)

$(STAMP): $(DEMO_STAMP)
	$(INSTALL) --editable '.[test,docs]' --constraint tests/constraints.txt
	touch $(STAMP)
