#!/bin/sh
# Copies what the service needs at run time, beside its packages, from a built repository into a folder.
set -eu

if [ "$#" -ne 1 ] || [ "${1#-}" != "$1" ]; then
  echo 'usage: collect-runtime.sh FOLDER   (in the root of a built repository)' >&2
  exit 2
fi
target="$1"
[ -f apps/api/dist/main.js ] || { echo 'collect-runtime.sh: build first: apps/api/dist/main.js is missing' >&2; exit 1; }

mkdir -p "$target"
# Types, maps and suites are for developers.
find apps libs migrations -path '*/node_modules' -prune -o -path '*/dist/*' -type f -name '*.js' \
  ! -path '*/dist/testing/*' -exec cp --parents {} "$target/" ';'
for folder in schemas proto; do
  if [ -d "$folder" ]; then cp -R "$folder" "$target/"; fi
done
mkdir -p "$target/docker"
cp docker/entrypoint.sh docker/healthcheck.sh docker/wait-for-dependencies.mjs "$target/docker/"
cp LICENSE "$target/"
