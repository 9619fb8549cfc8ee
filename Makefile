# One command per intent. Needs Node >= 20.19 with npm, and nothing else.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run test test-unit test-e2e chaos fuzz lint format build typecheck bench bench-backends bench-ramp bench-scale db-upgrade db-current \
        db-downgrade backup-postgres db-revision openapi config-docs settings docs-build docs-serve dev-services dev-services-down install clean

include make/*.mk

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install, build and start the service on http://127.0.0.1:9595, data in ./data
	@exec bash scripts/run.sh

test: ## lint, types, drift, unit, contract and end-to-end tests
	@bash scripts/test.sh

test-unit: install ## unit and contract tests only
	@npm run --silent test:unit

test-e2e: build ## end-to-end tests only
	@npm run --silent test:e2e

chaos: build ## kill everything under load, ROUNDS=10 times each, and keep servers away for ABSENCE=60 seconds
	@SFM_REQUIRE_SERVICES=1 SFM_CHAOS_ROUNDS=$(or $(ROUNDS),10) SFM_CHAOS_ABSENCE_SECONDS=$(or $(ABSENCE),60) \
	  npm run --silent jest -- test/chaos --testMatch '**/*.e2e-spec.ts'

fuzz: build ## look for inputs that break a parser, for SECONDS=60 at each property
	@SFM_FUZZ_SECONDS=$(or $(SECONDS),60) npm run --silent jest -- --testMatch '**/*.fuzz.spec.ts' --testTimeout 3600000

lint: install ## code rules, import arrows, formatting
	@npm run --silent lint

format: install ## format everything
	@npm run --silent format

build: install ## compile what changed
	@npm run --silent build

typecheck: install ## check the types of everything, tests included
	@npm run --silent typecheck

bench: build ## measure stores and recalls against their raw baselines
	@node bench/store.mjs
	@node bench/bulk.mjs
	@node bench/recall.mjs
	@node bench/health.mjs
	@node bench/grpc.mjs

bench-backends: build ## the same on PostgreSQL, Redis, Qdrant and Kafka of their own, with a consumer
	@node scripts/with-servers.mjs node bench/store.mjs --rounds 3
	@node scripts/with-servers.mjs node bench/bulk.mjs
	@node scripts/with-servers.mjs node bench/drain.mjs
	@node scripts/with-servers.mjs node bench/backends-recall.mjs

bench-ramp: build ## STEPS=100,500,1000,5000,10000 stores and recalls on servers of their own, or on SOMA_BENCH_URL; a report with plots
	@$(if $(SOMA_BENCH_URL),,node scripts/with-servers.mjs) node bench/ramp.mjs \
	  $(if $(STEPS),--steps $(STEPS)) $(if $(CLIENTS),--clients $(CLIENTS)) $(if $(OUT),--out $(OUT))

bench-scale: build ## SIZES=10000,100000,1000000 what recalls, stores, memory and restarts cost as memories grow; on servers of its own and embedded
	@node scripts/with-servers.mjs node bench/scale.mjs --out $(or $(OUT),bench/report)/servers $(if $(SIZES),--sizes $(SIZES))
	@node bench/scale.mjs --out $(or $(OUT),bench/report)/embedded $(if $(SIZES),--sizes $(SIZES))

db-upgrade: build ## apply pending migrations
	@node apps/cli/dist/main.js db upgrade

db-current: build ## show the schema version
	@node apps/cli/dist/main.js db current

db-downgrade: build ## revert the newest migration, with the data it holds; asks before, unless YES=1
	@node apps/cli/dist/main.js db downgrade $(if $(YES),--yes)

backup-postgres: build ## back up PostgreSQL to SOMA_BACKUP_TARGET
	@node apps/cli/dist/main.js backup create postgres

db-revision: ## write an empty migration (NAME=what-it-does)
	@node scripts/new-migration.mjs $(NAME)

settings: build ## show the settings in force, secrets masked
	@node apps/cli/dist/main.js config

openapi: build ## write docs/openapi.json from the controllers
	@node scripts/generate-openapi.mjs

config-docs: build ## write docs/CONFIGURATION.md and the limits in docs/security.md from the table of settings
	@node scripts/generate-config-docs.mjs
	@node scripts/generate-security-limits.mjs

dev-services: install ## start PostgreSQL, Redis, Qdrant and Kafka for development, and print the environment to use
	@node scripts/dev-services.mjs up

dev-services-down: install ## stop what dev-services started; the data stays
	@node scripts/dev-services.mjs down

docs-build: ## build the documentation site into site/ (needs Python 3.10 or newer)
	@bash scripts/docs.sh build

docs-serve: ## serve the documentation on http://127.0.0.1:8000 while writing it
	@bash scripts/docs.sh serve

install:
	@node scripts/prepare.mjs

clean: ## remove what the build wrote; never the data
	@rm -rf apps/*/dist libs/*/dist migrations/dist test/services/dist test/helm/dist coverage site
