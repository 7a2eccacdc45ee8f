#!/bin/sh
# Prints Lighthouse's scores of a topic's page of the built executable, and the audits below 0.9.
# Usage: lighthouse.sh CHORUS LIGHTHOUSE. CHROME_PATH names the browser.
set -eu
chorus=$1 lighthouse=$2
folder=$(mktemp -d)
: > "$folder/said"
"$chorus" serve --listen 127.0.0.1:0 --database "sqlite://$folder/chorus.db" > "$folder/said" 2> "$folder/log" &
server=$!
trap 'kill $server; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
until url=$(sed -n 's/^Chorus is ready: //p' "$folder/said") && [ -n "$url" ]; do
  kill -0 $server || { cat "$folder/log" >&2; exit 1; }
  sleep 0.1
done
for n in 1 2 3 4 5 6 7 8 9 10; do
  draft=$(node -p 'crypto.randomUUID()')
  curl -sS -o /dev/null -d "draft=$draft" -d name=Clio --data-urlencode "message=Message **$n** of a morning, with \`code\` in it" "$url/t/lobby"
done
for preset in mobile desktop; do
  [ $preset = mobile ] && as= || as=--preset=desktop
  # Empty for the default preset, so it is not quoted.
  # shellcheck disable=SC2086
  "$lighthouse" "$url/t/lobby" $as --quiet --output=json --output-path="$folder/$preset.json" \
    --only-categories=performance,accessibility,best-practices,seo \
    --chrome-flags="--headless --no-sandbox --disable-gpu"
done
node - "$folder/mobile.json" "$folder/desktop.json" <<'PRINT'
const { readFileSync } = require('node:fs');
const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
console.log(`Lighthouse ${reports[0].lighthouseVersion}\n\n| | mobile | desktop |\n|---|---:|---:|`);
const score = (report, id) => Math.round(report.categories[id].score * 100);
for (const [id, { title }] of Object.entries(reports[0].categories))
  console.log(`| ${title} | ${reports.map((report) => score(report, id)).join(' | ')} |`);
const metrics = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index'];
for (const id of metrics)
  console.log(`| ${reports[0].audits[id].title} | ${reports.map(({ audits }) => audits[id].displayValue).join(' | ')} |`);
const lacks = new Set();
for (const { categories, audits } of reports)
  for (const { auditRefs } of Object.values(categories))
    for (const { id, weight } of auditRefs)
      if (weight > 0 && audits[id].score !== null && audits[id].score < 0.9) lacks.add(`- ${audits[id].title} (\`${id}\`)`);
if (lacks.size > 0) console.log(`\nBelow 0.9:\n${[...lacks].join('\n')}`);
PRINT
