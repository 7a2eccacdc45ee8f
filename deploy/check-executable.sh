#!/bin/sh
# Checks what a released executable needs, and what it tells of the machine that built it. Usage: check-executable.sh FILE
#
# MAX_GLIBC: the newest version of glibc that a dynamic executable may need; 2.31 is that of Debian 11.
# MAX_BYTES: a larger file is reported, and no failure.
set -eu
file=$1
max_glibc=${MAX_GLIBC:-2.31}
max_bytes=${MAX_BYTES:-24000000}

fail() { echo "$file: $1" >&2; exit 1; }

# Without it, each executable would pass for a static one.
command -v readelf >/dev/null || fail "cannot be checked without readelf (binutils)"

# The file is searched for these paths as text. The page inside it is compressed, so its parts are searched beside it.
for path in "${CARGO_HOME:-$HOME/.cargo}/" "$PWD/" "${RUSTUP_HOME:-$HOME/.rustup}/"; do
  ! grep -aqF "$path" "$file" || fail "contains $path"
  [ ! -d target/site/pkg ] || ! grep -rlaqF "$path" target/site/pkg || fail "the page contains $path"
done

bytes=$(wc -c <"$file")
[ "$bytes" -le "$max_bytes" ] || echo "$file: $bytes bytes, more than the $max_bytes that it should have"

if ! readelf --program-headers "$file" | grep -q INTERP; then
  ! readelf --dynamic "$file" | grep NEEDED || fail "needs shared libraries"
  echo "$file: static, $bytes bytes"
  exit 0
fi
readelf --dynamic "$file" | grep NEEDED
newest=$(objdump --dynamic-syms "$file" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
echo "$file: dynamic, needs glibc $newest, $bytes bytes"
[ "$(printf '%s\n' "$newest" "$max_glibc" | sort -V | tail -n 1)" = "$max_glibc" ] \
  || fail "needs glibc $newest, and may need $max_glibc at most (MAX_GLIBC)"
