#!/bin/sh
# Run in an image of PostgreSQL: copies pg_dump and pg_restore to FOLDER/bin and their client library to FOLDER/lib. What else
# they are linked to comes from the packages of an image of the same Debian. PG_MAJOR is set by the image of PostgreSQL.
set -eu

if [ "$#" -ne 1 ] || [ "${1#-}" != "$1" ]; then
  echo 'usage: collect-postgres-programs.sh FOLDER   (PG_MAJOR says of which version)' >&2
  exit 2
fi
target="$1"
programs="/usr/lib/postgresql/${PG_MAJOR:?PG_MAJOR is not set}/bin"

mkdir -p "$target/bin" "$target/lib"
cp "$programs/pg_dump" "$programs/pg_restore" "$target/bin/"
library="$(ldd "$programs/pg_dump" | sed -n 's/^[[:space:]]*libpq\.so\.5 => \(\/[^ ]*\) .*/\1/p')"
[ -n "$library" ] || { echo "collect-postgres-programs.sh: $programs/pg_dump is not linked to libpq.so.5" >&2; exit 1; }
cp --dereference "$library" "$target/lib/libpq.so.5"
