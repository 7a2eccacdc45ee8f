// Comments of source files and the text of documents, as pairs of line number and text.
import { read } from './files.mjs';

function linesOfBlocks(text) {
  let inBlock = false;
  return text.split('\n').flatMap((line, at) => {
    const opens = !inBlock && /^\s*\/\*/.test(line);
    if (!opens && !inBlock) return [];
    inBlock = !line.includes('*/');
    return [[at + 1, line.replace(/^\s*\/?\*+\/?|\*\/.*$/g, '').trim()]];
  });
}

export function comments(file) {
  const text = read(file);
  const lines = text.split('\n').map((line, at) => [at + 1, line]);
  if (file.endsWith('.md')) return lines;
  const mark = /\.(rs|ts|m?js|css)$/.test(file) ? /^(?:.*\s)?\/\/[/!]?\s(.*)$/ : /^\s*#\s(.*)$/;
  const marked = lines.flatMap(([at, line]) => (mark.test(line) ? [[at, line.match(mark)[1]]] : []));
  return file.endsWith('.rs') ? marked : [...marked, ...linesOfBlocks(text)];
}

/** Sentences without a noun for a subject, unless they are questions. */
export function headless(text) {
  return text.flatMap(([at, line], n) => {
    const starts = [...line.matchAll(/(?:^\s*(?:[-*|] )?|[.!?:] |\| )(What|Whatever|Who|Whoever)\b/g)];
    return starts.flatMap((start) => {
      const rest = [line.slice(start.index), ...text.slice(n + 1, n + 3).map(([, next]) => next)].join(' ');
      const sentence = rest.replace(/^[.!?:| ]+/, '').match(/^[^.?!]*[.?!]?/)[0];
      return sentence.endsWith('?') ? [] : [[at, sentence.slice(0, 100)]];
    });
  });
}
