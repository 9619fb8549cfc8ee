#!/usr/bin/env bash
# Starts the servers that the service works on, in containers, and waits until they are healthy.
#   start_stack.sh evented_enterprise [--with-broker]
# PostgreSQL, Redis and Qdrant; with --with-broker Kafka too. There is one mode, and others are refused. Start the service
# afterwards: make compose-up, make compose-consumer-up. May be run again at any time.
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh

mode='' services=(postgres redis qdrant)
for argument in "$@"; do
  case "$argument" in
    -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
    --with-broker) services+=(kafka) ;;
    -*) refuse "unknown argument '$argument'" ;;
    *) [ -z "$mode" ] || refuse "one mode, not '$mode' and '$argument'"; mode="$argument" ;;
  esac
done
[ -n "$mode" ] || refuse 'which mode? There is one: evented_enterprise'
[ "$mode" = evented_enterprise ] || refuse "unknown mode '$mode'; there is one: evented_enterprise"
need docker
docker compose version >/dev/null 2>&1 || die 'docker compose is not installed'

docker compose --profile shared up --detach --wait --wait-timeout "${SFM_START_TIMEOUT_SECONDS:-600}" "${services[@]}" || {
  docker compose --profile shared ps --all >&2 || true
  die "not all of these became healthy: ${services[*]}"
}
echo "running: ${services[*]}"
