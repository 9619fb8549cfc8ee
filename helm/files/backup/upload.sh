#!/bin/sh
# Copies WORK_DIR to STORE_PATH, compares the copy, and only then deletes what is older than RETENTION_DAYS.
# STORE_PATH is a path of rclone, such as store:bucket/postgres; the remote is configured by RCLONE_CONFIG_* variables.
set -eu
: "${WORK_DIR:?}" "${STORE_PATH:?}" "${RETENTION_DAYS:?}" "${BACKUP_NAME:?}"
rclone copy "$WORK_DIR" "$STORE_PATH"
rclone check --one-way "$WORK_DIR" "$STORE_PATH"
rclone delete --min-age "${RETENTION_DAYS}d" "$STORE_PATH"
rclone rmdirs --leave-root "$STORE_PATH"
bytes=$(($(du -sk "$WORK_DIR" | cut -f 1) * 1024))
echo "stored $bytes bytes at $STORE_PATH"
if [ -n "${PUSHGATEWAY_URL:-}" ]; then
  metrics="# TYPE soma_backup_last_success_timestamp_seconds gauge
soma_backup_last_success_timestamp_seconds $(date +%s)
# TYPE soma_backup_size_bytes gauge
soma_backup_size_bytes $bytes
"
  wget -q -O /dev/null --post-data "$metrics" "${PUSHGATEWAY_URL%/}/metrics/job/soma_backup/name/$BACKUP_NAME" ||
    echo "the backup is stored, but $PUSHGATEWAY_URL did not take its metrics" >&2
fi
