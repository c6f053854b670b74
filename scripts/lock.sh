#!/usr/bin/env bash
# Writes requirements.txt and requirements-dev.txt from pyproject.toml: every version pinned, every file hashed,
# for every platform and Python from 3.11 on, and no address of a package index.
#
#   scripts/lock.sh             keep the locked versions, add and remove what pyproject.toml asks for
#   scripts/lock.sh --upgrade   take the newest versions
#   scripts/lock.sh --dry-run   show what would change, write nothing
#
# The locker (uv) lives in a throw-away environment: nobody needs it to run, test or develop the project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/venv.sh

options=(--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet)
dry_run=false
for argument in "$@"; do
    case "$argument" in
        --upgrade) options+=(--upgrade) ;;
        --dry-run) dry_run=true ;;
        *) die "usage: scripts/lock.sh [--upgrade] [--dry-run]" ;;
    esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$(find_python)" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet uv

for lock in requirements.txt requirements-dev.txt; do
    [ ! -f "$lock" ] || cp "$lock" "$work/$lock"
done
# What builds the project is locked too, so that the editable install needs no build environment and no network.
sed -n 's/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml >"$work/build.in"
[ -s "$work/build.in" ] || die "pyproject.toml: no one-line 'requires' under [build-system]"

compile() { "$work/venv/bin/uv" pip compile "${options[@]}" "$@" >/dev/null; }
compile -o "$work/requirements.txt" pyproject.toml "$work/build.in"
compile -o "$work/requirements-dev.txt" -c "$work/requirements.txt" --extra dev pyproject.toml "$work/build.in"

for lock in requirements.txt requirements-dev.txt; do
    if $dry_run; then
        diff -u "$lock" "$work/$lock" | grep -E '^[+-][a-z]' || true
    else
        cp "$work/$lock" "$lock"
    fi
done
