import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** Settings of the server by the names of their flags, without the dashes. */
export type Settings = Record<string, string | number>;

const EXECUTABLE = process.env.CHORUS_BIN || resolve(__dirname, '../../target/release/chorus');
const READY = /^Chorus is ready: (http:\/\/127\.0\.0\.1:(\d+))$/;

/** The real executable with a database of its own. It keeps its port and its database over restarts. */
export class Server {
  url = '';
  private port = 0;
  private process?: ChildProcess;

  private constructor(
    private readonly folder: string,
    private settings: Settings,
  ) {}

  static async start(settings: Settings = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'chorus-')), settings);
    await server.restart();
    return server;
  }

  /** Starts it again after `kill` or `stop`, with more settings than before if some are given. */
  async restart(more: Settings = {}): Promise<void> {
    this.settings = { ...this.settings, ...more };
    const settings = {
      listen: `127.0.0.1:${this.port}`,
      database: `sqlite://${this.folder}/chorus.db`,
      // Everybody comes from one address, and some stories write thousands of messages.
      'address-messages-per-second': 0,
      'address-bytes-per-second': 0,
      'min-free-disk': 0,
      ...this.settings,
    };
    const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    this.process = spawn(EXECUTABLE, flags, { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const [, url, port] = await readiness(this.process);
    this.url = url;
    this.port = Number(port);
  }

  /** Gone at once, as when the power fails. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asked to go; says with which code it went. */
  async stop(): Promise<number | null> {
    return await this.end('SIGTERM');
  }

  /** Takes no notice of anything, as a network that loses all: whoever asks waits. */
  freezes(): void {
    this.process?.kill('SIGSTOP');
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const { process } = this;
    if (!process || process.exitCode !== null || process.signalCode !== null) return null;
    const gone = once(process, 'exit');
    process.kill(signal);
    const [code] = await gone;
    return code;
  }
}

/** A developer's own settings are no part of a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CHORUS_')));
}

async function readiness(process: ChildProcess): Promise<RegExpMatchArray> {
  let log = '';
  process.stderr?.on('data', (text) => (log = (log + text).slice(-4_000)));
  const failed = new Promise<never>((_, reject) => {
    process.once('error', reject);
    process.once('exit', (code) => reject(new Error(`${EXECUTABLE} ended with code ${code}: ${log}`)));
  });
  failed.catch(() => {});
  return await Promise.race([failed, readyLine(process)]);
}

async function readyLine(process: ChildProcess): Promise<RegExpMatchArray> {
  for await (const line of createInterface({ input: process.stdout! })) {
    const ready = line.match(READY);
    if (ready) return ready;
  }
  return await new Promise(() => {});
}
