# The first two are all a newcomer needs. Settings: HOST PORT DATABASE_URL REDIS_URL TLS_CERT TLS_KEY ONSITE_DEMO
PYTHON ?= python3
PREPARE = @command -v $(PYTHON) >/dev/null || { echo "onsite: no $(PYTHON) here; install Python 3.11 or newer" >&2; exit 1; }; \
	$(PYTHON) webapp/launcher/prepare.py

.PHONY: run test lint bench soak clean help

run: ## Run everything on one port, with the demo company (ONSITE_DEMO=0: your own)
	$(PREPARE) run && exec .venv/bin/python wsgi.py

test: ## Run every test this machine can run
	$(PREPARE) dev && exec .venv/bin/python -m tests.support.run $(ARGS)

lint: ## Check style, types and the rules between packages
	$(PREPARE) dev && exec .venv/bin/python -m tests.support.run --lint

bench: ## Measure this machine against the bars
	$(PREPARE) dev && exec .venv/bin/python -m tests.bench $(ARGS)

soak: ## Long randomised runs with killed processes
	$(PREPARE) dev && exec .venv/bin/python -m tests.support.run --soak $(ARGS)

clean: ## Remove the environment and caches; data in var/ stays
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

help: ## Show this
	@sed -n 's/^\([a-z]*\): ## \(.*\)/  make \1\t\2/p' Makefile
