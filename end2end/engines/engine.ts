import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Keys beside characters. The values are WebDriver's code points (W3C WebDriver, 17.4.2). */
export const KEYS = {
  ArrowUp: '\ue013',
  Backspace: '\ue003',
  Enter: '\ue007',
  Escape: '\ue00c',
} as const;

export type Key = keyof typeof KEYS;

/** A running browser with one page. Everything goes through its real input, except for `evaluates`. */
export interface Engine {
  /** Begins to open an address. The page may come later. */
  opens(url: string): Promise<void>;
  reloads(): Promise<void>;
  /** Evaluates an expression in the page, waits for its promise, and returns its JSON value. */
  evaluates(expression: string): Promise<unknown>;
  types(ascii: string): Promise<void>;
  presses(key: Key): Promise<void>;
  clicks(x: number, y: number): Promise<void>;
  closes(): Promise<void>;
}

export interface EngineKind {
  name: string;
  /** Returns the reason why the engine cannot run here. */
  missing(): string | undefined;
  starts(): Promise<Engine>;
}

/** Returns the path of a program in PATH. */
export function inPath(program: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return paths.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
