#!/usr/bin/env bash
# Installs what is missing, builds what changed, and becomes the service, or the app that is named.
#   run.sh [api|consumer]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib/common.sh

case "${1:-api}" in
  -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
  api | consumer) [ "$#" -le 1 ] || refuse 'too many arguments' ;;
  *) refuse "unknown app '$1'" ;;
esac
command -v node >/dev/null || { echo 'SomaFractalMemory needs Node 20.19 or newer (https://nodejs.org).' >&2; exit 1; }

app=${1:-api}
node scripts/prepare.mjs
[ -f "apps/$app/dist/main.js" ] || echo 'Building …' >&2
node node_modules/typescript/bin/tsc -b
exec node "apps/$app/dist/main.js"
