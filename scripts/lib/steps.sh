# shellcheck shell=bash
# Sourced by scripts/test.sh: the kinds of step. Each counts what passed and failed; `conclude` says it last.

passed=0 failed=0 skipped=0 need_data=0
LIMIT_OF_A_LONG_PART_S=480
RESULTS=benchmarks/results/full

# run_clean [NAME=VALUE...] COMMAND...: a command of the virtual environment, which sees nothing of what the
# caller's shell says about an instance, so that no test can act on an operator's data. It gets INT when the
# shell that started it ends: pytest then ends what its fixtures started.
run_clean() {
    local name forget=()
    while IFS= read -r name; do forget+=(-u "$name"); done < <(sed -nE 's/^#?([A-Z][A-Z0-9_]+)=.*/\1/p' .env.optimized)
    setpriv --pdeathsig INT env --default-signal=INT "${forget[@]}" \
        PATH="$(realpath "$VENV")/bin:$PATH:/usr/sbin" TALENTSPHERE_HOME="$WORK/home" "$@" </dev/null
}

on_sqlite() { run_clean env -u TEST_DATABASE_URL "$@"; }
on_postgres() { run_clean "$@"; }

# gate NAME COMMAND...: counts as one test; its output is shown when it fails.
gate() {
    local name=$1 started=$SECONDS
    shift
    if step run_clean "$@" >"$WORK/gate.log" 2>&1; then
        passed=$((passed + 1))
        printf 'ok    %-28s %3d s\n' "$name" $((SECONDS - started))
    else
        failed=$((failed + 1))
        printf 'FAIL  %-28s %3d s\n' "$name" $((SECONDS - started))
        cat "$WORK/gate.log"
    fi
}

# suite NAME COMMAND...: a run of pytest, whose closing line is counted.
suite() {
    local name=$1 status=0
    shift
    printf '\n== %s ==\n' "$name"
    step logged "$WORK/suite.log" "$@" -rs || status=$?
    count_closing_line "$WORK/suite.log" "$status"
}

logged() {
    local log=$1
    shift
    "$@" 2>&1 | tee "$log"
}

# A run that broke off without failing tests (no tests, a usage error, a crash, no closing line) is one failure.
count_closing_line() {
    local closing failures
    closing=$(grep -E ' in [0-9.]+s' "$1" | tail -1 || true)
    failures=$(($(figure "$closing" failed) + $(figure "$closing" 'errors?')))
    if [ "$failures" -eq 0 ] && { [ "$2" -ne 0 ] || [ -z "$closing" ]; }; then failures=1; fi
    passed=$((passed + $(figure "$closing" passed)))
    failed=$((failed + failures))
    skipped=$((skipped + $(figure "$closing" skipped)))
    need_data=$((need_data + $(sed -nE 's/^SKIPPED \[([0-9]+)\].*TALENTSPHERE_TEST_DATA.*/\1/p' "$1" | paste -sd+ | grep . || echo 0)))
}

# figure LINE WORD: the number before WORD, or 0.
figure() { grep -oE "[0-9]+ $2" <<<"$1" | grep -oE '^[0-9]+' || echo 0; }

# full [NAME...]: each file with tests marked `full`, once for each database; server tests and drills once (a drill
# names its databases itself).
full() {
    local file files=() chosen=()
    mapfile -t files < <(on_sqlite pytest --collect-only -m full | sed -n 's/::.*//p' | sort -u)
    [ "${#files[@]}" -gt 0 ] || die "no test is marked full"
    mkdir -p "$RESULTS"
    for file in "${files[@]}"; do
        if is_wanted "$file" "$@"; then chosen+=("$file"); fi
    done
    if [ "${#chosen[@]}" -eq 0 ]; then
        long_part "chosen" on_sqlite -k "$*"
        return
    fi
    for file in "${chosen[@]}"; do
        long_part "$(basename "$file" .py).sqlite" on_sqlite "$file"
        case "$file" in tests/server/* | tests/drills/*) continue ;; esac
        long_part "$(basename "$file" .py).postgresql" on_postgres "$file"
    done
}

# is_wanted FILE [NAME...]: true without names, or when one of them is part of FILE.
is_wanted() {
    local file=$1 name
    shift
    [ $# -gt 0 ] || return 0
    for name in "$@"; do
        case "$file" in *"$name"*) return 0 ;; esac
    done
    return 1
}

# long_part NAME DATABASE ARGUMENT...: keeps what pytest said, with the machine that it ran on.
long_part() {
    local name=$1 database=$2
    shift 2
    suite "$name" "$database" timeout --foreground --signal=INT --kill-after=20 "$LIMIT_OF_A_LONG_PART_S" \
        pytest -m full -s --durations=10 "$@"
    { describe_machine && sed "s|$PWD/||g" "$WORK/suite.log"; } >"$RESULTS/$name.txt"
}

describe_machine() {
    printf 'commit %s, %s\n' "$(git describe --always --dirty)" "$(date -u +%Y-%m-%d)"
    printf '%s, %s cores, %s MiB\n\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
        "$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)"
}

# The last lines: what is needed for the tests that could not run, and the counts.
conclude() {
    local line="total: $passed passed, $failed failed"
    [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
    printf '\n%s\n' "$line"
    [ "$need_data" -eq 0 ] || printf '%s tests need the real data: set TALENTSPHERE_TEST_DATA to its folder\n' "$need_data"
    [ "$failed" -eq 0 ]
}
