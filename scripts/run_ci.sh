#!/usr/bin/env bash
# Checks a release in a cluster: every component is ready, every volume bound, the service does its work end to end, and the
# commands of operators work in the pods.
#   run_ci.sh [--ready-only]
# Names the component that is missing or not ready and ends with 1. --ready-only leaves out the work. NAMESPACE and RELEASE
# (both soma-memory) choose the release, CI_COMPONENTS (api consumer postgres redis qdrant redpanda) what must run in it,
# CI_TIMEOUT_SECONDS (300) how long each may take, SOMA_API_TOKEN the token (default: the one in the release's secret).
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh
. scripts/lib/port_forward.sh

ready_only=no
for argument in "$@"; do
  case "$argument" in
    -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
    --ready-only) ready_only=yes ;;
    *) refuse "unknown argument '$argument'" ;;
  esac
done
need kubectl
namespace="${NAMESPACE:-soma-memory}" release="${RELEASE:-soma-memory}"
full="$release-somafractalmemory"
timeout="${CI_TIMEOUT_SECONDS:-300}"
read -r -a components <<<"${CI_COMPONENTS:-api consumer postgres redis qdrant redpanda}"
kube() { kubectl --namespace "$namespace" "$@"; }

kubectl get namespace "$namespace" >/dev/null || die "there is no namespace $namespace, or no cluster"
failed=()
for component in "${components[@]}"; do
  selector="app.kubernetes.io/instance=$release,app.kubernetes.io/component=$component"
  if [ -z "$(kube get pods --selector "$selector" --output name)" ]; then
    say "FAILED $component: there is no pod with $selector"
    failed+=("$component")
  elif ! kube wait --for=condition=Ready pod --selector "$selector" --timeout="${timeout}s" >/dev/null; then
    say "FAILED $component: not ready after $timeout s"
    kube get pods --selector "$selector" >&2 || true
    kube logs --selector "$selector" --all-containers --prefix --tail 20 >&2 || true
    failed+=("$component")
  else
    say "$component is ready"
  fi
done
for claim in $(kube get pvc --selector "app.kubernetes.io/instance=$release" \
  --output 'jsonpath={range .items[?(@.status.phase!="Bound")]}{.metadata.name}{"\n"}{end}'); do
  say "FAILED volume $claim: not bound"
  failed+=("$claim")
done
((${#failed[@]} == 0)) || die "failed: ${failed[*]}"
[ "$ready_only" = no ] || exit 0

stop_forwards() {
  for name in ci-api ci-postgres ci-redis ci-qdrant ci-kafka; do forward_stop "$name" 2>/dev/null; done
}
trap stop_forwards EXIT
stop_forwards
api_port="${CI_API_PORT:-19595}"
forward_start ci-api "$namespace" "svc/$full" "$api_port" http || die 'failed: api'
for server in postgres:5432 redis:6379 qdrant:6333 kafka:9092; do
  name="${server%%:*}" port="${server##*:}" component="${server%%:*}"
  [ "$name" != kafka ] || component=redpanda
  [[ " ${components[*]} " == *" $component "* ]] || continue
  forward_start "ci-$name" "$namespace" "svc/$full-$component" "1$port" "$port" || die "failed: $component"
done
from_secret() { # secret key
  kube get secret "$1" --ignore-not-found --output "jsonpath={.data.$2}" | base64 --decode
}
# The chart's own Secrets, or the one that values-production.yaml has a vault fill.
SOMA_API_TOKEN="${SOMA_API_TOKEN:-$(from_secret "$full-secrets" SOMA_API_TOKEN)}"
SOMA_API_TOKEN="${SOMA_API_TOKEN:-$(from_secret soma-memory-runtime-secrets SOMA_API_TOKEN)}"
SOMA_API_TOKEN="${SOMA_API_TOKEN%%[,$'\n']*}" # one of several, while it is rotated
[ -n "$SOMA_API_TOKEN" ] || die 'failed: the token of the api cannot be read; set SOMA_API_TOKEN'
QDRANT_API_KEY="${QDRANT_API_KEY:-$(from_secret "$full-server-passwords" QDRANT_API_KEY)}"
QDRANT_API_KEY="${QDRANT_API_KEY:-$(from_secret soma-memory-runtime-secrets QDRANT_API_KEY)}"
export SOMA_API_TOKEN QDRANT_API_KEY
arguments=(--url "http://127.0.0.1:$api_port")
[[ " ${components[*]} " != *' qdrant '* ]] || arguments+=(--qdrant-url http://127.0.0.1:16333)
node scripts/verify_full_stack.mjs "${arguments[@]}" || die 'failed: the service does not do its work'

# What operators run in the pods.
try_in() { # component deployment command...
  local component="$1" deployment="$2"
  shift 2
  [[ " ${components[*]} " == *" $component "* ]] || return 0
  kube exec "deploy/$deployment" -- "$@" >/dev/null || die "failed: $component: $*"
  say "$component: $*"
}
try_in api "$full" pg_dump --version
try_in postgres "$full-postgres" pg_isready -U postgres
try_in redis "$full-redis" redis-cli ping
try_in qdrant "$full-qdrant" sh -c "curl --silent --fail --header \"api-key: \$QDRANT_API_KEY\" localhost:6333/collections"
if [[ " ${components[*]} " == *' consumer '* ]]; then
  kube logs --selector "app.kubernetes.io/instance=$release,app.kubernetes.io/component=consumer" --tail=-1 \
    | grep -i processed | tail -n 1 || die 'failed: consumer: its log tells of no processed event'
fi
