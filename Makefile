# Schakel. Bare `make` prints this list; every target prepares what it needs.
.DEFAULT_GOAL := help
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
SETUP := $(PYTHON) -m gateway.setup
# A part of the tests, for `make test-only`.
T ?= tests
# Processes that run tests side by side; the suite is sized for two cores.
WORKERS ?= 2
# The first example, unless another is named.
INPUT ?= $(firstword $(wildcard policies/examples/*.input.json))
# Helm built from source takes itself for a very old Kubernetes.
KUBERNETES := 1.34.0
# What OPA loads: data and rules, each folder at the root.
POLICY_ROOTS = $(filter-out policies/schemas/ policies/examples/,$(wildcard policies/*/))
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url

##@ Start here
.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n\033[1m%s\033[0m\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  \033[36m%-14s\033[0m%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Prepare .venv/ and the servers (nats-server, opa); nothing is started
	@$(SETUP)

.PHONY: demo
demo: setup ## Play the three headline uses between six agencies: who saw what, and why
	@$(BIN)/schakel demo

.PHONY: up
up: setup ## Start the exchange, leave it running, print addresses and demo identities
	@$(BIN)/schakel up

.PHONY: down
down: setup ## Stop what `make up` started
	@$(BIN)/schakel down

##@ Look closer
.PHONY: try
try: setup ## Decide one input and show the whole decision: make try INPUT=policies/examples/x.input.json
	@test -n "$(INPUT)" || { echo "name an input: make try INPUT=policies/examples/x.input.json" >&2; exit 2; }
	@policies/try.sh "$$($(SETUP) --path opa)" "$(INPUT)"

.PHONY: audit-verify
audit-verify: setup ## Verify an export of the audit log offline: make audit-verify EXPORT=path
	@test -n "$(EXPORT)" || { echo "name an export: make audit-verify EXPORT=path" >&2; exit 2; }
	@$(BIN)/python -m audit verify "$(EXPORT)"

.PHONY: bench
bench: setup ## Measure this machine against the floor of the same parts; writes bench.json
	@$(BIN)/schakel bench --json bench.json

##@ Check
.PHONY: test
test: lint policies chart tests ## Everything that CI runs, under 20 minutes on two cores

.PHONY: test-full
test-full: lint policies chart ## The same, with the long tests (marker `full`)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

.PHONY: test-only
test-only: prepare-tests ## A part of the tests: make test-only T=tests/protocol
	@$(BIN)/pytest $(T)

.PHONY: lint
lint: prepare-tests ## Format, ruff, mypy --strict and the import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: policies
policies: prepare-tests ## Check, format and tests of the policies
	@opa="$$($(SETUP) --path opa)" && set -x && \
	  "$$opa" check --strict --schema policies/schemas --ignore '*.json' policies && \
	  "$$opa" fmt --fail --list policies && \
	  "$$opa" test --fail-on-empty $(POLICY_ROOTS)

.PHONY: chart
chart: prepare-tests ## Lint and render the Helm chart
	@helm="$$($(SETUP) --path helm)" && set -x && \
	  "$$helm" lint --strict --kube-version $(KUBERNETES) helm/schakel && \
	  "$$helm" template schakel helm/schakel --kube-version $(KUBERNETES) > /dev/null

.PHONY: tests
tests: prepare-tests
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not full"

.PHONY: prepare-tests
prepare-tests:
	@$(SETUP) --with tests --with helm

##@ Change
.PHONY: format
format: prepare-tests ## Format Python and Rego, apply the safe fixes
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .
	@"$$($(SETUP) --path opa)" fmt --write policies

.PHONY: vectors
vectors: prepare-tests ## Build the golden vectors and snapshots again; read the diff before you commit it
	@$(BIN)/python -m tests.vectors.build_vectors
	@SCHAKEL_UPDATE_SNAPSHOTS=1 $(BIN)/pytest --quiet tests/helm

.PHONY: lock
lock: prepare-tests ## Compile requirements*.in to hash-locked requirements*.txt; UPGRADE=--upgrade takes newer ones
	@for name in requirements requirements-build requirements-dev requirements-go requirements-postgres; do \
	  UV_CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) $(UPGRADE) $$name.in --output-file $$name.txt || exit 1; \
	done

.PHONY: clean
clean: ## Remove what was built here (.venv, caches, a running exchange); the cache of servers stays
	@if [ -x $(BIN)/schakel ]; then $(BIN)/schakel down; fi
	@rm -rf .venv .schakel build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
