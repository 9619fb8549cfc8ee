#!/usr/bin/env bash
# Starts PostgreSQL with the role, password and database of POSTGRES_URL, so that server and clients cannot disagree.
# The role owns its database and is no superuser: that is postgres, without a password that anybody knows, through the socket only.
#   start-postgres.sh [arguments of postgres]
# Settings are also the lines `name=value` of the file `settings` beside this script, where there is one.
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

SOMA_ROLE="$(decode "${login%%:*}")"
SOMA_PASSWORD="$(decode "${login#*:}")"
SOMA_DATABASE="$(decode "${rest#*/}")"
[[ -n $SOMA_ROLE && -n $SOMA_PASSWORD && -n $SOMA_DATABASE ]] || fail 'user, password or database is empty'
unset POSTGRES_URL
folder="$(dirname "${BASH_SOURCE[0]}")"

# Compose starts as root, the chart as the user of the data.
as_postgres() { if [[ $(id -u) == 0 ]]; then gosu postgres "$@"; else "$@"; fi; }

# Makes the role in a cluster that exists, while nobody can connect.
prepare_cluster() {
  local socket
  socket="$(as_postgres mktemp -d)"
  as_postgres pg_ctl --pgdata "$PGDATA" --wait --timeout 3600 --silent --log "$socket/log" \
    --options "-c listen_addresses='' -c unix_socket_directories='$socket' -c ssl=off" start || { cat "$socket/log" >&2; exit 1; }
  if as_postgres psql --no-psqlrc --host "$socket" --username postgres --dbname postgres --command 'SELECT 1' >/dev/null; then
    PGHOST="$socket" as_postgres bash "$folder/own-role.sh"
  else
    echo "this cluster was made with another superuser than postgres: it stays as it is" >&2
  fi
  as_postgres pg_ctl --pgdata "$PGDATA" --wait --silent --mode fast stop
  rm -rf "$socket"
}

if [[ $SOMA_ROLE == postgres ]]; then
  echo 'POSTGRES_URL makes the service a superuser: name another role in it, such as soma, and restart PostgreSQL' >&2
  export POSTGRES_USER="$SOMA_ROLE" POSTGRES_PASSWORD="$SOMA_PASSWORD" POSTGRES_DB="$SOMA_DATABASE"
else
  POSTGRES_PASSWORD="$(head -c 24 /dev/urandom | base64)"
  export SOMA_ROLE SOMA_PASSWORD SOMA_DATABASE POSTGRES_USER=postgres POSTGRES_PASSWORD POSTGRES_DB=postgres
  # An empty one is made by the image, which runs own-role.sh from /docker-entrypoint-initdb.d.
  if [[ -s ${PGDATA:?PGDATA is not set}/PG_VERSION ]]; then prepare_cluster; fi
fi

settings=()
if [[ -f $folder/settings ]]; then
  while IFS= read -r line; do
    if [[ -n $line ]]; then settings+=(-c "$line"); fi
  done <"$folder/settings"
fi

exec docker-entrypoint.sh postgres "${settings[@]}" "$@"
