# Each target works from a fresh clone on Debian with python3 and make.
.DEFAULT_GOAL := help
DEMO_ARGS ?=
BENCH_ARGS ?=

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## .venv with everything pinned
	@sh scripts/setup.sh

demo: setup ## new data folder, one county through one full cycle, then serve on 127.0.0.1:8000
	@.venv/bin/lingnan demo $(DEMO_ARGS)

serve: setup ## serve what is in ./var
	@.venv/bin/lingnan migrate && .venv/bin/lingnan serve

check: setup ## format, lint, types, contracts
	@sh scripts/check.sh

test: check ## the whole suite on SQLite and on PostgreSQL
	@sh scripts/test.sh

bench: setup ## measured gates and ratios (bench/README.md)
	@sh scripts/bench.sh $(BENCH_ARGS)

docs: setup ## generate what is generated in docs/ and check the rest
	@.venv/bin/lingnan docs

screenshots: setup ## every page in a real Chromium, into build/screenshots
	@sh scripts/need.sh chromium chromium fonts-noto-cjk
	@.venv/bin/python scripts/screenshots.py

.PHONY: help setup demo serve check test bench docs screenshots
