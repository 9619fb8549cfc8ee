#!/usr/bin/env bash
# Restores the newest backups in place of what the stores hold, and proves that truth, ledger and vectors agree.
# Stop every api and consumer process first. Run against a copy of production it is the disaster recovery drill.
set -euo pipefail
usage() {
  cat <<'TEXT'
usage: restore_drill.sh [--reset] --yes

Reads the environment of the service, and SOMA_BACKUP_TARGET for where the backups are.
  --reset  first delete everything that PostgreSQL and Qdrant hold, as after the loss of both
  --yes    really replace what the stores hold
Steps: check the backups, (reset), restore PostgreSQL, restore Qdrant, replay the events that Kafka still has,
rebuild what the snapshot lacks, soma verify. Ends with the first step that fails.
TEXT
}
reset=false yes=false
for argument in "$@"; do
  case "$argument" in
    --reset) reset=true ;;
    --yes) yes=true ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done
[[ $yes == true ]] || { usage >&2 && exit 2; }
: "${POSTGRES_URL:?set POSTGRES_URL}" "${SOMA_BACKUP_TARGET:?set SOMA_BACKUP_TARGET}"

cd "$(dirname "$0")/.."
if [[ ! -f apps/cli/dist/main.js ]]; then
  echo 'restore_drill.sh: soma is not built here: run make build first' >&2
  exit 1
fi
soma() { node apps/cli/dist/main.js "$@"; }
step() { printf '\n== %s\n' "$*"; }
has_qdrant=false
[[ -n ${QDRANT_URL:-}${QDRANT_HOST:-} ]] && has_qdrant=true

step 'checking the backups'
soma backup check postgres
if $has_qdrant; then soma backup check qdrant; fi

if $reset; then
  step 'deleting what the stores hold'
  soma backup reset postgres --yes
  if $has_qdrant; then soma backup reset qdrant --yes; fi
fi

step 'restoring PostgreSQL'
soma backup restore postgres --yes
if $has_qdrant; then
  step 'restoring Qdrant'
  soma backup restore qdrant --yes
fi
# The same that the chart runs between its restores and the first writer.
bash helm/files/scripts/finish-restore.sh
printf '\nrestored and verified in %d s\n' "$SECONDS"
