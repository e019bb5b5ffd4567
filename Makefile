# Everything starts here; each target prepares .venv by itself. PYTHON names another interpreter, ARGS passes options on.
PYTHON ?= python3
ARGS ?=
START = @$(PYTHON) tools/start.py

.DEFAULT_GOAL := help
.PHONY: help demo test faults attacks check serve web docs bench bench-full screens lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16
demo: ## install, start the server, train a model, watch its curves (Ctrl-C ends it)
	$(START) demo $(ARGS)
test: ## all tests: Python, web, end to end
	$(START) test $(ARGS)
faults: ## kill, cut off, fill and damage it for an hour, then a table (ARGS="V1 V2", ASSAY_FAULTS=0.1 for a tenth)
	$(START) faults $(ARGS)
attacks: ## attack a server of its own at length, each time differently (ARGS="-k NAME")
	$(START) attacks $(ARGS)
check: ## lint, types, import floors, docs, locks
	$(START) check $(ARGS)
serve: ## the server on this checkout
	$(START) serve $(ARGS)
web: ## build the web application
	$(START) web $(ARGS)
docs: ## build the documentation into site/ (ARGS=serve shows it live)
	$(START) docs $(ARGS)
bench: ## measure against floors and peers (ARGS="--quick NAME")
	$(START) bench $(ARGS)
bench-full: ## the same for publication, each as long as it should take, then docs/benchmarks.md is written
	$(START) bench-full $(ARGS)
screens: ## photograph every page, both themes, desk and phone, into screens/
	$(START) screens $(ARGS)
lock: ## write the lock files in requirements/ again (ARGS=--upgrade for newer versions)
	$(START) lock $(ARGS)
clean: ## remove what make made: .venv, builds, the demo's data
	rm -rf .venv .demo site dist build web/node_modules src/assay/server/static
