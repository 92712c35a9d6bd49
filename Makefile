# Every target but help and clean first completes .venv (scripts/bootstrap.py); that takes a moment once it is.

BIN := .venv/bin
DEMO := demo-index
PORT ?= 8000

.PHONY: help install demo test torture flat load faults cluster-reindex check lint serve reindex bench clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^\([a-z-]*\):.*## /  make \1#/p' Makefile | awk -F'#' '{ printf "%-14s %s\n", $$1, $$2 }'

# Any Python starts the script; the script finds the right one, or says what is missing.
install:
	@for python in python3 python3.12 python3.11 python3.13 "$$PYTHON"; do \
	  if "$$python" -c '' 2>/dev/null; then exec "$$python" scripts/bootstrap.py; fi; \
	done; \
	echo 'hudhud: no python3 on PATH runs: install Python 3.11, 3.12 or 3.13.' >&2; exit 1

demo: install ## install all, index the five seed articles and ask them seven questions in English
	@$(BIN)/python -m search_api.commands.demo seeds $(DEMO)

test: install ## run the tests
	$(BIN)/python -m pytest

torture: install ## kill -9 at 200 random moments of reindexes, a server reading throughout [KILLS=200] [SEED=1]
	$(BIN)/python -m tests.torture --kills $(or $(KILLS),200) $(if $(SEED),--seed $(SEED))
	TORTURE_FILES=10000 $(BIN)/python -m pytest -k twentieth tests/test_faults_in_corpus.py

flat: install ## fill a server's caches, ask 50,000 hostile queries more, and watch its memory [QUERIES=50000]
	$(BIN)/python -m tests.flat_memory --queries $(or $(QUERIES),50000)

load: install ## bear hostile queries, overload, and ten minutes of load [SECONDS=600] [INDEX=folder] [SETS="folder..."]
	$(BIN)/python -m benchmarks.load --seconds $(or $(SECONDS),600) $(if $(INDEX),--index '$(INDEX)') $(if $(SETS),--sets $(SETS))

faults: install ## kill processes, nodes, servers and the head of a Ray cluster under load [SECONDS=600] [LAYOUT="2x2 5x1"]
	$(BIN)/python -m tests.cluster_faults --seconds $(or $(SECONDS),600) $(if $(LAYOUT),--layout $(LAYOUT))

cluster-reindex: install ## index on a Ray cluster while a process, a node and the command are killed; needs hudhud[cluster] [ARTICLES=2000]
	$(BIN)/python -m tests.cluster_reindex --articles $(or $(ARTICLES),2000)

check: lint test ## what every commit passes: ruff, mypy and the tests

lint: install
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy

serve: install $(if $(INDEX),,$(DEMO)/CURRENT) ## serve the page and the API over the demo's index [INDEX=folder] [PORT=8000]
	@$(BIN)/hudhud serve --index '$(or $(INDEX),$(DEMO))' --port '$(PORT)'

$(DEMO)/CURRENT: | install
	@$(BIN)/python -m search_api.commands.demo seeds $(DEMO)

reindex: install ## index files and folders: PATHS="news archive.txt" [INDEX=folder]
	@test -n '$(PATHS)' || { echo 'hudhud: say what to index, as in: make reindex PATHS="news archive.txt"' >&2; exit 2; }
	@$(BIN)/hudhud reindex $(PATHS) $(if $(INDEX),--index '$(INDEX)')

bench: install ## run every benchmark: benchmarks/*/run.py
	@set -- benchmarks/*/run.py; \
	if [ ! -e "$$1" ]; then echo 'hudhud: there is no benchmark yet (benchmarks/*/run.py).'; exit 0; fi; \
	for run in "$$@"; do echo "$$run"; $(BIN)/python "$$run" || exit 1; done

clean: ## remove .venv, the demo's index and the caches in this folder
	rm -rf .venv $(DEMO) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
