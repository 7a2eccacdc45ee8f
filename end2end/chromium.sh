#!/bin/sh
# Prints the path of a Chromium for the browser tests, and installs one if there is none.
set -eu

found() {
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$name" && return 0
  done
  mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
  [ -x "$mac" ] && printf '%s\n' "$mac"
}

if [ -n "${CHROMIUM:-}" ]; then
  printf '%s\n' "$CHROMIUM"
  exit 0
fi
found && exit 0

if command -v apt-get >/dev/null; then
  root=""
  [ "$(id -u)" = 0 ] || root="sudo -n"
  echo "No Chromium here: installing Debian's (once) ..." >&2
  if { $root apt-get update && $root apt-get install -y --no-install-recommends chromium; } >&2; then
    found && exit 0
  fi
fi

echo "No Chromium here: downloading Playwright's (once) ..." >&2
cd "$(dirname "$0")"
npx playwright install chromium >&2
node -e "console.log(require('@playwright/test').chromium.executablePath())"
