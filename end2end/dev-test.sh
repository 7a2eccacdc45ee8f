#!/bin/sh
# Starts `cargo leptos watch` as it is, opens the page that it serves, and runs one file of stories against what it built.
set -eu
cd "$(dirname "$0")/.."
log=$(mktemp) folder=$(mktemp -d)
watch=
end() {
  status=$?
  [ -z "$watch" ] || kill "$watch" 2>/dev/null || true
  wait 2>/dev/null || true
  [ "$status" = 0 ] || tail -n 50 "$log" >&2
  rm -rf "$log" "$folder"
}
trap end EXIT
trap 'exit 1' INT TERM
fail() {
  echo "$1" >&2
  exit 1
}

# After a failed build, watch would start the server of an earlier one.
rm -f target/debug/chorus
CHORUS_LISTEN=127.0.0.1:0 CHORUS_DATABASE_URL="sqlite://$folder/dev.db" cargo leptos watch >"$log" 2>&1 &
watch=$!
waited=0
until url=$(sed -n 's/.*Chorus is ready: \(http[^ ]*\).*/\1/p' "$log" | tail -n 1) && [ -n "$url" ]; do
  kill -0 "$watch" 2>/dev/null || fail "cargo leptos watch ended before it served the page."
  # It prints this after the build, also after one that failed, and starts the server then. That takes no minute.
  if grep -q 'ignore list' "$log"; then waited=$((waited + 1)); fi
  [ "$waited" -lt 300 ] || fail "The build failed, or the server does not start."
  sleep 0.2
done

page=$(curl -fsS "$url/t/lobby")
for kind in js wasm css; do
  files=$(printf '%s' "$page" | grep -o "/pkg/[^'\"]*\.$kind" | sort -u)
  [ -n "$files" ] || fail "The page names no .$kind file."
  for file in $files; do
    curl -fsS -o /dev/null "$url$file"
    echo "served: $file"
  done
done
cd end2end
CHORUS_BIN=../target/debug/chorus npm test -- tests/messaging.spec.ts
