#!/bin/sh
# Runs a PostgreSQL server in a temporary folder for as long as standard input is open.
#
# The server listens on a Unix socket in that folder, so it needs no free port. Standard input takes one command a line
# (create NAME, stop, crash, start, standby, lead, promote); each is answered by one line. The end of input, also after the parent was
# killed, stops the server and removes the folder. `standby` starts a second server that replicates the first, with its socket
# in the folder `standby`; `lead` kills the first, and `promote` lets the second be written to. The link `current` leads to the
# folder of the one that is used.
#
# $1: the folder of PostgreSQL's programs. $2: fsync, on or off: without it a power cut loses data.
set -eu
trap '' INT TERM HUP
folder=$(mktemp -d "${TMPDIR:-/tmp}/chorus-postgres.XXXXXX")
cd "$folder"
end() {
  for data in data standby/data; do
    "$1/pg_ctl" stop --pgdata="$data" --mode=immediate >>log 2>&1 || true
  done
  cd /
  rm -rf "$folder"
}
trap 'end "$1"' EXIT

fsync=$2
start() {
  "$1/pg_ctl" start --wait --pgdata=data --log=log \
    --options="-k '$folder' -c listen_addresses= -c fsync=$fsync -c max_connections=400" >>log 2>&1 </dev/null
}

standby() {
  mkdir standby &&
    "$1/pg_basebackup" --pgdata=standby/data --host="$folder" --username=chorus --write-recovery-conf --checkpoint=fast \
      --no-sync >>log 2>&1 &&
    "$1/pg_ctl" start --wait --pgdata=standby/data --log=standby/log \
      --options="-k '$folder/standby' -c listen_addresses= -c fsync=off -c max_connections=400 -c cluster_name=standby" \
      >>log 2>&1 </dev/null
}

lead() {
  "$1/pg_ctl" stop --pgdata=data --mode=immediate >>log 2>&1 && ln -sfn standby current
}

promote() {
  "$1/pg_ctl" promote --wait --pgdata=standby/data >>log 2>&1
}

ln -s . current
{
  "$1/initdb" --pgdata=data --username=chorus --auth=trust --no-sync --encoding=UTF8 --no-locale >log 2>&1 &&
    start "$1"
} || {
  echo "failed: $(tail -n 1 log)"
  exit 1
}
echo "$folder"

while read -r word name; do
  case "$word" in
    create) "$1/createdb" --host="$folder" --username=chorus "$name" >>log 2>&1 || { echo failed; continue; } ;;
    stop) "$1/pg_ctl" stop --wait --pgdata=data --mode=fast >>log 2>&1 || { echo failed; continue; } ;;
    crash) "$1/pg_ctl" stop --wait --pgdata=data --mode=immediate >>log 2>&1 || { echo failed; continue; } ;;
    start) start "$1" || { echo failed; continue; } ;;
    standby) standby "$1" || { echo failed; continue; } ;;
    lead) lead "$1" || { echo failed; continue; } ;;
    promote) promote "$1" || { echo failed; continue; } ;;
  esac
  echo 'done'
done
