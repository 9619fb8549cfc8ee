#!/usr/bin/env bash
# A pod with the image and settings of the api that serves nothing: where `soma` runs while api and consumer are stopped.
#   maintenance_pod.sh start|stop
# Afterwards: kubectl -n soma-memory exec soma -- node apps/cli/dist/main.js verify
# NAMESPACE and RELEASE (both soma-memory) choose the release. It is called soma. Starting twice starts once.
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh

case "${1:-}" in
  -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
  start | stop) [ "$#" -eq 1 ] || refuse 'too many arguments' ;;
  *) refuse 'start or stop?' ;;
esac
namespace="${NAMESPACE:-soma-memory}" deployment="${RELEASE:-soma-memory}-somafractalmemory"
need kubectl jq
kube() { kubectl --namespace "$namespace" "$@"; }

if [ "$1" = stop ]; then
  kube delete pod soma --ignore-not-found
  exit 0
fi
api="$(kube get deployment "$deployment" --output json)" || die "there is no deployment $deployment in $namespace to take image and settings from"
# Without the component's label no Service and no ReplicaSet takes it for one of theirs; the network policy still does.
jq '{
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "soma", labels: (.spec.template.metadata.labels | del(.["app.kubernetes.io/component"])) },
  spec: (.spec.template.spec
    | .restartPolicy = "Never"
    | del(.affinity, .topologySpreadConstraints)
    | .containers = [.containers[0] | del(.livenessProbe, .readinessProbe, .startupProbe, .lifecycle, .ports) | .command = ["sleep", "infinity"]])
}' <<<"$api" | kube apply --filename -
kube wait --for=condition=Ready pod/soma --timeout="${SFM_POD_TIMEOUT_SECONDS:-120}s" >/dev/null || die 'the pod does not start: kubectl describe pod soma'
say "kubectl -n $namespace exec soma -- node apps/cli/dist/main.js verify"
