#!/bin/sh
# Starts one role of the image, after its servers answer or the wait is over.
#   api        HTTP service (default)
#   consumer   indexer of the events on Kafka
#   soma …     administration: soma db upgrade, soma dlq list, …
#   other      run as it is, without waiting
# SOMA_DEP_WAIT_SECONDS (30) bounds the wait for each server; SOMA_SKIP_DEP_WAIT=1 leaves it out.
set -eu
root="$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)"
# The image's home may not be writable.
export HOME="${HOME:-/tmp}"

usage() {
  sed -n '2,7s/^# \{0,1\}//p' "$0"
}

wait_for_dependencies() {
  case "${SOMA_SKIP_DEP_WAIT:-0}" in
    1 | true | yes | on) echo 'entrypoint: SOMA_SKIP_DEP_WAIT is set, not waiting for servers' >&2 ;;
    *) node "$root/docker/wait-for-dependencies.mjs" ;;
  esac
  # Words for this script only.
  unset SOMA_SKIP_DEP_WAIT SOMA_DEP_WAIT_SECONDS
}

if [ "$#" -eq 0 ]; then set -- api; fi
role="$1"
case "$role" in
  -h | --help | help)
    usage
    exit 0
    ;;
  api | consumer)
    shift
    if [ "$#" -gt 0 ]; then
      echo "entrypoint: $role takes no arguments; settings are environment variables" >&2
      exit 2
    fi
    wait_for_dependencies
    exec node "$root/apps/$role/dist/main.js"
    ;;
  soma)
    shift
    exec node "$root/apps/cli/dist/main.js" "$@"
    ;;
  *)
    command -v "$role" >/dev/null 2>&1 || {
      echo "entrypoint: unknown command '$role'; use api, consumer or soma" >&2
      exit 2
    }
    exec "$@"
    ;;
esac
