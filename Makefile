# Every target is one of run.py, which does the same without make: python3 is all that is needed.
PYTHON ?= python3
RUN := $(PYTHON) run.py
# First and last origin of the forecast bench.
FIRST ?= 2008
LAST ?= 2018

.PHONY: brief lint test test-slow test-oldest lab app setup bench bench-forecast bench-m3 bench-panels rebaseline guard-data guard-code guard-notebooks fuzz docs locks clean

brief:
	$(RUN) brief

test:
	$(RUN) test

lint:
	$(RUN) lint

# Whole journeys and the Chinese notebooks.
test-slow:
	$(RUN) test-slow

test-oldest:
	$(RUN) test-oldest

# One notebook by its number: make test-03.
test-%:
	$(RUN) test $*

# Runs every notebook, shows every number that moved, asks, saves, and notes the reason in CHANGES.md.
rebaseline:
	$(RUN) rebaseline --why "$(WHY)" $(if $(YES),--yes)

lab:
	$(RUN) lab

app:
	$(RUN) app

setup:
	$(RUN) setup

bench:
	$(RUN) bench

bench-forecast:
	$(RUN) bench-forecast $(if $(PANEL),"$(PANEL)" $(FIRST) $(LAST))

bench-m3:
	$(RUN) bench-m3

bench-panels:
	$(RUN) bench-panels $(if $(PANEL),"$(PANEL)")

# Outside `make test`: a hundred edits of figures, three hundred mutants of the economics, edits of every notebook, mangled
# input for every reader.
guard-data:
	$(RUN) guard-data

guard-code:
	$(RUN) guard-code

guard-notebooks:
	$(RUN) guard-notebooks

fuzz:
	$(RUN) fuzz

docs:
	$(RUN) docs

locks:
	$(RUN) locks

clean:
	$(RUN) clean
