#!/usr/bin/env bash
# with-postgres.sh COMMAND…: runs the command beside a PostgreSQL server of its own, made in a
# temporary folder and removed after. LANCAR_TEST_POSTGRES tells the command where it is.
# With DURABLE=1 the server really waits for the disk (benchmarks); else it does not (tests).
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
dir=$(mktemp -d)
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
  chown postgres "$dir"
  as() { su postgres -s /bin/sh -c "$(printf '%q ' "$@")"; }
fi
stop() {
  as "$bin/pg_ctl" -D "$dir/data" -m immediate -s stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT

port=$(( 20000 + $$ % 20000 ))
as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C >/dev/null
options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=200"
[ "${DURABLE:-}" = 1 ] || options="$options -c fsync=off"
as "$bin/pg_ctl" -D "$dir/data" -w -s -l "$dir/log" -o "$options" start || { cat "$dir/log"; exit 1; }

export LANCAR_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
export PGBIN="$bin"
"$@"
