# shellcheck shell=bash
# Sourced by the scripts: makes or reuses the virtual environment VENV (default .venv) of this checkout.
# Callers are in the repository's root, with `set -euo pipefail`.

VENV=${VENV:-.venv}

say() { printf '%s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}

# step COMMAND...: runs it in the background and waits, so that a trap is answered at once and not when it ends.
child=
step() {
    local status=0
    "$@" &
    child=$!
    wait "$child" || status=$?
    child=
    return "$status"
}

# For traps on TERM and INT: ends the running step, then this script.
stop() {
    trap - TERM INT
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
    wait
    exit 143
}

# Prints the first Python that is new enough.
find_python() {
    local candidate
    for candidate in python3.11 python3.12 python3.13 python3.14 python3; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    die "Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv)"
}

# make_venv: an empty virtual environment, unless there is one whose interpreter still exists.
make_venv() {
    [ -x "$VENV/bin/python" ] && [ -x "$VENV/bin/pip" ] && return
    local python
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        die "$python has no venv module (Debian: apt-get install python3-venv)"
    # Only what is a virtual environment already may be emptied.
    [ -f "$VENV/pyvenv.cfg" ] || [ -z "$(ls -A "$VENV" 2>/dev/null)" ] || die "VENV=$VENV is not a virtual environment"
    say "making the virtual environment $VENV with $python"
    step "$python" -m venv --clear "$VENV"
}

# What an installation depends on: the lock, the package's metadata and where the checkout is.
fingerprint() { { cat "$1" pyproject.toml && pwd; } | sha256sum | cut -d' ' -f1; }

is_installed() { [ "$(cat "$VENV/.installed-$1" 2>/dev/null)" = "$(fingerprint "$1")" ]; }

mark_installed() { fingerprint "$1" >"$VENV/.installed-$1"; }

# install_locked FILE: the environment holds what FILE locks and this checkout, editable. Asks no registry when
# it already does. requirements-dev.txt holds all of requirements.txt, so it serves for both.
install_locked() {
    local lock=$1
    if [ -x "$VENV/bin/python" ] && is_installed "$lock"; then return; fi
    make_venv
    say "installing $lock into $VENV"
    step "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
    step "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
    # Where PYTHONDONTWRITEBYTECODE is set, every start would compile the project again: half a second.
    step "$VENV/bin/python" -m compileall -q src
    mark_installed "$lock"
    if [ "$lock" = requirements-dev.txt ]; then mark_installed requirements.txt; fi
}
