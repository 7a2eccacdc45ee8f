#!/bin/sh
# Starts `cargo leptos watch` as it is, opens the page that it serves, and runs one file of stories against what it built.
set -eu
cd "$(dirname "$0")/.."
log=$(mktemp) folder=$(mktemp -d)
watch=
end() {
  [ -z "$watch" ] || kill "$watch" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$log" "$folder"
}
trap end EXIT
trap 'exit 1' INT TERM

CHORUS_LISTEN=127.0.0.1:0 CHORUS_DATABASE_URL="sqlite://$folder/dev.db" cargo leptos watch >"$log" 2>&1 &
watch=$!
until url=$(sed -n 's/.*Chorus is ready: \(http[^ ]*\).*/\1/p' "$log") && [ -n "$url" ]; do
  kill -0 "$watch" || { cat "$log" >&2; echo "cargo leptos watch ended before it served the page." >&2; exit 1; }
  sleep 0.2
done
page=$(curl -fsS "$url/t/lobby")
for file in $(printf '%s' "$page" | grep -o "/pkg/[^'\"]*\.\(js\|wasm\|css\)" | sort -u); do
  curl -fsS -o /dev/null "$url$file"
  echo "served: $file"
done
cd end2end
CHORUS_BIN=../target/debug/chorus npm test -- tests/messaging.spec.ts
