#!/usr/bin/env bash
# A Kind cluster with the full stack: cluster, image, chart, and a look at its health.
#   setup_dev_k8s.sh
# Every step may be repeated; what is there already stays.
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh

case "${1:-}" in
  '') ;;
  -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
  *) refuse "unknown argument '$1'" ;;
esac
need docker kind kubectl helm curl
for step in kind-up runtime-build kind-load helm-dev-install helm-dev-health; do
  say "$step"
  make --no-print-directory "$step" || die "failed: $step"
done
