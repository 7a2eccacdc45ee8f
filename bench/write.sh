#!/bin/sh
# Replaces a generated section of docs/BENCHMARKS.md by standard input. Usage: write.sh SECTION
set -eu
document="$(dirname "$0")/../docs/BENCHMARKS.md"
text=$(mktemp)
cat >"$text"
test -s "$text" || { echo "nothing to write into $1" >&2; exit 1; }
awk -v mark="<!-- make benchmarks: $1 -->" -v text="$text" '
  /^<!-- end -->$/ && inside { inside = 0 }
  !inside { print }
  $0 == mark { inside = 1; found = 1; print ""; while ((getline line < text) > 0) print line; print "" }
  END { exit !found }
' "$document" >"$text.new"
mv "$text.new" "$document"
rm "$text"
