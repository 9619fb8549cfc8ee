#!/bin/sh
# Whether the role that runs in this container answers: the api on its port, the consumer on its metrics port.
set -eu
case "${1:-}" in
  '') ;;
  -h | --help)
    sed -n '2s/^# //p' "$0"
    exit 0
    ;;
  *)
    echo 'usage: healthcheck.sh' >&2
    exit 2
    ;;
esac
for port in "${SOMA_API_PORT:-${UVICORN_PORT:-9595}}" "${CONSUMER_METRICS_PORT:-8001}"; do
  if curl --silent --show-error --fail --max-time 2 --output /dev/null "http://127.0.0.1:$port/healthz"; then exit 0; fi
done
exit 1
