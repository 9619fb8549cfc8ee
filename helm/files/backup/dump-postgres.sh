#!/usr/bin/env bash
# Dumps the database of POSTGRES_URL in PostgreSQL's custom format, with a checksum, into WORK_DIR.
set -euo pipefail
work="${WORK_DIR:?WORK_DIR is not set}"
name="somamemory-$(date -u +%Y%m%dT%H%M%SZ).dump"
cd "$work"
pg_dump --format=custom --no-owner --no-privileges --file="$name.part" --dbname="${POSTGRES_URL:?POSTGRES_URL is not set}"
# A dump whose table of contents cannot be read is none.
pg_restore --list "$name.part" >/dev/null
mv "$name.part" "$name"
sha256sum "$name" >"$name.sha256"
echo "dumped $name, $(wc -c <"$name") bytes"
