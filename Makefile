# Both commands do all the set-up themselves: python3 and make are all that is needed.
PYTHON ?= python3
BIN := .venv/bin
# First and last origin of the forecast bench.
FIRST ?= 2008
LAST ?= 2018

.PHONY: brief test status lab setup bench bench-forecast rebaseline guard-data guard-code fuzz clean

brief: setup
	$(BIN)/zoneplan brief

test: setup
	$(BIN)/zoneplan check
	$(BIN)/python -m pytest -n 2 -rs tests
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=120 -n 2 --dist loadscope notebooks || \
	  { echo 'A saved number differs. If that is meant: make rebaseline WHY="the reason"'; exit 1; }

# Runs every notebook, shows every number that moved, asks, saves, and notes the reason in CHANGES.md.
rebaseline: setup
	$(BIN)/zoneplan rebaseline --why "$(WHY)" $(if $(YES),--yes)

# Runs the tests with their coverage, then every notebook, and writes STATUS.md.
status: setup
	$(BIN)/python -m pytest -q -n 2 --cov=zoneplan --cov-report=json:.coverage.json tests
	$(BIN)/zoneplan status --coverage .coverage.json

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

# The rivals need an older pandas, hence an environment of their own.
bench-forecast: setup .venv-rivals/.ready
	@test -n "$(PANEL)" || { echo "name a panel: make bench-forecast PANEL=my_panel.csv [FIRST=2008 LAST=2018]"; exit 1; }
	$(BIN)/python tests/bench_forecast.py "$(PANEL)" $(FIRST) $(LAST) .venv-rivals/bin/python reports/bench

.venv-rivals/.ready: requirements-rivals.lock
	$(PYTHON) -m venv .venv-rivals
	.venv-rivals/bin/python -m pip install --quiet --require-hashes -r requirements-rivals.lock
	touch $@

# Outside `make test`: a hundred edits of figures, three hundred mutants of the economics, mangled input for every reader.
guard-data: setup
	$(BIN)/python tests/guard_data.py --edits 100 --seed 1

guard-code: setup
	$(BIN)/python tests/guard_code.py --sample 300 --seed 1

fuzz: setup
	$(BIN)/python tests/fuzz.py --cases 3000 --seed 1

clean:
	rm -rf .venv .venv-rivals
