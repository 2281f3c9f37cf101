# Millrace. `make` prints this help; every target works as the first command after `git clone`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# The distribution's interpreter where it is new enough: it is built by profile, and does the same work in five sixths of the time.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo /usr/bin/)python3
VENV := .venv
BIN := $(VENV)/bin
INTEGRATION := tests/integration tests/faults
E2E := tests/e2e tests/browser
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: help setup run test lint lint-style lint-types lint-layers lint-protos unit integration e2e bench soak proto reference lock audit release clean

help: ## Show what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## Install everything into .venv and generate the contracts' code

$(VENV)/.installed: requirements/bootstrap.lock requirements/development.lock pyproject.toml hatch_build.py $(shell find protos -name '*.proto')
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Millrace needs Python 3.11 or newer: apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python cannot make virtual environments here: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes requirements/development.lock
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q kernel trade chassis services gateway deploy generated tests # half a second a process
	@touch $@

run: setup ## Start the whole product here, with demo data (PORT=8080, MILLRACE_HOME=.millrace)
	@exec $(BIN)/python -m deploy.local up

test: setup ## Everything CI runs
	@$(MAKE) --jobs=2 --output-sync=target lint unit
	$(BIN)/pytest $(INTEGRATION) $(E2E) -n 3 -rfEs # a third one works while two wait

lint: lint-types lint-style lint-layers lint-protos ## Style, types, import contracts, contracts on the wire

lint-style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-types: setup
	$(BIN)/mypy

lint-layers: setup
	$(BIN)/lint-imports

lint-protos: setup
	$(BIN)/python hatch_build.py .venv/protos.binpb
	$(BIN)/buf lint .venv/protos.binpb
	@if command -v promtool >/dev/null; then promtool check rules deploy/prometheus/alerts.yml && promtool test rules deploy/prometheus/alerts_test.yml; \
	else echo "The alert rules are not tried: promtool is absent (apt-get install prometheus)"; fi
	@test ! -f protos/released.binpb || $(BIN)/buf breaking .venv/protos.binpb --against protos/released.binpb

unit: setup ## Rules alone: no socket, no database
	$(BIN)/pytest tests/unit tests/architecture -n 2

integration: setup ## One service at a time, with a real PostgreSQL and a real NATS, and the fault proofs
	$(BIN)/pytest $(INTEGRATION) -n 2

e2e: setup ## Every process started as in production, and the pages in Chromium (skipped where it is absent)
	$(BIN)/pytest $(E2E) -n 2 -rfEs

bench: setup ## Measure speed and size (at most 20 minutes)
	@$(BIN)/python -m tests.performance

soak: setup ## The fault proofs at full size
	MILLRACE_SOAK=1 $(BIN)/pytest tests/faults -s

proto: setup ## Generate the contracts' code anew
	$(BIN)/python hatch_build.py

reference: setup ## Write docs/reference anew from the code
	$(BIN)/python -m deploy.reference

lock: setup ## Resolve the versions anew
	for extra in directory leads pipeline contracts analytics gateway learning local development; do \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command "make lock" --extra $$extra pyproject.toml -o requirements/$$extra.lock || exit 1; done
	echo uv | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" - -o requirements/bootstrap.lock

audit: setup ## What is locked: its bill of materials (build/sbom.json), and its known vulnerabilities
	$(BIN)/python -m deploy.release.materials
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements/development.lock

release: lint ## Keep today's contracts and events as what later ones must not break
	$(BIN)/python -m deploy.release
	$(BIN)/python hatch_build.py protos/released.binpb --no-comments

clean: ## Remove what was installed, generated and stored
	rm -rf $(VENV) generated .millrace .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
