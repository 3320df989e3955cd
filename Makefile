# `make run` starts Hearth, `make test` checks everything; both set up what they need first.

VENV := .venv
PY := $(VENV)/bin/python
# The first of these that really runs and is a version we support; PYTHON=… overrides.
CANDIDATES := $(PYTHON) python3.13 python3.12 python3.11 python3 python
FIND_PYTHON = for p in $(CANDIDATES); do \
	  if $$p -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	  then echo $$p; exit 0; fi; done
PIP_INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
# Lets the environment's Python find this folder's packages, from wherever it is started.
FIND_US = echo "$(CURDIR)" > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/hearth.pth"

.PHONY: run install test suite check format browser lock help

run: install ## set up what is missing and start Hearth
	@exec $(PY) -m bot run

install: $(VENV)/installed ## the set-up alone

$(VENV)/bin/python:
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
	  echo "Hearth needs Python 3.11, 3.12 or 3.13 with its venv module, and found none. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$python --version)" >&2; $$python -m venv $(VENV)

$(VENV)/installed: requirements.lock | $(VENV)/bin/python
	@echo "Installing the locked dependencies" >&2
	@$(PIP_INSTALL) -r requirements.lock
	@$(FIND_US)
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing the locked dependencies for development" >&2
	@$(PIP_INSTALL) -r requirements-dev.lock
	@$(FIND_US)
	@touch $@ $(VENV)/installed

check: $(VENV)/installed-dev ## formatting, lint and types
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy

# At once: types are looked at by one process alone, which would leave the others nothing to do.
test: $(VENV)/installed-dev ## everything: formatting, lint, types, tests
	@$(MAKE) --no-print-directory -j 2 check suite

# Each more process has to load everything before it is of use. What is compiled is kept, whatever the
# environment says: all of them, and all they start, would compile it anew.
suite: $(VENV)/installed-dev
	@PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 3 --dist worksteal

format: $(VENV)/installed-dev ## put the code in shape
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

browser: ## install Debian's Chromium, for the tests that look at pages
	@if command -v chromium >/dev/null; then echo "Chromium is here already."; else \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  $$sudo apt-get update -q && $$sudo apt-get install -y -q --no-install-recommends chromium fonts-noto-color-emoji; fi

lock: $(VENV)/installed-dev ## choose dependency versions anew
	@$(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11 --upgrade pyproject.toml -o requirements.lock
	@$(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11 --constraint requirements.lock --extra dev pyproject.toml -o requirements-dev.lock

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
