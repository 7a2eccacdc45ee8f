#!/bin/sh
# Measures the seconds from a changed file to the restarted server under `cargo leptos watch`, and prints medians of three. The
# changed files are restored.
set -eu
cd "$(dirname "$0")/.."
log=$(mktemp) folder=$(mktemp -d)
watch=
end() { [ -z "$watch" ] || kill "$watch" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$log" "$folder"; }
trap end EXIT
trap 'exit 1' INT TERM

starts() { grep -c 'Chorus is ready' "$log" || true; }
# Waits until the server has started $1 times.
until_started() {
  until [ "$(starts)" -ge "$1" ]; do kill -0 "$watch" || exit 1; sleep 0.05; done
}
now() { date +%s.%N; }
# Moves every line of a file down by one, which changes what is compiled (panic locations).
measure() {
  cp -p "$1" "$folder/kept"
  { echo '// Changed.' && cat "$folder/kept"; } >"$folder/changed"
  wanted=$(($(starts) + 1)) begun=$(now)
  cat "$folder/changed" >"$1"
  until_started "$wanted"
  echo "$(now) $begun" | awk '{ printf "%.1f\n", $1 - $2 }'
  # Restoring the file triggers one more build.
  cat "$folder/kept" >"$1"
  until_started $((wanted + 1))
}
row() {
  seconds=$(for _ in 1 2 3; do measure "$2"; done | sort -n | sed -n 2p)
  echo "| $1 (\`$2\`) | $seconds |"
}

CHORUS_DATABASE_URL="sqlite://$folder/watch.db" cargo leptos watch >"$log" 2>&1 &
watch=$!
# It misses changes before it prints that it watches.
until grep -q 'ignore list' "$log" && [ "$(starts)" -ge 1 ]; do kill -0 "$watch" || exit 1; sleep 0.05; done
echo '| changed | seconds until the server answers with it |'
echo '| --- | ---: |'
row 'a component' app/src/view/components/composer.rs
row 'a file of the server' server/src/http/topic.rs
