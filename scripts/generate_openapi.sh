#!/usr/bin/env bash
# Writes docs/openapi.json from the routes; with --check only says whether it is up to date.
#   generate_openapi.sh [--check]
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh

case "${1:-}" in
  -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
  '' | --check) [ "$#" -le 1 ] || refuse 'too many arguments' ;;
  *) refuse "unknown argument '$1'" ;;
esac
need node npm
node scripts/prepare.mjs
npm run --silent build
exec node scripts/generate-openapi.mjs "$@"
