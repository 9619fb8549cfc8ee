#!/usr/bin/env bash
# Builds the documentation site into site/, or serves it while it is being written; prepare only installs what builds it.
set -euo pipefail
usage() { echo "usage: ${0##*/} build|serve|prepare|--help   (needs Python 3.10 or newer; serves on http://127.0.0.1:8000)"; }
case "${1:-}" in
  build | serve | prepare) ;;
  -h | --help) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
esac
cd "$(dirname "$0")/.."
command -v python3 >/dev/null || { echo 'The documentation site needs Python 3.10 or newer (https://python.org).' >&2; exit 1; }

# One environment per list of packages, outside the repository.
sum="$(python3 -c 'import hashlib,sys; print(hashlib.sha256(open("docs/requirements.txt","rb").read()+sys.version.encode()).hexdigest()[:16])')"
venv="${XDG_CACHE_HOME:-$HOME/.cache}/somafractalmemory/docs-$sum"
if [[ ! -e "$venv/.complete" ]]; then
  echo 'Installing the site generator …' >&2
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r docs/requirements.txt
  touch "$venv/.complete"
fi
[[ $1 != prepare ]] || exit 0

# It warns about a successor of the generator on every run.
export NO_MKDOCS_2_WARNING=1
if [[ $1 == build ]]; then
  exec "$venv/bin/mkdocs" build --strict --quiet
fi
exec "$venv/bin/mkdocs" serve --strict
