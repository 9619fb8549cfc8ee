#!/bin/sh
# Runs a role from the mounted repository and restarts it on every change. The api also compiles what changed, for both.
#   develop.sh api | consumer
set -eu
usage='usage: develop.sh api|consumer'
case "${1:-}" in
  -h | --help)
    sed -n '2,3s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
  api | consumer) role="$1" ;;
  *)
    echo "$usage" >&2
    exit 2
    ;;
esac
[ "$#" -eq 1 ] || { echo "$usage" >&2; exit 2; }
cd "$(dirname -- "$0")/.."
export HOME=/tmp
if [ "$role" = api ]; then
  node scripts/prepare.mjs
  node node_modules/typescript/bin/tsc -b
  node node_modules/typescript/bin/tsc -b --watch --preserveWatchOutput &
fi
exec node --watch --watch-preserve-output "apps/$role/dist/main.js"
