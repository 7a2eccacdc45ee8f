// Checks that the files, headings and commands that the documents name exist. Prints each that does not, and fails.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .trim()
  .split('\n');
const documents = files.filter((file) => file.endsWith('.md'));
/** A path as documents write it: whole, or without its beginning. */
const exists = (path) =>
  files.some((file) => file === path || file.endsWith(`/${path}`) || `/${file}`.includes(`/${path}/`));
/** The anchor that GitHub gives a heading. */
const anchor = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');
const anchors = (file) => [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading));

const makefile = readFileSync('Makefile', 'utf8');
const targets = new Set([...makefile.matchAll(/^([a-z][a-z-]*):/gm)].map(([, target]) => target));
/** The commands of the program: the variants of its enum, in kebab case. */
const [, variants] = /pub enum Command \{\n([\s\S]*?)^\}/m.exec(readFileSync('server/src/config/command.rs', 'utf8'));
const commands = new Set(
  [...variants.matchAll(/^ {4}([A-Z]\w*)/gm)].map(([, name]) => name.replace(/\B[A-Z]/g, '-$&').toLowerCase()),
);
/** Code in text and in blocks, a piece a line. */
const code = (text) => {
  const blocks = [...text.matchAll(/^ *(`{3,})\w*\n([\s\S]*?)^ *\1$/gm)].map(([, , block]) => block);
  const pieces = [...text.replace(/^ *(`{3,})[\s\S]*?^ *\1$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, piece]) => piece);
  return [...blocks, ...pieces].join('\n');
};
/** The first word after a program, unless it is an option. */
const wordsAfter = (program, text) =>
  [...text.matchAll(new RegExp(`^ *${program} ([a-z][a-z-]*)(?![\\w/.=-])`, 'gm'))].map(([, word]) => word);

const wrong = [];
for (const document of documents) {
  const whole = readFileSync(document, 'utf8');
  for (const target of wordsAfter('make', code(whole))) {
    if (!targets.has(target)) wrong.push(`${document}: there is no make ${target}`);
  }
  for (const command of wordsAfter('chorus', code(whole))) {
    if (!commands.has(command)) wrong.push(`${document}: there is no chorus ${command}`);
  }
  const text = whole.replace(/^(`{3,})[\s\S]*?^\1$/gm, '');
  for (const [, path] of text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:rs|ts|js|mjs|sh|css))`/g)) {
    if (!exists(path)) wrong.push(`${document}: there is no ${path}`);
  }
  for (const [, to] of text.replace(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(to)) continue;
    const [path, hash] = to.split('#');
    const target = path ? normalize(join(dirname(document), path)) : document;
    if (!exists(target)) wrong.push(`${document}: there is no ${target}`);
    else if (hash && !anchors(target).includes(hash)) wrong.push(`${document}: ${target} has no #${hash}`);
  }
}
for (const line of wrong) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
