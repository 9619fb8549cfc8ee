#!/usr/bin/env bash
# Looks for known, mended weaknesses (high and critical) in the production image and in the server images of docker-compose.yml.
#   scan_images.sh [IMAGE...]
# Uses the trivy on PATH, else its container. Of other people's images it looks at the packages of the system: their programs are
# renewed by newer images alone. Names every image with a finding, and ends with 1 when there is one.
set -euo pipefail
cd "$(dirname -- "$0")/.."
. scripts/lib/common.sh

case "${1:-}" in
  -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
  -*) refuse "unknown argument '$1'" ;;
esac
TRIVY_IMAGE=aquasec/trivy:0.69.3@sha256:bcc376de8d77cfe086a917230e818dc9f8528e3c852f7b1aff648949b6258d1c
ours="${RUNTIME_IMAGE:-somafractalmemory-runtime:local}"
images=("$@")
if (($# == 0)); then
  mapfile -t images < <(echo "$ours"; sed -n 's/^ *image: \([^ ]*@sha256:.*\)$/\1/p' docker-compose.yml | sort -u)
fi

if command -v trivy >/dev/null 2>&1; then
  trivy_image() { trivy image "$@"; }
else
  need docker
  cache="${XDG_CACHE_HOME:-$HOME/.cache}/trivy"
  mkdir -p "$cache"
  trivy_image() {
    docker run --rm --volume /var/run/docker.sock:/var/run/docker.sock --volume "$cache:/root/.cache/trivy" "$TRIVY_IMAGE" image "$@"
  }
fi

failed=()
for image in "${images[@]}"; do
  say "$image"
  kinds=os
  [ "$image" != "$ours" ] || kinds=os,library
  trivy_image --quiet --scanners vuln --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 --pkg-types "$kinds" "$image" \
    || failed+=("$image")
done
((${#failed[@]} == 0)) || die "weaknesses that are mended elsewhere: ${failed[*]}"
