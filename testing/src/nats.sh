#!/bin/sh
# Runs a NATS server in a temporary folder for as long as standard input is open.
#
# Standard input takes one command a line (stop, kill, start, lame-duck); each is answered by one line. The end of input, also
# after the parent was killed, kills the server and removes the folder.
#
# $1: further lines of the configuration.
set -eu
trap '' INT TERM HUP
PATH="$PATH:/usr/sbin"
folder=$(mktemp -d "${TMPDIR:-/tmp}/chorus-nats.XXXXXX")
cd "$folder"
server=
end() {
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
  cd /
  rm -rf "$folder"
}
trap end EXIT

# Starts on the port that it had before, at first on any free one.
start() {
  cat >config <<CONFIG
listen: 127.0.0.1:${port:--1}
ports_file_dir: "$folder"
lame_duck_grace_period: "30m"
lame_duck_duration: "1h"
cluster { name: chorus, listen: 127.0.0.1:-1 $routes }
$1
CONFIG
  rm -f ./*.ports
  nats-server --config config >>log 2>&1 </dev/null &
  server=$!
  until [ -s "nats-server_$server.ports" ]; do
    kill -0 "$server" 2>/dev/null || { server=; return 1; }
    sleep 0.02
  done
  port=$(ports nats)
}

# Starts again, for up to ten seconds: another program may have taken the port meanwhile.
restart() {
  attempts=100
  until start "$1"; do
    attempts=$((attempts - 1))
    [ "$attempts" -gt 0 ] || return 1
    sleep 0.1
  done
}

# Prints the port of this kind from the file that the server writes.
ports() {
  tr -d ' \n' <"nats-server_$server.ports" | sed "s|.*\"$1\":\[\"[a-z]*://[^]]*:\([0-9]*\)\"\].*|\1|"
}

end_with() {
  kill "-$1" "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}

port=
routes=${2:+, routes: [ $2 ]}
start "$1" || {
  echo "failed: $(tail -n 1 log)"
  exit 1
}
echo "$port $(ports cluster)"

while read -r word; do
  case "$word" in
    stop) end_with INT ;;
    kill) end_with KILL ;;
    start) restart "$1" || { echo "failed: $(tail -n 1 log)"; continue; } ;;
    lame-duck) kill -USR2 "$server" ;;
  esac
  echo 'done'
done
