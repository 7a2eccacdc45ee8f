import { appendFileSync } from 'node:fs';

/** The file for the tables, which `make bench-page` prints. */
const OUT = process.env.BENCH_OUT;

export function writes(text: string): void {
  if (OUT) appendFileSync(OUT, `${text}\n`);
  else console.log(text);
}

/** Writes a Markdown table. The first column is text, the others are numbers. */
export function table(title: string, head: string[], rows: string[][]): void {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, index) => (index === 0 ? '---' : '---:')));
  writes([`### ${title}`, '', line(head), rule, ...rows.map(line), ''].join('\n'));
}

export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const ms = (number: number): string => `${Math.round(number)} ms`;
export const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;
