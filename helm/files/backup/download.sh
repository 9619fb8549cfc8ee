#!/bin/sh
# Copies one backup from STORE_PATH to WORK_DIR: OBJECT, or the newest when OBJECT is empty. Names carry their time.
set -eu
: "${WORK_DIR:?}" "${STORE_PATH:?}" "${KIND:?}"
object="${OBJECT:-}"
case "$KIND" in
  file)
    [ -n "$object" ] || object="$(rclone lsf --files-only --include '*.dump' "$STORE_PATH" | sort | tail -n 1)"
    [ -n "$object" ] || { echo "no backup at $STORE_PATH" >&2; exit 1; }
    rclone copy --include "/$object" --include "/$object.sha256" "$STORE_PATH" "$WORK_DIR"
    [ -f "$WORK_DIR/$object" ] || { echo "no $object at $STORE_PATH" >&2; exit 1; }
    ;;
  folder)
    [ -n "$object" ] || object="$(rclone lsf --dirs-only "$STORE_PATH" | sort | tail -n 1)"
    object="${object%/}"
    [ -n "$object" ] || { echo "no backup at $STORE_PATH" >&2; exit 1; }
    rclone copy "$STORE_PATH/$object" "$WORK_DIR"
    ;;
  *)
    echo "KIND must be file or folder" >&2
    exit 2
    ;;
esac
echo "copied $object"
