# The stack in a cluster: helm/ on Kind.
.PHONY: setup-dev-k8s kind-up kind-load kind-down helm-dev-install helm-dev-health helm-dev-uninstall k8s-verify ci-verify-k8s k8s-api-test

KIND_CLUSTER ?= soma-fractal-memory
NAMESPACE ?= soma-memory
RELEASE ?= soma-memory
NODE_PORT ?= 30797

setup-dev-k8s: ## a Kind cluster with the full stack: cluster, image, chart, health
	@bash scripts/setup_dev_k8s.sh

kind-up: ## create the Kind cluster, unless it is there
	@kind get clusters 2>/dev/null | grep -qx $(KIND_CLUSTER) || kind create cluster --config helm/kind-config.yaml
	@kubectl config use-context kind-$(KIND_CLUSTER)

kind-load: ## put the production image into the Kind cluster
	@kind load docker-image $(RUNTIME_IMAGE) --name $(KIND_CLUSTER)

kind-down: ## delete the Kind cluster and everything in it
	@kind delete cluster --name $(KIND_CLUSTER)

helm-dev-install: ## install or upgrade the full development stack in the cluster
	@helm upgrade --install $(RELEASE) ./helm --namespace $(NAMESPACE) --create-namespace \
	  --values helm/values.yaml --values helm/values-dev-port9797.yaml --set image.tag=local --wait --timeout=600s

helm-dev-health: ## ask the api of the cluster how it is (NodePort 30797)
	@curl --silent --show-error --fail http://127.0.0.1:$(NODE_PORT)/healthz && echo

helm-dev-uninstall: ## remove the release from the cluster; its volumes stay
	@helm uninstall $(RELEASE) --namespace $(NAMESPACE)

k8s-verify: ## check that every component of the release is ready and every volume bound
	@NAMESPACE=$(NAMESPACE) RELEASE=$(RELEASE) bash scripts/run_ci.sh --ready-only

ci-verify-k8s: ## k8s-verify, and the service checked end to end; names the component that fails
	@NAMESPACE=$(NAMESPACE) RELEASE=$(RELEASE) bash scripts/run_ci.sh

k8s-api-test: install ## try chart and manifests on a real API server of Kubernetes, built with Go the first time (minutes)
	@SFM_REQUIRE_SERVICES=1 npm run --silent jest -- --testMatch '**/*.cluster-spec.ts' --testTimeout 3600000
