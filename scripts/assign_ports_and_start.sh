#!/usr/bin/env bash
# Starts the stack of docker-compose.yml on host ports that are free.
#   assign_ports_and_start.sh [--profile core|dev|consumer|shared] [--no-start] [--no-build]
# Ports that another program holds are replaced; they are written to .env together with a token for the API, beside what
# .env already says. Then it starts the profile (core), waits until everything is healthy, and prints where it answers.
# The API stays on 9595: a program that holds it is named, unless API_HOST_PORT says another port. May be run again at any
# time: what runs keeps its ports.
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh

# .env holds a token.
umask 077
profile=core start=yes build=yes
while (($# > 0)); do
  case "$1" in
    -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
    --profile) profile="${2:-}"; shift; [ "$#" -gt 0 ] || refuse '--profile needs a name' ;;
    --no-start) start=no ;;
    --no-build) build=no ;;
    *) refuse "unknown argument '$1'" ;;
  esac
  shift
done
case "$profile" in
  core | dev | consumer | shared) ;;
  *) refuse "unknown profile '$profile'" ;;
esac
need docker
docker compose version >/dev/null 2>&1 || die 'docker compose is not installed'
env_file="${SFM_ENV_FILE:-.env}"
wait_seconds="${SFM_START_TIMEOUT_SECONDS:-600}"

compose() { docker compose --env-file "$env_file" --profile "$profile" "$@"; }

value_of() { # name
  [ -f "$env_file" ] || return 0
  sed -n "s/^$1=//p" "$env_file" | tail -n 1
}

write_value() { # name value
  local rest
  rest="$(grep -v "^$1=" "$env_file" || true)"
  { [ -z "$rest" ] || printf '%s\n' "$rest"; printf '%s=%s\n' "$1" "$2"; } >"$env_file.new"
  mv "$env_file.new" "$env_file"
}

# Whether a running container of this stack holds the port.
is_ours() { # service container-port port
  [ "$(compose port "$1" "$2" 2>/dev/null | sed 's/.*://')" = "$3" ]
}

taken=' '
assign() { # variable service container-port default
  local name="$1" service="$2" target="$3" port
  # The environment wins over .env, as it does for docker compose.
  port="${!name:-$(value_of "$name")}"
  port="${port:-$4}"
  if ! [[ "$port" =~ ^[0-9]{1,5}$ ]] || ((port < 1 || port > 65535)); then refuse "$name=$port is no port"; fi
  if is_listening "$port" && ! is_ours "$service" "$target" "$port"; then
    [ "$name" != API_HOST_PORT ] \
      || die "port $port is in use by another program; stop it, or choose a port for the api with API_HOST_PORT"
    say "$service: port $port is in use by another program"
    while is_listening "$port" || [[ "$taken" == *" $port "* ]]; do port=$((port < 65535 ? port + 1 : 15000)); done
  fi
  while [[ "$taken" == *" $port "* ]]; do port=$((port < 65535 ? port + 1 : 15000)); done
  taken="$taken$port "
  write_value "$name" "$port"
}

if [ ! -f "$env_file" ]; then
  cp .env.example "$env_file"
fi
chmod 600 "$env_file"
project="${COMPOSE_PROJECT_NAME:-$(value_of COMPOSE_PROJECT_NAME)}"
write_value COMPOSE_PROJECT_NAME "${project:-somafractalmemory}"
write_value COMPOSE_PROFILES "$profile"
assign API_HOST_PORT "$([ "$profile" = dev ] && echo api_dev || echo api)" 9595 9595
assign GRPC_HOST_PORT "$([ "$profile" = dev ] && echo api_dev || echo api)" 50053 50053
assign CONSUMER_HOST_PORT "$([ "$profile" = dev ] && echo consumer_dev || echo somafractalmemory_kube)" 8001 8001
assign POSTGRES_HOST_PORT postgres 5432 5434
assign REDIS_HOST_PORT redis 6379 6380
assign QDRANT_HOST_PORT qdrant 6333 6333
assign KAFKA_HOST_PORT kafka 9094 9092
assign KAFKA_OUTSIDE_PORT kafka 19092 19092
if [ "$profile" = dev ]; then
  write_value HOST_UID "$(id -u)"
  write_value HOST_GID "$(id -g)"
fi
if [ -z "${SOMA_API_TOKEN:-$(value_of SOMA_API_TOKEN)}" ]; then
  write_value SOMA_API_TOKEN "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
fi
say "ports are in $env_file"

if [ "$start" = yes ]; then
  docker info >/dev/null 2>&1 || die 'the Docker engine does not answer; start it'
  if [ "$build" = yes ] && [ "$profile" != shared ]; then compose build || die 'an image could not be built'; fi
  # A fresh start downloads images.
  if ! compose up --detach --wait --wait-timeout "$wait_seconds"; then
    say 'these services are not healthy:'
    compose ps --all --format '{{.Service}} {{.State}} {{.Health}}' | grep -v ' running healthy$' >&2 || true
    compose logs --tail 20 >&2 || true
    exit 1
  fi
fi

port_of() { value_of "$1"; }
echo
if [ "$profile" = core ] || [ "$profile" = dev ]; then
  printf '%-12s %s\n' 'API' "http://localhost:$(port_of API_HOST_PORT)   (/docs, /metrics, /healthz)"
  printf '%-12s %s\n' 'gRPC' "localhost:$(port_of GRPC_HOST_PORT)"
  printf '%-12s %s\n' 'Token' "SOMA_API_TOKEN in $env_file"
fi
[ "$profile" = shared ] || printf '%-12s %s\n' 'Consumer' "http://localhost:$(port_of CONSUMER_HOST_PORT)/metrics"
printf '%-12s %s\n' 'PostgreSQL' "localhost:$(port_of POSTGRES_HOST_PORT), database somamemory, user soma"
printf '%-12s %s\n' 'Redis' "localhost:$(port_of REDIS_HOST_PORT)"
printf '%-12s %s\n' 'Qdrant' "http://localhost:$(port_of QDRANT_HOST_PORT)"
printf '%-12s %s\n' 'Kafka' "localhost:$(port_of KAFKA_OUTSIDE_PORT), localhost:$(port_of KAFKA_HOST_PORT)"
