import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, type ClientLibrary } from './client';

const SCRIPT = resolve(__dirname, '../../clients/client.py');
const VERSION = 'from websockets.version import version; assert int(version.split(".")[0]) >= 10';

/**
 * Returns a Python with the package `websockets`, or `undefined`. CHORUS_TEST_PYTHON names one, or makes a missing one an
 * error if it is `require`.
 */
export function findPython(): string | undefined {
  const setting = process.env.CHORUS_TEST_PYTHON || '';
  const names = setting && setting !== 'require' ? [setting] : ['python3', '/usr/bin/python3'];
  const found = names.find((name) => spawnSync(name, ['-c', VERSION]).status === 0);
  if (!found && setting) throw new Error(`no Python with "websockets" 10 or newer: ${names.join(', ')}`);
  return found;
}

type Event = { connection: number; open?: string; extensions?: string; text?: string; pong?: string; closed?: number };

/** A client of `websockets`, in the process of `client.py`. */
class PythonClient extends Client {
  constructor(private readonly order: (what: object) => void) {
    super();
  }

  handles({ open, extensions = '', text, pong, closed }: Event): void {
    this.records(() => {
      if (open !== undefined) this.negotiated = { protocol: open, extensions };
      if (text !== undefined) this.received.push(text);
      if (pong !== undefined) this.pongs.push(pong);
      if (closed !== undefined) this.closed = closed;
    });
  }

  breaks(error: Error): void {
    this.fails(error);
  }

  sendsText(text: string): void {
    this.order({ text });
  }

  sendsFragments(parts: string[], ping: string): void {
    this.order({ parts, ping });
  }

  sendsRaw(bytes: Buffer): void {
    this.order({ raw: bytes.toString('hex') });
  }

  closes(code: number, reason: string): void {
    this.order({ close: code, reason });
  }

  terminates(): void {
    this.order({ vanish: true });
  }
}

/** `websockets`: one process for all clients. */
export class Python implements ClientLibrary {
  private readonly clients: PythonClient[] = [];
  private readonly process: ChildProcessWithoutNullStreams;

  constructor(python: string) {
    // Newer versions use a configured proxy, even for loopback.
    this.process = spawn(python, [SCRIPT], { env: { ...process.env, no_proxy: '*' } });
    let log = '';
    this.process.stderr.on('data', (text) => (log += text));
    this.process.stdin.on('error', () => {});
    const breaks = (why: string) => this.clients.forEach((client) => client.breaks(new Error(`${why}: ${log}`)));
    this.process.on('error', (error) => breaks(error.message));
    this.process.on('close', (code) => breaks(`client.py ended with ${code}`));
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as Event;
      this.clients[event.connection].handles(event);
    });
  }

  async connects(url: string, protocols: string[]): Promise<Client> {
    const connection = this.clients.length;
    const order = (what: object) => this.process.stdin.write(`${JSON.stringify({ connection, ...what })}\n`);
    const client = new PythonClient(order);
    this.clients.push(client);
    order({ url, protocols });
    await client.isOpen();
    return client;
  }

  end(): void {
    this.process.kill();
  }
}
