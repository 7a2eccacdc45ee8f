import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from '@playwright/test';
import { type EngineKind, inPath } from './engine';
import { WebDriver } from './webdriver';

/** Returns the path of WebKitGTK's MiniBrowser, which distributions keep out of PATH. */
function miniBrowser(): string | undefined {
  const libraries = ['/usr/libexec', '/usr/lib', ...foldersIn('/usr/lib')];
  const folders = libraries.flatMap(foldersIn).filter((folder) => /\/webkit2?gtk-[\d.]+$/.test(folder));
  const found = folders.map((folder) => join(folder, 'MiniBrowser'));
  return process.env.MINIBROWSER || found.find((path) => existsSync(path));
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

/** Starts a program with a process group of its own, which `ends` kills. */
function starts(program: string, flags: string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, flags, { ...options, detached: true });
  // A program that cannot be started has no output either, and the wait for that fails.
  child.once('error', () => {});
  return child;
}

function ends({ pid }: ChildProcess): void {
  if (!pid) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Starts an X server on a free display. It reports the number of the display to its file descriptor 3. */
async function startsDisplay(): Promise<{ display: string; xvfb: ChildProcess }> {
  const flags = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const xvfb = starts('Xvfb', flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  try {
    const [number] = await once(xvfb.stdio[3] as Readable, 'data', { signal: AbortSignal.timeout(30_000) });
    return { display: `:${String(number).trim()}`, xvfb };
  } catch (error) {
    ends(xvfb);
    throw error;
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  listener.close();
  await once(listener, 'close');
  return port;
}

/** WebKit draws in software here, and refuses its sandbox to root. */
function environment(display: string): NodeJS.ProcessEnv {
  const drawing = { WEBKIT_DISABLE_COMPOSITING_MODE: '1', LIBGL_ALWAYS_SOFTWARE: '1' };
  const sandbox = process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {};
  const desktop = { DISPLAY: display, GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1' };
  return { ...process.env, ...drawing, ...sandbox, ...desktop };
}

/** WebKitGTK under a display of its own. */
export const WEBKIT: EngineKind = {
  name: 'WebKit',

  missing() {
    if (!inPath('WebKitWebDriver')) return 'there is no WebKitWebDriver (Debian: webkit2gtk-driver)';
    if (!miniBrowser()) return 'there is no MiniBrowser (Debian: webkit2gtk-driver; or MINIBROWSER names it)';
    return inPath('Xvfb') ? undefined : 'there is no Xvfb (Debian: xvfb)';
  },

  async starts() {
    const { display, xvfb } = await startsDisplay();
    const port = await freePort();
    const server = `http://127.0.0.1:${port}`;
    const driver = starts('WebKitWebDriver', [`--port=${port}`], { env: environment(display), stdio: 'ignore' });
    const endsAll = () => [driver, xvfb].forEach(ends);
    try {
      await expect.poll(() => WebDriver.isReady(server).catch(() => false), { timeout: 30_000 }).toBe(true);
      const options = { binary: miniBrowser(), args: ['--automation'] };
      // Commands return at once and never wait for a page: the story waits for what it expects.
      const capabilities = { pageLoadStrategy: 'none', 'webkitgtk:browserOptions': options };
      return await WebDriver.opens(server, capabilities, endsAll);
    } catch (error) {
      endsAll();
      throw error;
    }
  },
};
