#!/usr/bin/env bash
# Restores the only dump in WORK_DIR into the database of POSTGRES_URL, in one transaction: all of it or nothing.
set -euo pipefail
cd "${WORK_DIR:?WORK_DIR is not set}"
dumps=(*.dump)
[[ ${#dumps[@]} -eq 1 && -f ${dumps[0]} ]] || { echo "expected one dump in $WORK_DIR, found: ${dumps[*]}" >&2; exit 1; }
sha256sum --check --strict "${dumps[0]}.sha256"
pg_restore --clean --if-exists --no-owner --no-privileges --single-transaction --exit-on-error \
  --dbname="${POSTGRES_URL:?POSTGRES_URL is not set}" "${dumps[0]}"
echo "restored ${dumps[0]}"
