#!/bin/sh
# Runs a load balancer in a temporary folder for as long as standard input is open, and then prints the end of its log.
#
# $1: nginx or caddy. $2: its configuration.
set -eu
trap '' INT TERM HUP PIPE
PATH="$PATH:/usr/sbin"
folder=$(mktemp -d "${TMPDIR:-/tmp}/chorus-balancer.XXXXXX")
cd "$folder"
printf '%s\n' "$2" >config
export HOME="$folder" XDG_DATA_HOME="$folder" XDG_CONFIG_HOME="$folder"
case "$1" in
  # SIGKILL would leave its workers behind.
  nginx) signal=TERM; nginx -p "$folder" -e stderr -c config >log 2>&1 & ;;
  # At SIGTERM it would wait for open event streams.
  caddy) signal=KILL; caddy run --config config --adapter caddyfile >log 2>&1 & ;;
esac
balancer=$!
trap 'kill -"$signal" "$balancer" 2>/dev/null || true; wait; tail -n 1 log || true; cd /; rm -rf "$folder"' EXIT
cat >/dev/null
