#!/usr/bin/env bash
# Forwards the API of a cluster to this machine, in the background.
#   port_forward_api.sh start|stop|status
# NAMESPACE (soma-memory), RELEASE (soma-memory), LOCAL_PORT (9595) and REMOTE_PORT (http) choose what is forwarded.
# Messages go to /tmp/port-forward-api.log, the process number to /tmp/port-forward-api.pid. Starting twice starts once.
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh
. scripts/lib/port_forward.sh

case "${1:-}" in
  -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
esac
[ "$#" -eq 1 ] || refuse 'start, stop or status?'
release="${RELEASE:-soma-memory}"
case "$1" in
  start)
    need kubectl
    forward_start api "${NAMESPACE:-soma-memory}" "svc/$release-somafractalmemory" "${LOCAL_PORT:-9595}" "${REMOTE_PORT:-http}"
    ;;
  stop) forward_stop api ;;
  status)
    pid="$(forward_pid api)" || { say 'api: not running'; exit 1; }
    say "api: running (pid $pid)"
    ;;
  *) refuse "unknown command '$1'" ;;
esac
