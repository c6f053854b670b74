# shellcheck shell=bash
# Sourced by scripts/test.sh: throw-away PostgreSQL and Redis below WORK, and nginx. Each is what the environment
# names, else what is installed, else installed now (as root or through sudo), else a sentence says what is missing.
# The servers are children of the shell and get TERM when it ends, however it ends; nothing else is touched.

install_packages() {
    local as_root=()
    command -v apt-get >/dev/null || die "install $* by hand: this system has no apt-get"
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || die "$* is missing: install it, or run this as root or with sudo"
        as_root=(sudo -n)
    fi
    say "installing $*"
    "${as_root[@]}" apt-get update -qq </dev/null >"$WORK/apt.log" 2>&1 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
        </dev/null >>"$WORK/apt.log" 2>&1 || {
        tail -5 "$WORK/apt.log" >&2
        die "could not install $*"
    }
}

# The folder of initdb and postgres; Debian keeps them off the PATH.
find_postgres() {
    local initdb
    for initdb in $(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -Vr) "$(command -v initdb || true)"; do
        if [ -x "$initdb" ] && [ -x "$(dirname "$initdb")/postgres" ]; then
            dirname "$initdb"
            return
        fi
    done
    return 1
}

# PostgreSQL refuses to run as root: then these words before a command make it another user's. setpriv asks no login.
set_unprivileged() {
    unprivileged=()
    [ "$(id -u)" -eq 0 ] || return 0
    local user=nobody
    ! id postgres >/dev/null 2>&1 || user=postgres
    unprivileged=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups)
    chown "$user" "$1"
}

# wait_for SECONDS COMMAND...
wait_for() {
    local tries=$(($1 * 20))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.05
    done
}

free_port() {
    "$VENV/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_postgres() {
    [ -z "${TEST_DATABASE_URL:-}" ] || return 0
    find_postgres >/dev/null || install_packages postgresql
    local bin folder=$WORK/postgres
    bin=$(find_postgres) || die "PostgreSQL was installed, but its initdb is not where it was expected"
    mkdir -m 0711 "$folder"
    set_unprivileged "$folder"
    "${unprivileged[@]}" "$bin/initdb" -D "$folder/data" -U test -A trust -E UTF8 --locale=C --no-sync \
        >"$WORK/postgres.log" 2>&1 || die "initdb failed: $(tail -1 "$WORK/postgres.log")"
    # The data is thrown away, so nothing waits for the disk.
    "${unprivileged[@]}" setpriv --pdeathsig INT "$bin/postgres" -D "$folder/data" -k "$folder" \
        -c listen_addresses= -c max_connections=200 -c fsync=off -c synchronous_commit=off \
        -c full_page_writes=off </dev/null >>"$WORK/postgres.log" 2>&1 &
    services+=($!)
    wait_for 30 "$bin/psql" -h "$folder" -U test -d postgres -c '' ||
        die "PostgreSQL did not start: $(tail -3 "$WORK/postgres.log")"
    "$bin/createdb" -h "$folder" -U test test
    export TEST_DATABASE_URL="postgresql+psycopg2://test@/test?host=$folder"
}

start_redis() {
    [ -z "${TEST_REDIS_URL:-}" ] || return 0
    command -v redis-server >/dev/null || install_packages redis-server
    local port
    port=$(free_port)
    mkdir "$WORK/redis"
    setpriv --pdeathsig TERM redis-server "$PWD/redis.conf" --port "$port" --dir "$WORK/redis" \
        </dev/null >"$WORK/redis.log" 2>&1 &
    services+=($!)
    wait_for 10 redis-cli -p "$port" ping || die "Redis did not start: $(tail -3 "$WORK/redis.log")"
    export TEST_REDIS_URL="redis://127.0.0.1:$port/0"
}

ensure_nginx() {
    PATH=$PATH:/usr/sbin command -v nginx >/dev/null || install_packages nginx-light
}

services=()
stop_services() {
    [ "${#services[@]}" -eq 0 ] || kill -INT "${services[@]}" 2>/dev/null || true
    wait "${services[@]}" 2>/dev/null || true
}
