# What can be done with this repository; `make` alone lists it.
#
#   PROFILE   cargo profile of `rota` and of the Rust tests           (dev)
#   ARGS      arguments for `rota devnet`                             (none)
#   MUTANTS   which of `make mutants`: words of their names           (all)
#   FORGE     forge 1.7.1: npm's, or your own                         (node_modules/.bin/forge)

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.ONESHELL:
MAKEFLAGS += --no-print-directory

PROFILE ?= dev
ARGS ?=
FORGE ?= node_modules/.bin/forge
SOLHINT := node_modules/.bin/solhint --disc --noPoster --max-warnings 0
OPSTACK := $(addprefix tools/opstack/bin/,op-geth op-node op-batcher)
ROTA := target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/rota
SNAPSHOTS := tests/contracts/gas/snapshots
export FORGE PROFILE

# forge lint keeps a cache of its own: sharing forge's with it can make the next `forge test` skip tests.
LINT_FORGE := FOUNDRY_OUT=target/lint/out FOUNDRY_CACHE_PATH=target/lint/cache $(FORGE)

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'
	echo '  make devnet ARGS="--epochs 4 --report r.json"'

prerequisites: ## Name every tool that is missing or too old
	@tools/prerequisites.sh

build: ## Build everything that devnet and test need
	@echo "[1/5] prerequisites"
	tools/prerequisites.sh
	echo "[2/5] npm packages: forge, solc, libraries"
	$(MAKE) node_modules/.stamp
	echo "[3/5] op-geth, op-node, op-batcher (minutes at the first time, then reused)"
	$(MAKE) opstack
	echo "[4/5] contracts"
	$(FORGE) build
	echo "[5/5] rota ($(PROFILE))"
	cargo build --locked --profile $(PROFILE) --bin rota

tools: node_modules/.stamp opstack ## Get forge and solc (npm) and build the OP Stack binaries (Go)

opstack: $(OPSTACK) ## Build op-geth, op-node and op-batcher, unless those of go.sum are there

devnet: build ## Run a whole chain on loopback, options in ARGS; Ctrl-C ends it
	@echo "rota devnet $(ARGS)"
	exec $(ROTA) devnet $(ARGS)

test: ## Lint, test contracts, gas, keeper and the whole system, and count the tests
	@exec tools/test.sh

policies: build ## Run a devnet by each policy, 2 epochs each (half an hour, on two idle cores)
	@ROTA=$(ROTA) exec tools/policies.sh

test-foreign: node_modules/.stamp ## Pack the contracts and test them inside a foreign forge project
	@exec tests/foreign/run.sh

lint: node_modules/.stamp ## Check format and lints of both languages
	@echo "[lint 1/5] forge fmt"
	$(FORGE) fmt --check
	echo "[lint 2/5] solhint; each invariant is cited where it is kept"
	$(SOLHINT) --config solhint.config.js 'contracts/**/*.sol' 'script/**/*.sol'
	$(SOLHINT) --config tests/contracts/solhint.config.js 'tests/contracts/**/*.sol' 'contracts/testing/**/*.sol'
	node tools/invariants.mjs
	echo "[lint 3/5] forge lint; no warning of solc, no contract above 24,576 bytes, none of another size or layout than committed"
	$(LINT_FORGE) lint --deny notes
	node tools/warnings.mjs
	mkdir -p target/lint
	$(FORGE) build --sizes >target/lint/sizes || { cat target/lint/sizes; exit 1; }
	node tools/layouts.mjs check
	echo "[lint 4/5] cargo fmt"
	cargo fmt --all --check
	echo "[lint 5/5] clippy"
	cargo clippy --locked --workspace --all-targets -- -D warnings

fmt: node_modules/.stamp ## Format both languages
	@echo "[1/2] forge fmt"
	$(FORGE) fmt
	echo "[2/2] cargo fmt"
	cargo fmt --all

gas: gas-regressions ## Measure gas; fail if a bar is broken or a committed snapshot differs
	@node tools/gas-table.mjs target/gas $(SNAPSHOTS) bars

gas-regressions: node_modules/.stamp ## Measure gas; fail if a committed snapshot differs
	@echo "[1/2] forge test --isolate: each call a transaction of its own"
	rm -rf target/gas
	mkdir -p target/gas
	FOUNDRY_PROFILE=gas FOUNDRY_SNAPSHOTS=target/gas $(FORGE) test --match-test '^test_gas' >target/gas.log || { cat target/gas.log; exit 1; }
	echo "[2/2] $(SNAPSHOTS)"
	node tools/gas-table.mjs target/gas $(SNAPSHOTS) regressions

gas-accept: ## Take the gas that `make gas` last measured as the committed snapshots
	@mkdir -p $(SNAPSHOTS)
	rm -f $(SNAPSHOTS)/*.json
	cp target/gas/*.json $(SNAPSHOTS)/
	git --no-pager diff --stat -- $(SNAPSHOTS)

layouts-accept: node_modules/.stamp ## Take the contracts' present sizes and storage layouts as the committed ones
	@$(FORGE) build
	node tools/layouts.mjs accept
	git --no-pager diff --stat -- tests/contracts/snapshots

audit: node_modules/.stamp ## Run slither and halmos (Python 3.11 or newer); fail on anything unexplained or unproved
	@exec tools/audit/audit.sh

fuzz: node_modules/.stamp ## Run fuzz tests and invariants long, from a fresh seed (FUZZ_SEED=0x… repeats one)
	@exec tools/fuzz.sh

mutants: node_modules/.stamp ## Break each rule on purpose; fail if its invariant does not notice (long: a minute each)
	@exec tools/mutants.sh $(MUTANTS)

clean: ## Remove what the builds made; npm's packages and the OP Stack binaries stay
	@echo "removing out, cache and target"
	rm -rf out cache target

distclean: clean ## Remove those, too
	@echo "removing node_modules and tools/opstack/bin"
	rm -rf node_modules tools/opstack/bin

.PHONY: help prerequisites build tools opstack devnet test policies test-foreign lint fmt gas gas-regressions gas-accept layouts-accept audit fuzz mutants clean distclean

# What the lock file says, again whenever it changes.
node_modules/.stamp: package-lock.json package.json .npmrc
	@echo "npm ci"
	npm ci --no-audit --no-fund
	touch $@

tools/opstack/bin/op-geth: PACKAGE := github.com/ethereum/go-ethereum/cmd/geth
tools/opstack/bin/op-node: PACKAGE := github.com/ethereum-optimism/optimism/op-node/cmd
tools/opstack/bin/op-batcher: PACKAGE := github.com/ethereum-optimism/optimism/op-batcher/cmd

# Under another name first: whoever runs the old binary keeps it, and a half-written one is never taken for built.
$(OPSTACK): tools/opstack/go.mod tools/opstack/go.sum
	@echo "go build $(notdir $@)"
	GOTOOLCHAIN=local go -C tools/opstack build -trimpath -buildvcs=false -ldflags='-s -w' -o bin/.$(notdir $@).new $(PACKAGE)
	mv tools/opstack/bin/.$(notdir $@).new $@
