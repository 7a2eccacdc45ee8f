// Checks that the files and headings that the documents name exist. Prints each that does not, and fails.
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

const wrong = [];
for (const document of documents) {
  const text = readFileSync(document, 'utf8').replace(/^(`{3,})[\s\S]*?^\1$/gm, '');
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
