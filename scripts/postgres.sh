#!/bin/sh
# A throw-away PostgreSQL cluster on loopback for the tests: postgres.sh start|stop|url
# It runs as its own user (postgres when we are root), in a folder of its own under the temporary folder.
set -eu
cd "$(dirname "$0")/.."
tag=$(pwd | sha256sum | cut -c1-10)
home=${TMPDIR:-/tmp}/lingnan-postgres-$(id -u)-$tag

as_owner() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

binaries() {
    ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

start() {
    [ -n "$(binaries)" ] || sh scripts/need.sh /nonexistent postgresql
    bin=$(binaries)
    if [ -f "$home/port" ] && as_owner "$bin/pg_isready" -q -h 127.0.0.1 -p "$(cat "$home/port")"; then
        return
    fi
    rm -rf "$home"
    mkdir -p "$home"
    [ "$(id -u)" = 0 ] && chown postgres "$home"
    as_owner "$bin/initdb" -D "$home/data" -U lingnan -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    as_owner "$bin/pg_ctl" -D "$home/data" -l "$home/log" -w -s start -o \
        "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home -c max_connections=100 -c shared_buffers=256MB ${POSTGRES_OPTIONS:--c fsync=off}"
    echo "$port" > "$home/port"
    as_owner "$bin/createdb" -h 127.0.0.1 -p "$port" -U lingnan lingnan
}

case "${1:-}" in
start) start ;;
stop)
    [ -f "$home/port" ] || exit 0
    as_owner "$(binaries)/pg_ctl" -D "$home/data" -m fast -w -s stop || true
    rm -rf "$home"
    ;;
url)
    echo "postgresql://lingnan@127.0.0.1:$(cat "$home/port")/lingnan"
    ;;
*)
    echo "usage: postgres.sh start|stop|url" >&2
    exit 2
    ;;
esac
