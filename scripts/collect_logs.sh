#!/usr/bin/env bash
# Writes what containers or pods have logged, and how they are, into a folder: for who cannot look at the machine later.
#   collect_logs.sh compose|cluster FOLDER
# A file for each; what cannot be asked leaves the reason in its file. NAMESPACE (soma-memory) chooses that of the cluster. Secrets are
# not among what is asked.
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh

case "${1:-}" in
  -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
  compose | cluster) ;;
  *) refuse 'compose or cluster?' ;;
esac
[ "$#" -eq 2 ] || refuse 'into which folder?'
folder="$2"
mkdir -p "$folder"
keep() { # file command...
  local file="$folder/$1"
  shift
  "$@" >"$file" 2>&1 || say "$* ended with $?: see $file"
}

if [ "$1" = compose ]; then
  need docker
  keep ps.txt docker compose --profile '*' ps --all
  for service in $(docker compose --profile '*' ps --all --services 2>/dev/null); do
    keep "$service.log" docker compose --profile '*' logs --no-color --timestamps "$service"
  done
else
  need kubectl
  namespace="${NAMESPACE:-soma-memory}"
  kube() { kubectl --namespace "$namespace" "$@"; }
  keep objects.txt kube get deployments,pods,services,pvc,jobs,cronjobs --output wide
  keep pods.txt kube describe pods
  keep events.txt kube get events --sort-by=.lastTimestamp
  keep nodes.txt kubectl describe nodes
  for pod in $(kube get pods --output 'jsonpath={.items[*].metadata.name}' 2>/dev/null); do
    keep "$pod.log" kube logs "$pod" --all-containers --prefix --timestamps
    keep "$pod.previous.log" kube logs "$pod" --all-containers --prefix --timestamps --previous
  done
fi
say "written to $folder"
