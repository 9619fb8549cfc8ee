# The stack in containers: docker-compose.yml.
.PHONY: setup-dev quickstart compose-build compose-up compose-down compose-down-v compose-logs compose-ps compose-restart \
        compose-health compose-print-ports compose-consumer-up compose-consumer-down clean-volumes ci-verify runtime-build scan have-compose

SERVICES ?=
RUNTIME_IMAGE ?= somafractalmemory-runtime:local
COMPOSE_ALL = docker compose --profile '*'
IN_API = docker compose --profile core exec -T --env SOMA_BACKUP_TARGET=/tmp/backup api

have-compose:
	@docker compose version >/dev/null 2>&1 || { echo 'docker compose is not installed: https://docs.docker.com/compose/install/' >&2; exit 1; }

setup-dev: ## start the whole stack in containers, on ports that are free
	@bash scripts/assign_ports_and_start.sh

quickstart: setup-dev ## setup-dev, and a memory stored and recalled
	@bash scripts/verify_full_stack.sh --compose

compose-build: have-compose ## build the images of the stack (SERVICES=… for some)
	@docker compose --profile core build $(SERVICES)

compose-up: have-compose ## start the api and its servers
	@docker compose --profile core up --detach --wait api

compose-down: have-compose ## stop the stack; the data stays
	@$(COMPOSE_ALL) down --remove-orphans

compose-down-v: have-compose ## stop the stack and delete its data
	@$(COMPOSE_ALL) down --remove-orphans --volumes

compose-logs: have-compose ## show the last lines of every log and follow (SERVICES=… for some)
	@$(COMPOSE_ALL) logs --tail 100 --follow $(SERVICES)

compose-ps: have-compose ## list the containers
	@$(COMPOSE_ALL) ps --all

compose-restart: have-compose ## restart what runs (SERVICES=… for some)
	@$(COMPOSE_ALL) restart $(SERVICES)

compose-health: ## ask the running api how it and its servers are
	@curl --silent --show-error --fail "http://127.0.0.1:$$(sed -n 's/^API_HOST_PORT=//p' .env 2>/dev/null | grep . || echo 9595)/health" && echo

compose-print-ports: ## show where the stack answers, without starting anything
	@bash scripts/assign_ports_and_start.sh --no-start

compose-consumer-up: have-compose ## start the consumer and its servers
	@docker compose --profile consumer up --detach --wait somafractalmemory_kube

compose-consumer-down: have-compose ## stop the consumer; events wait in Kafka
	@docker compose --profile consumer rm --stop --force somafractalmemory_kube

clean-volumes: ## delete the data of the stopped stack
	@volumes="$$(docker volume ls --quiet --filter label=com.docker.compose.project=$${COMPOSE_PROJECT_NAME:-somafractalmemory})" || exit; \
	if [ -z "$$volumes" ]; then echo 'there are no volumes'; else docker volume rm $$volumes; fi

ci-verify: ## start the stack in containers, check it end to end, stop it; names the component that fails (LOGS=folder keeps the logs)
	@bash scripts/assign_ports_and_start.sh
	@bash scripts/verify_full_stack.sh --compose
	@$(IN_API) pg_dump --version || { echo 'ci-verify: failed: pg_dump of the image of the api' >&2; exit 1; }
	@$(IN_API) docker/entrypoint.sh soma backup create postgres && $(IN_API) docker/entrypoint.sh soma backup check postgres \
	  || { echo 'ci-verify: failed: a backup of PostgreSQL by the image of the api' >&2; exit 1; }
	@$(if $(LOGS),bash scripts/collect_logs.sh compose $(LOGS),true)
	@$(MAKE) --no-print-directory compose-down

runtime-build: ## build the production image
	@docker build --file Dockerfile.runtime --tag $(RUNTIME_IMAGE) \
	  --build-arg VERSION="$$(sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)" \
	  --build-arg REVISION="$$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
	  --build-arg CREATED="$$(date -u +%Y-%m-%dT%H:%M:%SZ)" .

scan: ## look for known weaknesses in the images (trivy, or its container)
	@RUNTIME_IMAGE=$(RUNTIME_IMAGE) bash scripts/scan_images.sh
