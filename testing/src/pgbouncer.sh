#!/bin/sh
# Runs PgBouncer in transaction mode, in a temporary folder, for as long as standard input is open.
#
# It listens on a Unix socket in that folder and accepts everyone, as the PostgreSQL of postgres.sh does.
#
# $1: the folder of PostgreSQL's socket. $2: further lines of the configuration.
set -eu
trap '' INT TERM HUP
PATH="$PATH:/usr/sbin"
folder=$(mktemp -d "${TMPDIR:-/tmp}/chorus-pgbouncer.XXXXXX")
cd "$folder"
cat >pgbouncer.ini <<INI
[databases]
* = host=$1
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $folder
auth_type = trust
auth_file = users
pool_mode = transaction
max_client_conn = 2000
server_idle_timeout = 5
$2
INI
echo '"chorus" ""' >users
pgbouncer -q pgbouncer.ini >log 2>&1 &
pgbouncer=$!
trap 'kill -KILL "$pgbouncer" 2>/dev/null || true; cd /; rm -rf "$folder"' EXIT
until [ -S .s.PGSQL.6432 ]; do
  kill -0 "$pgbouncer" 2>/dev/null || {
    echo "failed: $(tail -n 1 log)"
    exit 1
  }
  sleep 0.05
done
echo "$folder"
cat >/dev/null
