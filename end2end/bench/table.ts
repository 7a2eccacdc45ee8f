import { appendFileSync } from 'node:fs';

/** Where the tables go; `make bench-page` shows the file. */
const OUT = process.env.BENCH_OUT;

export function says(text: string): void {
  if (OUT) appendFileSync(OUT, `${text}\n`);
  else console.log(text);
}

/** A table in Markdown, its first column words and the others numbers. */
export function table(title: string, head: string[], rows: string[][]): void {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, index) => (index === 0 ? '---' : '---:')));
  says([`### ${title}`, '', line(head), rule, ...rows.map(line), ''].join('\n'));
}

export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const ms = (number: number): string => `${Math.round(number)} ms`;
export const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;
