// The files that are measured.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => !/(^fuzz\/corpus|node_modules|description\.d\.ts$)/.test(file));
const contents = new Map();

export const rustFiles = files.filter((file) => file.endsWith('.rs'));
/** The files with comments, and the documents. */
export const textFiles = files.filter((file) => /(\.(rs|ts|m?js|css|sh|md)|Makefile|\.ci\/run)$/.test(file));

export function read(file) {
  if (!contents.has(file)) contents.set(file, readFileSync(file, 'utf8'));
  return contents.get(file);
}

const roots = new Set(rustFiles.filter((file) => /(^|\/)(lib|main)\.rs$/.test(file)).map(dirname));

/** The folder of a crate's root; a test or program of one file is a crate of its own. */
export function crateOf(file) {
  if (/\/bin\/[^/]+\.rs$/.test(file)) return file;
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (roots.has(folder)) return folder;
  }
  return file;
}

export const isTest = (file) =>
  /(^|\/)(tests?|examples|checks|testing|interleavings|fuzz|fixtures)(\/|\.rs$)|chat\/model\//.test(file);
