#!/bin/sh
# Writes what comes on standard input into a place of docs/BENCHMARKS.md, between its marks: write.sh PLACE
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
