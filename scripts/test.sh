#!/usr/bin/env bash
# Runs everything that CI runs: the gates, then the tests once on SQLite and once on PostgreSQL. Makes or reuses
# VENV (.venv); brings up PostgreSQL, Redis and nginx by itself (scripts/lib/services.sh) below a temporary
# folder and ends them. Under CI=true, missing real data (TALENTSPHERE_TEST_DATA) is a failure.
#
#   scripts/test.sh                  everything CI runs, a few minutes
#   scripts/test.sh --full           the long parts, each at most 8 minutes; writes benchmarks/results/full/
#   scripts/test.sh --full NAME...   only those: a test file, a part of its name, or a -k expression
#   scripts/test.sh --dry-run        names the steps
#
# TEST_DATABASE_URL and TEST_REDIS_URL, when given, are used instead of throw-away servers.
set -euo pipefail
[ -z "${VENV:-}" ] || VENV=$(realpath -m "$VENV")
[ -z "${TALENTSPHERE_TEST_DATA:-}" ] || TALENTSPHERE_TEST_DATA=$(realpath -m "$TALENTSPHERE_TEST_DATA")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/venv.sh
source scripts/lib/services.sh
source scripts/lib/steps.sh

gates() {
    gate "ruff format" ruff format --check --quiet .
    gate "ruff check" ruff check --quiet .
    gate "mypy --strict" mypy --strict src
    gate "directions of imports" lint-imports
    gate "bandit" bandit --quiet --recursive --configfile pyproject.toml src
}

# Two at a time, as each test has a database of its own; those marked server measure times and start
# processes, so they run once and alone. A test that hangs is ended, with the stacks of its threads, and has failed.
tests() {
    local limits=(-o faulthandler_timeout=300 -o faulthandler_exit_on_timeout=true --durations=12 --durations-min=8)
    suite "SQLite" on_sqlite pytest "${limits[@]}" -n 2 -m "not full and not server"
    suite "PostgreSQL" on_postgres pytest "${limits[@]}" -n 2 -m "not full and not server and not once"
    suite "server" on_sqlite pytest "${limits[@]}" -m "server and not full"
}

case "${1:-}" in
    "") parts="gates tests" ;;
    --full) shift && parts="full" ;;
    --dry-run)
        sed -nE 's/^    (gate|suite) "([^"]*)" (.*)/\1 \2: \3/p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *) die "usage: scripts/test.sh [--full [NAME...]] [--dry-run]" ;;
esac

# Below /tmp, as the path of a socket must be short.
WORK=$(TMPDIR=/tmp mktemp -d)
chmod 0711 "$WORK"
trap 'stop_services; rm -rf "$WORK"' EXIT
trap stop TERM INT

install_locked requirements-dev.txt
start_postgres
start_redis
ensure_nginx
for part in $parts; do "$part" "$@"; done
conclude
