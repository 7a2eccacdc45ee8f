#!/bin/sh
# Starts the built server on a database of its own and puts load on it: bench.sh [SUBSCRIBERS PUBLISHERS MESSAGES]
set -eu
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
ulimit -n "$(ulimit -Hn)"
target/release/chorus --listen 127.0.0.1:0 --database "sqlite://$folder/load.db" --frames-per-second 0 --log warn >"$folder/out" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
until grep -q ready "$folder/out"; do sleep 0.05; done
address=$(sed 's|.*http://||' "$folder/out")
target/release/examples/load "$address" "${1:-200}" "${2:-8}" "${3:-8000}" "$server"
