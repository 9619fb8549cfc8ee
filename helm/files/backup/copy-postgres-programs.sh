#!/usr/bin/env bash
# Copies pg_dump and pg_restore with their libraries to a folder, for a container of another image of the same Debian.
#   copy-postgres-programs.sh FOLDER
# The C library stays behind: the other image has its own. PG_MAJOR is set by the image of PostgreSQL.
set -euo pipefail
folder="${1:?usage: copy-postgres-programs.sh FOLDER}"
programs="/usr/lib/postgresql/${PG_MAJOR:?PG_MAJOR is not set}/bin"
mkdir -p "$folder/lib"
for program in pg_dump pg_restore; do
  cp "$programs/$program" "$folder/lib/$program"
  ldd "$programs/$program" | sed -n 's/^.* => \(\/[^ ]*\) .*/\1/p' | while read -r library; do
    case "${library##*/}" in
      libc.so.* | libm.so.* | libdl.so.* | librt.so.* | libpthread.so.* | libresolv.so.*) ;;
      *) cp --dereference "$library" "$folder/lib/" ;;
    esac
  done
  cat >"$folder/$program" <<SCRIPT
#!/bin/sh
folder="\$(dirname "\$0")"
LD_LIBRARY_PATH="\$folder/lib" exec "\$folder/lib/$program" "\$@"
SCRIPT
  chmod 0755 "$folder/$program" "$folder/lib/$program"
done
"$folder/pg_dump" --version
