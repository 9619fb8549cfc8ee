#!/usr/bin/env bash
# Starts PostgreSQL with the user, password and database of POSTGRES_URL, so that server and clients cannot disagree.
# Settings are the lines `name=value` of the file `settings` beside this script.
set -euo pipefail

decode() { printf '%b' "${1//%/\\x}"; }

fail() {
  echo "POSTGRES_URL must read postgresql://user:password@host:port/database: $1" >&2
  exit 1
}

url="${POSTGRES_URL:?POSTGRES_URL is not set}"
case "$url" in
  postgres://* | postgresql://*) ;;
  *) fail 'it starts with something else' ;;
esac
rest="${url#*://}"
rest="${rest%%\?*}"
authority="${rest%%/*}"
[[ $rest == */* ]] || fail 'it names no database'
[[ $authority == *@* ]] || fail 'it names no user'
login="${authority%@*}"
[[ $login == *:* ]] || fail 'it holds no password'

POSTGRES_USER="$(decode "${login%%:*}")"
POSTGRES_PASSWORD="$(decode "${login#*:}")"
POSTGRES_DB="$(decode "${rest#*/}")"
[[ -n $POSTGRES_USER && -n $POSTGRES_PASSWORD && -n $POSTGRES_DB ]] || fail 'user, password or database is empty'
export POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB
unset POSTGRES_URL

settings=()
while IFS= read -r line; do
  if [[ -n $line ]]; then settings+=(-c "$line"); fi
done <"$(dirname "${BASH_SOURCE[0]}")/settings"

exec docker-entrypoint.sh postgres "${settings[@]}"
