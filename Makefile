# `make help` lists what there is. Everything runs in .venv, built from the lock.
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready
.DEFAULT_GOAL := help
.PHONY: run test team check soak bench shots docs wheel help clean

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3,11) <= sys.version_info < (3,14) else "icrm needs Python 3.11, 3.12 or 3.13; this is " + sys.version.split()[0] + " (try: make run PYTHON=python3.12)")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

run: $(READY)  ## open icrm on a demo store
	@$(BIN)/icrm demo

test: $(READY)  ## the tests, in under five minutes
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not soak and not team"

team: $(READY)  ## the tests again, on a PostgreSQL server of their own; fails where there is none
	ICRM_TEAM=1 $(BIN)/python -m pytest -n 4 --dist worksteal -m "team and not soak"

check: $(READY)  ## ruff, mypy strict, the house test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house.py

soak: $(READY)  ## faults, kill trials, the full snapshot matrix
	$(BIN)/python -m pytest -n 2 --dist worksteal -m soak

bench: $(READY)  ## timings beside floors and peers (SIZE=100k)
	$(BIN)/python -m benchmarks $(or $(SIZE),100k)

shots: $(READY)  ## write the pictures of README and docs
	$(BIN)/python -m tools.shots

docs: $(READY)  ## write the command reference and the data dictionary
	$(BIN)/python -m tools.reference

wheel: $(READY)  ## build the wheel into dist/
	$(BIN)/python -m build --wheel

clean:  ## remove what was built
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
