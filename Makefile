# Both commands do all the set-up themselves: python3 and make are all that is needed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: brief test lab setup bench clean

brief: setup
	$(BIN)/zoneplan brief

test: setup
	$(BIN)/zoneplan check
	$(BIN)/python -m pytest -n 2 tests
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=120 -n 2 --dist loadscope notebooks

lab: setup
	$(BIN)/jupyter lab notebooks

setup: .venv/.ready

# The stamp makes a warm start free; a changed lock or pyproject rebuilds.
.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

bench: setup
	$(BIN)/python tests/bench.py

clean:
	rm -rf .venv
