import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Returns the state of a process as `ps` shows it, for instance "T" if it is stopped. */
async function processState(pid?: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat) return stat.slice(stat.lastIndexOf(')') + 2);
  return (await promisify(execFile)('ps', ['-o', 'state=', '-p', `${pid}`])).stdout;
}

/** The server's settings by the names of their options, without dashes. */
export type Settings = Record<string, string | number>;

const EXECUTABLE = process.env.CHORUS_BIN || resolve(__dirname, '../../target/release/chorus');
const READY = /^Chorus is ready: (http:\/\/127\.0\.0\.1:(\d+)[\w./~-]*)$/;

/** The real executable with its own database. Its port and database stay the same across restarts. */
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

  /** Starts it again after `kill` or `stop`, with additional settings. */
  async restart(more: Settings = {}): Promise<void> {
    this.settings = { ...this.settings, ...more };
    const settings = {
      listen: `127.0.0.1:${this.port}`,
      database: `sqlite://${this.folder}/chorus.db`,
      // All clients share one address, and some tests publish thousands of messages.
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

  /** Sends SIGKILL. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Sends SIGTERM and returns the exit code. */
  async stop(): Promise<number | null> {
    return await this.end('SIGTERM');
  }

  /** Returns a code that makes an owner. */
  async ownerCode(): Promise<string> {
    const flags = ['owner-code', `--database=sqlite://${this.folder}/chorus.db`];
    const { stdout } = await promisify(execFile)(EXECUTABLE, flags, { env: cleanEnvironment() });
    return stdout.trim().split('\n').at(-1)!;
  }

  /** Stops the process (SIGSTOP), so that requests hang as on a network that drops all packets. */
  async freezes(): Promise<void> {
    this.process?.kill('SIGSTOP');
    // On a busy machine a thread may answer requests until another one has received the signal.
    while (!(await processState(this.process?.pid)).startsWith('T'));
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

/** Removes a developer's own settings from the environment. */
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
