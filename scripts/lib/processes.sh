# shellcheck shell=bash
# Sourced by the start scripts, after venv.sh: processes beside the one in the foreground. All end together.

beside=()

# start_beside COMMAND...: runs it in the background until this script ends; it gets TERM then, as the trap says.
start_beside() {
    "$@" &
    beside+=($!)
    trap stop_all TERM INT
    trap 'kill -TERM "${beside[@]}" 2>/dev/null || true; wait' EXIT
}

# For traps on TERM and INT: ends what runs in the foreground and beside it, all at once, and waits for them.
stop_all() {
    trap - EXIT
    kill -TERM "${beside[@]}" 2>/dev/null || true
    stop
}

# keep_running COMMAND...: starts it again whenever it ends, after a pause that grows from 1 s to 30 s while it does
# not last a minute. TERM ends both.
keep_running() {
    local pause=1 began
    trap - EXIT
    trap stop TERM INT
    while :; do
        began=$SECONDS
        step "$@" || true
        [ $((SECONDS - began)) -lt 60 ] || pause=1
        say "ended and is started again in $pause s: $*"
        step sleep "$pause"
        pause=$((pause < 15 ? pause * 2 : 30))
    done
}
