// Circles of modules by the paths that they use. A module may use its parent, and its parent it; code of tests is left out.
import { crateOf, read, rustFiles } from './files.mjs';

const TEST_MODULE = /#\[cfg\((?:test|fuzzing)\)\]\s*(?:pub(?:\([^)]*\))? )?mod (\w+)/g;

function withoutTests(text) {
  return text
    .replace(/\/\/[^\n]*/g, '')
    .replace(/#\[cfg\((?:test|fuzzing)\)\]\s*(?:pub(?:\([^)]*\))? )?use [^;]*;/g, '')
    .replace(/#\[cfg\(test\)\]\nmod \w+ \{[\s\S]*$/, '');
}

/** Splits `a::{b, c::{d, e}}` into its paths. */
function paths(tree, prefix = []) {
  const parts = [];
  let depth = 0;
  let part = '';
  for (const char of `${tree},`) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (char === ',' && depth === 0) {
      if (part.trim()) parts.push(part.trim());
      part = '';
    } else part += char;
  }
  return parts.flatMap((part) => {
    const [, start, inner] = part.match(/^([\w:]*?)(?:::)?\{([\s\S]*)\}$/) ?? [];
    if (inner !== undefined) return paths(inner, [...prefix, ...start.split('::').filter(Boolean)]);
    return [
      [
        ...prefix,
        ...part
          .replace(/\s+as\s+\w+$/, '')
          .split('::')
          .filter(Boolean),
      ],
    ];
  });
}

/** The modules of a crate: name to file. */
function modulesOf(crate, files) {
  const modules = new Map();
  for (const file of files) {
    const parts = file.slice(crate.length + 1, -'.rs'.length).split('/');
    if (/^(mod|lib|main)$/.test(parts.at(-1))) parts.pop();
    modules.set(parts.join('::'), file);
  }
  const tests = [...modules].flatMap(([name, file]) =>
    [...read(file).matchAll(TEST_MODULE)].map(([, child]) => (name ? `${name}::${child}` : child)),
  );
  for (const name of modules.keys()) {
    if (tests.some((test) => name === test || name.startsWith(`${test}::`))) modules.delete(name);
  }
  return modules;
}

/** The module that a path of the module `from` leads into. */
function target(path, from, modules) {
  let base = from ? from.split('::') : [];
  let rest = path;
  if (rest[0] === 'crate') base = [];
  else if (rest[0] !== 'self' && rest[0] !== 'super' && !modules.has([...base, rest[0]].join('::'))) return undefined;
  while (/^(crate|self|super)$/.test(rest[0])) {
    if (rest[0] === 'super') base = base.slice(0, -1);
    rest = rest.slice(1);
  }
  for (const step of rest) {
    if (!modules.has([...base, step].join('::'))) break;
    base = [...base, step];
  }
  return base.join('::');
}

const isRelated = (a, b) => a === '' || b === '' || a === b || a.startsWith(`${b}::`) || b.startsWith(`${a}::`);

function uses(name, modules) {
  const text = withoutTests(read(modules.get(name)));
  const used = [...text.matchAll(/\buse\s+([^;]+);/g)].flatMap(([, tree]) => paths(tree));
  const inline = [...text.matchAll(/\b(?:crate|super|self)(?:::\w+)+/g)].map(([path]) => path.split('::'));
  const targets = [...used, ...inline].map((path) => target(path, name, modules));
  return [...new Set(targets)].filter((to) => to !== undefined && modules.has(to) && !isRelated(to, name));
}

function reachable(from, edges) {
  const seen = new Set();
  const open = [...edges.get(from)];
  while (open.length > 0) {
    const next = open.pop();
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...edges.get(next));
  }
  return seen;
}

/** Modules of the crate's root that use each other, by whichever of their files, unless these are a circle. */
function layers(modules, edges, reach) {
  const top = (name) => name.split('::')[0];
  const all = [...edges]
    .flatMap(([from, targets]) => targets.map((to) => [from, to]))
    .filter(([from, to]) => top(from) !== top(to));
  const pairs = new Set(all.map(([from, to]) => `${top(from)} ${top(to)}`));
  const mutual = all.filter(([from, to]) => pairs.has(`${top(to)} ${top(from)}`));
  const places = new Map();
  for (const [from, to] of mutual.filter(([from, to]) => !reach.get(to).has(from))) {
    const pair = [top(from), top(to)].toSorted().join(' and ');
    places.set(pair, [...(places.get(pair) ?? [pair]), `${modules.get(from)}:1 uses ${to}`]);
  }
  return [...places.values()].map((lines) => lines.join('\n    '));
}

function circlesOf(crate, files) {
  const modules = modulesOf(crate, files);
  const edges = new Map([...modules.keys()].map((name) => [name, uses(name, modules)]));
  const reach = new Map([...edges.keys()].map((name) => [name, reachable(name, edges)]));
  const rings = new Map();
  for (const name of edges.keys()) {
    const ring = [...reach.get(name)].filter((other) => reach.get(other).has(name)).toSorted();
    if (ring.includes(name)) rings.set(ring.join(), ring);
  }
  const line = (name, ring) =>
    `${modules.get(name)}:1 uses ${edges
      .get(name)
      .filter((to) => ring.includes(to))
      .join(', ')}`;
  return [
    ...[...rings.values()].map((ring) => ring.map((name) => line(name, ring)).join('\n    ')),
    ...layers(modules, edges, reach),
  ];
}

export function circles() {
  const crates = new Map();
  for (const file of rustFiles) crates.set(crateOf(file), [...(crates.get(crateOf(file)) ?? []), file]);
  return [...crates].filter(([crate]) => !crate.endsWith('.rs')).flatMap(([crate, files]) => circlesOf(crate, files));
}
