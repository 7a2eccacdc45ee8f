#!/bin/sh
# Prints the transferred size of a topic's page and its assets, uncompressed and with brotli.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
target/release/chorus --listen 127.0.0.1:0 --database "sqlite://$folder/weigh.db" --log warn >"$folder/out" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
until grep -q ready "$folder/out"; do kill -0 $server || exit 1; sleep 0.05; done
address=http://$(sed 's|.*http://||' "$folder/out")
page=$(curl -s "$address/t/lobby")
file() { printf %s "$page" | grep -o "/pkg/chorus[^\"']*\.$1" | head -n 1; }
size() { curl -s -o /dev/null -w '%{size_download}' -H "Accept-Encoding: $2" "$1"; }
row() { printf '%-24s %12s %12s\n' "$1" "$2" "$3"; }
row 'page, in bytes' plain brotli
sum=0
for kind in html css js wasm; do
  path=/t/lobby
  [ "$kind" = html ] || path=$(file "$kind")
  brotli=$(size "$address$path" br)
  row "$kind" "$(size "$address$path" identity)" "$brotli"
  sum=$((sum + brotli))
done
row 'until one can chat' '' "$sum"
