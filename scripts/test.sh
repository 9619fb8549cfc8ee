#!/usr/bin/env bash
# Every check of the repository, one after the other, each of them even if an earlier one failed.
# At the end stands what failed and why, so that the last lines of a long output are enough to tell. The last line is the
# sum: `N passed, N failed, N skipped`; a check that is not Jest's counts as one test.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/lib/common.sh
case "${1:-}" in
  '') ;;
  -h | --help) show_help "scripts/${0##*/}"; exit 0 ;;
  *) refuse "unknown argument '$1'" ;;
esac
command -v node >/dev/null || { echo 'SomaFractalMemory needs Node 20.19 or newer (https://nodejs.org).' >&2; exit 1; }

passed=0 failed=0 skipped=0
failures=()
summary_lines=50 check_lines=12
scratch="$(mktemp -d "${TMPDIR:-/tmp}/sfm-test-XXXXXX")"
trap 'rm -rf "$scratch"' EXIT
counts="$scratch/counts" reasons="$scratch/reasons"
: >"$reasons"

finish() {
  if ((${#failures[@]} > 0)); then
    printf '\n== what failed\n'
    head -n "$summary_lines" "$reasons"
    if (($(wc -l <"$reasons") > summary_lines)); then printf '(more of it further up)\n'; fi
    (IFS=,; printf 'failed: %s\n' "${failures[*]}")
  fi
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  ((failed == 0)) && exit 0
  exit 1
}

check() { # name command...
  local name="$1"
  shift
  printf '\n== %s\n' "$name"
  if "$@" 2>&1 | tee "$scratch/output"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1)) failures+=("$name")
    { printf 'FAILED %s\n' "$name"; tail -n "$check_lines" "$scratch/output" | sed 's/^/    /'; } >>"$reasons"
    return 1
  fi
}

# Starts a check beside the next ones, each of which leaves a core idle; `check NAME outcome NAME` counts it.
beside() { # name command...
  local name="$1"
  shift
  { "$@" >"$scratch/$name" 2>&1; echo $? >"$scratch/$name.status"; } &
}

# shellcheck disable=SC2329 # `check` runs it
outcome() { # name
  cat "$scratch/$1"
  return "$(<"$scratch/$1.status")"
}

suite() { # name testMatch
  local name="$1" status=0 suite_passed=0 suite_failed=0 suite_skipped=0
  printf '\n== %s\n' "$name"
  : >"$counts"
  SFM_TEST_COUNTS="$counts" SFM_TEST_FAILURES="$reasons" SFM_TEST_TABLE=1 node --experimental-vm-modules --disable-warning=ExperimentalWarning \
    node_modules/jest/bin/jest.js --maxWorkers=2 --testMatch "$2" \
    --reporters=default --reporters='<rootDir>/scripts/jest-summary-reporter.mjs' || status=$?
  read -r suite_passed suite_failed suite_skipped <"$counts" || true
  # Jest can fail without a failed test: a crash, or a teardown that throws.
  if ((status != 0 && ${suite_failed:-0} == 0)); then
    suite_failed=1
    printf 'FAILED %s: Jest ended with status %d and no failed test\n' "$name" "$status" >>"$reasons"
  fi
  passed=$((passed + ${suite_passed:-0})) failed=$((failed + ${suite_failed:-0})) skipped=$((skipped + ${suite_skipped:-0}))
  if ((${suite_failed:-0} > 0)); then failures+=("$name"); fi
}

check install node scripts/prepare.mjs || finish
check build npm run --silent build
check 'servers for the tests' node scripts/dev-services.mjs prepare
check 'tools for the tests' node scripts/check-tools.mjs prepare
beside lint npm run --silent lint
check types npm run --silent typecheck
check drift npm run --silent drift
wait
check lint outcome lint
suite 'unit and contract tests' '**/*.spec.ts'
suite 'end-to-end tests' '**/*.e2e-spec.ts'
finish
