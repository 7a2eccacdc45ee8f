import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, type Make } from './client';

const SCRIPT = resolve(__dirname, '../../clients/talk.py');
const VERSION = 'from websockets.version import version; assert int(version.split(".")[0]) >= 10';

/**
 * A Python that has `websockets`; none where there is none, unless CHORUS_TEST_PYTHON=require. That variable may also
 * name one.
 */
export function findPython(): string | undefined {
  const wish = process.env.CHORUS_TEST_PYTHON || '';
  const names = wish && wish !== 'require' ? [wish] : ['python3', '/usr/bin/python3'];
  const found = names.find((name) => spawnSync(name, ['-c', VERSION]).status === 0);
  if (!found && wish) throw new Error(`no Python with "websockets" 10 or newer: ${names.join(', ')}`);
  return found;
}

type Event = { line: number; open?: string; extensions?: string; text?: string; pong?: string; closed?: number };

/** A line of `websockets`, in a process of its own. */
class PythonClient extends Client {
  constructor(private readonly order: (what: object) => void) {
    super();
  }

  told({ open, extensions = '', text, pong, closed }: Event): void {
    this.happens(() => {
      if (open !== undefined) this.agreed = { protocol: open, extensions };
      if (text !== undefined) this.heard.push(text);
      if (pong !== undefined) this.pongs.push(pong);
      if (closed !== undefined) this.closed = closed;
    });
  }

  breaks(error: Error): void {
    this.fails(error);
  }

  says(text: string): void {
    this.order({ text });
  }

  saysInParts(parts: string[], ping: string): void {
    this.order({ parts, ping });
  }

  sends(bytes: Buffer): void {
    this.order({ raw: bytes.toString('hex') });
  }

  leaves(code: number, reason: string): void {
    this.order({ close: code, reason });
  }

  vanishes(): void {
    this.order({ vanish: true });
  }
}

/** `websockets`: one process for all of its lines. */
export class Python implements Make {
  private readonly clients: PythonClient[] = [];
  private readonly process: ChildProcessWithoutNullStreams;

  constructor(python: string) {
    // Newer ones would go through a proxy, even to this machine.
    this.process = spawn(python, [SCRIPT], { env: { ...process.env, no_proxy: '*' } });
    let log = '';
    this.process.stderr.on('data', (text) => (log += text));
    this.process.stdin.on('error', () => {});
    const breaks = (why: string) => this.clients.forEach((client) => client.breaks(new Error(`${why}: ${log}`)));
    this.process.on('error', (error) => breaks(error.message));
    this.process.on('close', (code) => breaks(`talk.py ended with ${code}`));
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as Event;
      this.clients[event.line].told(event);
    });
  }

  async connects(url: string, protocols: string[]): Promise<Client> {
    const line = this.clients.length;
    const order = (what: object) => this.process.stdin.write(`${JSON.stringify({ line, ...what })}\n`);
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
