#!/bin/sh
# Runs a PostgreSQL server in a temporary folder for as long as standard input is open.
#
# The server listens on a Unix socket in that folder, so it needs no free port. Standard input takes one command a line
# (create NAME, stop, start); each is answered by one line. The end of input, also after the parent was killed, stops the
# server and removes the folder. It runs without fsync, so a power cut loses data: use it for tests only.
#
# $1: the folder of PostgreSQL's programs.
set -eu
trap '' INT TERM HUP
folder=$(mktemp -d "${TMPDIR:-/tmp}/chorus-postgres.XXXXXX")
cd "$folder"
end() {
  "$1/pg_ctl" stop --pgdata=data --mode=immediate >>log 2>&1 || true
  cd /
  rm -rf "$folder"
}
trap 'end "$1"' EXIT

start() {
  "$1/pg_ctl" start --wait --pgdata=data --log=log \
    --options="-k '$folder' -c listen_addresses= -c fsync=off -c max_connections=400" >>log 2>&1 </dev/null
}

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
    start) start "$1" || { echo failed; continue; } ;;
  esac
  echo 'done'
done
