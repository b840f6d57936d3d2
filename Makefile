# Both commands do all the set-up themselves: python3 and make are all that is needed.
PYTHON ?= python3
BIN := .venv/bin
# First and last origin of the forecast bench.
FIRST ?= 2008
LAST ?= 2018

.PHONY: brief test test-oldest lab setup bench bench-forecast bench-m3 rebaseline guard-data guard-code guard-notebooks fuzz locks clean

brief: setup
	$(BIN)/zoneplan brief

test: setup
	$(BIN)/zoneplan check
	$(BIN)/python -m pytest -n 2 -rs tests
	PYTHONPATH=$(CURDIR)/tests/offline $(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=120 -n 2 --dist loadscope notebooks || \
	  { echo 'A saved number differs. If that is meant: make rebaseline WHY="the reason"'; exit 1; }

# What the library computes and reads, once more with the oldest versions that pyproject.toml allows. Left out is what holds
# the bytes that the newest versions draw, and what needs a browser or all notebooks.
test-oldest: .venv-oldest/.ready
	.venv-oldest/bin/python -m pytest -n 2 -q tests --ignore tests/journeys $(foreach t,browser guard newcomer,--ignore tests/test_$(t).py)

# Runs every notebook, shows every number that moved, asks, saves, and notes the reason in CHANGES.md.
rebaseline: setup
	$(BIN)/zoneplan rebaseline --why "$(WHY)" $(if $(YES),--yes)

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
	$(BIN)/python tools/bench_forecast.py "$(PANEL)" $(FIRST) $(LAST) .venv-rivals/bin/python reports/bench

# The yearly series of M1, M3 and the tourism competition, which the rivals' environment ships.
bench-m3: setup .venv-rivals/.ready
	$(BIN)/python tools/bench_m3.py .venv-rivals/bin/python reports/bench/m3.csv

# Environments of one lock file each.
.venv-rivals/.ready .venv-guard/.ready: .venv-%/.ready: requirements-%.lock
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --require-hashes -r $<
	touch $@

.venv-oldest/.ready: requirements-oldest.lock pyproject.toml
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --require-hashes -r requirements-oldest.lock
	.venv-oldest/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Outside `make test`: a hundred edits of figures, three hundred mutants of the economics, edits of every notebook, mangled
# input for every reader.
guard-data: setup
	$(BIN)/python tools/guard_data.py --edits 100 --seed 1

guard-code: setup .venv-guard/.ready
	$(BIN)/python tools/guard_code.py --sample 300 --seed 1

guard-notebooks: setup
	$(BIN)/python tests/guard_notebooks.py --rounds 3 --seed 1

fuzz: setup
	$(BIN)/python tests/fuzz.py --cases 10000 --seed 1

# Pins anew, newest and oldest; needs uv. Extras stay named, or an older pip looks for a version of its own.
LOCK := uv pip compile pyproject.toml --extra test --extra build --universal --generate-hashes --no-header --no-annotate --no-strip-extras --no-emit-index-url --quiet
locks:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --resolution lowest-direct --output-file requirements-oldest.lock

clean:
	rm -rf .venv .venv-rivals .venv-guard .venv-oldest
