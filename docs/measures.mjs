// Prints measures of the code's readability. With `--list`, prints as well where each number comes from, as file:line.
import { circles } from './measures/circles.mjs';
import { comments, headless } from './measures/comments.mjs';
import { crateOf, isTest, read, rustFiles, textFiles } from './measures/files.mjs';

const LONG_FUNCTION_LINES = 60;
const LONG_FILE_LINES = 250;

const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const quantile = (numbers, share) => sorted(numbers)[Math.floor(numbers.length * share)] ?? 0;
const spread = (numbers) =>
  `median ${quantile(numbers, 0.5)}, p90 ${quantile(numbers, 0.9)}, max ${Math.max(...numbers)} lines`;

/** The functions of a file that rustfmt has formatted: the closing brace has the indent of `fn`. */
function functions(file) {
  const lines = read(file).split('\n');
  return lines.flatMap((line, at) => {
    const [, indent] = line.match(/^(\s*)(?:pub(?:\([^)]*\))? )?(?:const |async |unsafe )*fn \w/) ?? [];
    if (indent === undefined) return [];
    if (line.endsWith('}')) return [[1, file, at + 1]];
    const isEnd = (end) => end === `${indent}}` || (end.startsWith(`${indent})`) && end.endsWith(';'));
    const end = lines.findIndex((end, n) => n >= at && (isEnd(end) || (n === at && end.endsWith(';'))));
    // A declaration in a trait has no body.
    if (!lines[end]?.endsWith('}')) return [];
    return [[end - at + 1, file, at + 1]];
  });
}

/** Public types with one name in one crate. SeaORM and the migrations prescribe names; `cfg(not(…))` has the other half of a pair. */
function sharedNames() {
  const places = new Map();
  for (const file of rustFiles) {
    const lines = read(file).split('\n');
    for (const [at, line] of lines.entries()) {
      const name = line.match(/^\s*pub(?:\([^)]*\))? (?:struct|enum|trait|type|union) (\w+)/)?.[1];
      if (!name || /^(Model|Relation|Migration)$/.test(name) || /cfg\(not\(/.test(lines[at - 1])) continue;
      const key = `${crateOf(file)} ${name}`;
      places.set(key, [...(places.get(key) ?? []), `${file}:${at + 1}`]);
    }
  }
  return [...places].filter(([, all]) => all.length > 1).map(([key, all]) => `${key}: ${all.join(' ')}`);
}

function report(label, value, list = []) {
  console.log(`${label.padEnd(46)} ${value}`);
  if (process.argv.includes('--list')) for (const line of list) console.log(`    ${line}`);
}

const lengths = rustFiles.map((file) => [read(file).split('\n').length - 1, file]);
const longFiles = lengths.filter(([lines]) => lines > LONG_FILE_LINES);
report('Rust files', `${lengths.length}: ${spread(lengths.map(([lines]) => lines))}`);
report(
  `  of more than ${LONG_FILE_LINES} lines`,
  longFiles.length,
  longFiles.map(([lines, file]) => `${file}:1 ${lines}`),
);

const all = rustFiles.flatMap(functions);
const place = ([lines, file, at]) => `${file}:${at} ${lines}`;
const long = all.filter(([lines]) => lines > LONG_FUNCTION_LINES).toSorted(([a], [b]) => b - a);
report('functions', `${all.length}: ${spread(all.map(([lines]) => lines))}`);
for (const [label, wanted] of [
  ['in the product', false],
  ['in tests and examples', true],
]) {
  const some = long.filter(([, file]) => isTest(file) === wanted);
  report(`  of more than ${LONG_FUNCTION_LINES} lines, ${label}`, some.length, some.map(place));
}

const lines = rustFiles.flatMap((file) => read(file).split('\n')).filter((line) => line.trim());
const commented = lines.filter((line) => /^\s*\/\//.test(line)).length;
report('comment lines in Rust', `${((100 * commented) / lines.length).toFixed(1)} %`);

const texts = textFiles.map((file) => [file, comments(file)]);
const words = texts.flatMap(([, text]) => text).reduce((sum, [, line]) => sum + line.split(/\s+/).length, 0);
const found = texts.flatMap(([file, text]) => headless(text).map(([at, sentence]) => `${file}:${at} ${sentence}`));
report(
  'sentences that begin with What or Who',
  `${found.length} (${((1_000 * found.length) / words).toFixed(2)} in 1,000 words)`,
  found,
);

const names = sharedNames();
report('public types that share a name in a crate', names.length, names);
const rings = circles();
report('circles of modules, except parent and child', rings.length, rings);
