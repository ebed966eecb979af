# Zenne. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

INSTANCE ?= demo
PYTHON := .venv/bin/python
export PYTHONPATH := $(CURDIR)/services:$(CURDIR)/infra:$(CURDIR)/tests/plugins:$(CURDIR)/tests:$(CURDIR)
LOCAL := $(PYTHON) -m local --instance $(INSTANCE)

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Start

.PHONY: install
install: .state/installed .state/texts ## Python packages into .venv, every one by its hash; texts compiled

# The lock is the only input: the same lock is never installed twice.
.state/installed: requirements.lock | .state/tools
	@.venv/bin/python -c pass 2>/dev/null || $(BOOT_PYTHON) -m venv --clear .venv 2>/dev/null || { echo "Python cannot make a virtual environment: install its venv module (Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "installing $$(grep -c '^[a-z].*==' requirements.lock) Python packages"
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

# The texts of pages, as the services read them. Tests compile what has changed by themselves.
.state/texts: $(wildcard services/*/locale/*/LC_MESSAGES/django.po services/*/*/locale/*/LC_MESSAGES/django.po) | .state/installed
	@$(PYTHON) -m texts compile
	@touch $@

# A tool that is missing gets one line that says what to install.
.state/tools: Makefile
	@{ mkdir -p .state && [ -w . ] && [ -w .state ]; } 2>/dev/null || { echo "$(CURDIR) cannot be written: make it writable for this user." >&2; exit 1; }
	@need() { command -v "$$1" >/dev/null || { echo "$$2" >&2; exit 1; }; }; \
	[ "$$(uname -s)-$$(uname -m)" = Linux-x86_64 ] || { echo "This is $$(uname -s) on $$(uname -m); the local stack needs Linux on x86-64 (Debian 12 or newer)." >&2; exit 1; }; \
	need git "git is missing: install it (Debian: apt install git)."; \
	need mvn "Maven is missing: install it (Debian: apt install maven)."; \
	[ -n "$(BOOT_PYTHON)" ] || { echo "Python 3.11 or newer is missing: install it (Debian: apt install python3 python3-venv)." >&2; exit 1; }
	@touch $@

# The first Python on the path that is new enough.
BOOT_PYTHON := $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$name; break; }; done)

# The browser of the tests, from Debian; certutil tells it which authority the instance has.
.state/browser: | .state/tools
	@command -v chromium >/dev/null && command -v certutil >/dev/null || { [ "$$(id -u)" = 0 ] || { echo "Chromium or certutil is missing: install them (Debian: apt install chromium libnss3-tools)." >&2; exit 1; }; \
	echo "installing chromium and libnss3-tools"; export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -qq && apt-get install -y -qq chromium libnss3-tools >.state/said 2>&1 || { cat .state/said >&2; exit 1; }; }
	@touch $@

.PHONY: demo
demo: install ## everything: installs, starts, plays the main job, prints addresses and demo users
	@$(LOCAL) up
	@$(PYTHON) -m stories --instance $(INSTANCE)
	@$(LOCAL) show

.PHONY: up
up: install ## start what is missing and apply what changed (INSTANCE=demo)
	@$(LOCAL) up

.PHONY: status
status: install ## each component, its port, its memory, the oldest unreceipted message
	@$(LOCAL) status

.PHONY: down
down: install ## end every process of the instance; its data stays
	@$(LOCAL) down

.PHONY: clean
clean: install ## end every process and delete the instance with its data and keys
	@$(LOCAL) clean

.PHONY: token
token: install ## an access token of a demo user, as a browser gets it (USER=…)
	@$(PYTHON) -m local.token --instance $(INSTANCE) $(USER)

.PHONY: manage
manage: install ## a management command of a participant (AS=vilvoorde CMD="parked list")
	@$(LOCAL) manage $(AS) $(CMD)

##@ Check

RUN_TESTS := $(PYTHON) -m pytest
# A participant of each level that exists on paper only: enough for what is printed from the code.
PAPER := $(PYTHON) -m municipal_environment
LEVELS := municipal regional national

# Runs a command and shows what it said only when it refuses.
QUIETLY := quietly() { "$$@" >.state/said 2>&1 || { cat .state/said >&2; exit 1; }; }; quietly

.PHONY: check
check: install ## format, lint, types, dependency rules, printed files, the rules of the house
	@.venv/bin/ruff format --check --quiet . || { echo "Not in the one form: make format" >&2; exit 1; }
	@.venv/bin/ruff check --quiet .
	@$(QUIETLY) .venv/bin/lint-imports --no-cache
	@$(QUIETLY) .venv/bin/deptry services infra gateway
	@.venv/bin/mypy --no-error-summary
	@for level in $(LEVELS); do export ZENNE_TEST_LEVEL=$$level; \
	$(QUIETLY) $(PAPER) makemigrations --check --dry-run; $(PAPER) print_openapi --check >/dev/null; done
	@ZENNE_TEST_LEVEL=regional $(PAPER) print_graphql --check
	@$(RUN_TESTS) -q tests/architecture
	@for level in regional national; do ZENNE_TEST_LEVEL=$$level $(RUN_TESTS) -q tests/architecture/test_personal_data.py tests/architecture/test_texts_in_force.py tests/architecture/test_manual.py; done

.PHONY: format
format: install ## put the code in the one form
	@.venv/bin/ruff check --quiet --fix-only .
	@.venv/bin/ruff format --quiet .

# Suites go side by side in rows. The first row shares the running instance: who counts or reads what all wrote comes after
# who writes, and what kills its processes comes last. Most others need a database alone (instance `paper`). A third row
# begins when the browser, which takes all of the machine, is done: what comes then in the first row mostly waits.
SUITES := gateway browser isolation instance faults local steward regional rules municipal histories national
IN_local := tests/local
IN_steward := tests/steward
IN_rules := tests/contracts tests/federation tests/identity tests/loss/model
IN_municipal := tests/municipal
IN_gateway := tests/gateway
IN_browser := -p no:randomly tests/browser
IN_histories := tests/loss/histories
IN_regional := tests/regional
IN_national := tests/national
IN_isolation := -p no:randomly tests/isolation tests/privacy
IN_instance := tests/instance
IN_faults := -p no:randomly tests/stories tests/loss/faults

PAPER_INSTANCE := $(PYTHON) -m local --instance paper
RUNNING_INSTANCE := $(PYTHON) -m local --instance test

.PHONY: test
test: install .state/browser ## check, and every suite on the real components (instance `test`)
	@$(PAPER_INSTANCE) up
	@trap '$(RUNNING_INSTANCE) down; $(PAPER_INSTANCE) down' EXIT; rm -f .state/failed; \
	export ZENNE_TEST_DATABASE="$$($(PAPER_INSTANCE) database)"; \
	$(MAKE) --no-print-directory --jobs=3 running check $(SUITES:%=suite-%); \
	[ ! -e .state/failed ] || { echo "These suites failed:" $$(cat .state/failed) >&2; exit 1; }

.PHONY: running
running: install
	@$(RUNNING_INSTANCE) up

.PHONY: $(SUITES:%=suite-%)
suite-gateway: running check
suite-browser: suite-gateway
suite-isolation: suite-browser suite-regional
suite-instance: suite-isolation
suite-faults: suite-instance
suite-local: check
suite-steward: suite-local running
suite-regional: suite-steward
suite-rules: suite-regional
suite-histories: suite-rules
suite-municipal: suite-browser
suite-national: suite-municipal

$(SUITES:%=suite-%): suite-%:
	@echo "suite $*: begins"; began=$$(date +%s); ZENNE_TEST_LEVEL=$(filter regional national,$*) $(RUN_TESTS) -q $(IN_$*) >.state/said-$* 2>&1 || echo $* >>.state/failed; \
	cat .state/said-$*; echo "suite $*: $$(($$(date +%s) - began)) s"

##@ Prove

.PHONY: browser
browser: install .state/browser ## the story and every page in a real browser (chromium): clicks, keyboard, phone, axe
	@$(RUN_TESTS) -q -p no:randomly tests/browser

.PHONY: bench
bench: install ## what our own work costs beside the same statements and queries sent plainly (ratios; load printed)
	@$(PYTHON) -m local --instance test up
	@export ZENNE_TEST_DATABASE="$$($(PYTHON) -m local --instance test database)"; \
	$(RUN_TESTS) -q -s -p no:randomly tests/bench/test_cases.py tests/bench/test_freshness.py; \
	ZENNE_TEST_LEVEL=regional $(RUN_TESTS) -q -s -p no:randomly tests/bench/regional

.PHONY: model
model: install ## every order in which two or three towns can exchange a case, and each known mistake found out
	@$(PYTHON) -m tests.loss.model

.PHONY: lock
lock: install ## lock what pyproject.toml asks for, with hashes and without addresses
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --all-extras --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock

##@ Print

.PHONY: schemas
schemas: install ## print the descriptions of the APIs and of the graph from the code
	@for level in $(LEVELS); do ZENNE_TEST_LEVEL=$$level $(PAPER) print_openapi; done
	@ZENNE_TEST_LEVEL=regional $(PAPER) print_graphql

.PHONY: messages
messages: install ## put new texts of code and templates into the po files of each app
	@$(PYTHON) -m texts merge

.PHONY: pictures
pictures: install .state/browser ## take the pictures of the README from the running demo
	@$(PYTHON) -m browser.pictures --instance demo

.PHONY: register
register: install ## print the register of processing from the tables' own words
	@for level in $(LEVELS); do ZENNE_TEST_LEVEL=$$level $(PAPER) print_register > services/$$level/register-of-processing.md; done
