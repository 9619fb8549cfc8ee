#!/usr/bin/env bash
# Checks a running service end to end: health, token, store, recall, delete, metrics; and its servers, where they are named.
#   verify_full_stack.sh [--url URL] [--consumer-url URL] [--qdrant-url URL] [--compose]
# The token is SOMA_API_TOKEN, the key of a Qdrant that has one QDRANT_API_KEY. --compose takes addresses and token from .env, for the stack of docker-compose.yml.
# Ends with 1 and the name of what failed.
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh

arguments=()
while (($# > 0)); do
  case "$1" in
    -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
    --compose)
      env_file="${SFM_ENV_FILE:-.env}"
      [ -f "$env_file" ] || die "there is no $env_file; run scripts/assign_ports_and_start.sh"
      value_of() { sed -n "s/^$1=//p" "$env_file" | tail -n 1; }
      SOMA_API_TOKEN="${SOMA_API_TOKEN:-$(value_of SOMA_API_TOKEN)}"
      export SOMA_API_TOKEN
      arguments+=(--url "http://127.0.0.1:$(value_of API_HOST_PORT)")
      arguments+=(--consumer-url "http://127.0.0.1:$(value_of CONSUMER_HOST_PORT)")
      arguments+=(--qdrant-url "http://127.0.0.1:$(value_of QDRANT_HOST_PORT)")
      ;;
    --url | --consumer-url | --qdrant-url)
      [ "$#" -gt 1 ] || refuse "$1 needs a URL"
      arguments+=("$1" "$2")
      shift
      ;;
    *) refuse "unknown argument '$1'" ;;
  esac
  shift
done
need node
exec node scripts/verify_full_stack.mjs "${arguments[@]}"
