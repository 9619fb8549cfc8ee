#!/usr/bin/env bash
# What a restore still lacks, before the first writer starts: the events that the brokers have from after the backup, and what
# the indexes lack. Reads the environment of the service. Ends with the first step that fails; it may be repeated.
set -euo pipefail
soma() { node apps/cli/dist/main.js "$@"; }
step() { printf '\n== %s\n' "$*"; }

eventing="${EVENTING_ENABLED:-true}"
if [[ -n ${KAFKA_BOOTSTRAP_SERVERS:-} && ! ${eventing,,} =~ ^(false|0|no|off)$ ]]; then
  step 'replaying the events that the brokers still have'
  soma replay
fi
# Nobody else is at work: whatever is not indexed now would stay so.
step 'rebuilding what the indexes lack'
soma verify --repair --max-pending-seconds 0
step 'verifying'
soma verify --max-pending-seconds 0
