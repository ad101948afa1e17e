# make run    install and start Bursar with its demo
# make test   everything that must hold
# make pictures  look at every page: pictures of all of them in var/pictures
# make soak   play lives at random for MINUTES=10, and kill each process of a server KILLS=50 times while clients work
# make mutants  change the core in small ways and see which change no test notices; MODULES="money calendar.period" for some
# make bench  measure beside the physical floor
# make lock   resolve the dependencies again (needs uv on the PATH)

# The first interpreter that runs and is new enough; `make run PYTHON=/path/to/python` names another.
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: run test pictures soak mutants bench lock format clean

run: .venv/messages
	@exec $(BIN)/bursar serve --demo

test: .venv/test .venv/messages
	@echo "== format" && $(BIN)/ruff format --check --quiet .
	@echo "== lint" && $(BIN)/ruff check --quiet .
	@echo "== imports" && $(BIN)/lint-imports --no-cache >.venv/imports.log 2>&1 || { cat .venv/imports.log; exit 1; }
	@echo "== tests, and types beside them" && { \
	  nice $(BIN)/mypy --no-error-summary src tests benchmarks >.venv/types.log 2>&1 & types=$$!; \
	  $(BIN)/pytest -n 2 --maxschedchunk 1; tests=$$?; \
	  wait $$types || { echo "== types"; cat .venv/types.log; exit 1; }; exit $$tests; }

pictures: .venv/test .venv/messages
	@$(BIN)/python tests/pictures.py var/pictures

soak: .venv/test .venv/messages
	@PYTHONPATH=tests DJANGO_SETTINGS_MODULE=bursar.site.settings MINUTES=$(MINUTES) SEED=$(SEED) KILLS=$(KILLS) $(BIN)/python -m soak

# CI makes Hypothesis try the same examples every time and keep none.
mutants: .venv/test
	@rm -rf mutants
	@CI=1 nice -n 15 $(BIN)/mutmut run --max-children 1 $(MODULES:%='bursar.core.%.*') >.venv/mutants.log 2>&1 \
	  || { tail -n 30 .venv/mutants.log; exit 1; }
	@$(BIN)/python tests/mutants.py

bench: .venv/bench .venv/messages
	@$(BIN)/python -m benchmarks

format: .venv/test
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

lock:
	@for name in run test bench; do uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-emit-index-url --no-header --quiet requirements/$$name.in -o requirements/$$name.txt; done

clean:
	rm -rf .venv

.venv/made:
	@test -n "$(PYTHON)" || { echo "Bursar needs Python 3.11 or newer and found none; install it or say which: PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python cannot make a virtual environment here; on Debian: apt install python3-venv"; exit 1; }
	@touch $@

.venv/run: .venv/made requirements/run.txt pyproject.toml
	@echo "Installing Bursar into .venv ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements/run.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/messages: .venv/run $(wildcard src/bursar/*/locale/*/LC_MESSAGES/*.po)
	@$(BIN)/python -m bursar.i18n.catalogue
	@touch $@

.venv/test: .venv/run requirements/test.txt
	@$(PIP) install --quiet --require-hashes --requirement requirements/test.txt
	@touch $@

.venv/bench: .venv/run requirements/bench.txt
	@$(PIP) install --quiet --require-hashes --requirement requirements/bench.txt
	@touch $@
