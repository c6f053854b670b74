#!/usr/bin/env bash
# Starts the whole product on this machine with nothing but Python 3.11: SQLite, the bundled sample of real
# jobs, gunicorn on HOST:PORT (127.0.0.1:5001), and beside it the worker that does what happens later. Makes or
# reuses the virtual environment VENV (.venv), writes only there and into TALENTSPHERE_HOME (./var). Runs in the
# foreground; TERM or Ctrl-C ends everything. A worker that crashes is started again.
#
#   scripts/start_dev_optimized.sh
#   PORT=8000 TALENTSPHERE_HOME=/srv/jobs WORKERS=4 scripts/start_dev_optimized.sh
#   scripts/start_dev_optimized.sh --dry-run      says what it would do
#
# Every variable of .env.optimized is honoured. The second start installs nothing and asks no network.
set -euo pipefail

# Relative paths are the caller's.
[ -z "${VENV:-}" ] || VENV=$(realpath -m "$VENV")
[ -z "${TALENTSPHERE_HOME:-}" ] || TALENTSPHERE_HOME=$(realpath -m "$TALENTSPHERE_HOME")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/venv.sh
source scripts/lib/processes.sh
export TALENTSPHERE_ENV=${TALENTSPHERE_ENV:-development}

case "${1:-}" in
    "") ;;
    --dry-run)
        is_installed requirements.txt || say "would install requirements.txt into $VENV"
        say "would migrate and, when it is empty, fill the instance in ${TALENTSPHERE_HOME:-./var}"
        say "would serve on ${HOST:-127.0.0.1}:${PORT:-5001}, and work tasks off beside it"
        exit 0
        ;;
    *) die "usage: scripts/start_dev_optimized.sh [--dry-run]" ;;
esac

trap stop TERM INT
install_locked requirements.txt
step "$VENV/bin/talentsphere" prepare --sample
# Requests come first.
start_beside keep_running nice -n 5 "$VENV/bin/talentsphere" worker
step "$VENV/bin/talentsphere" serve
