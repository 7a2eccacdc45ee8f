import { once } from 'node:events';
import WebSocket from 'ws';
import { expect, test } from '../support/stage';

const NAME = 'Node : 2026-11-22T19:02:03Z\n';

/** What a client of another make hears, in order. */
class Client {
  readonly heard: string[] = [];
  readonly line: WebSocket;

  constructor(url: string, protocols: string[] = []) {
    this.line = new WebSocket(`${url.replace('http', 'ws')}/chat`, protocols, { perMessageDeflate: false });
    this.line.on('message', (text) => this.heard.push(text.toString()));
  }

  async isOpen(): Promise<this> {
    await once(this.line, 'open');
    return this;
  }

  async hears(text: string): Promise<void> {
    await expect.poll(() => this.heard.some((heard) => heard.endsWith(text))).toBe(true);
  }

  async isClosed(): Promise<number> {
    const [code] = await once(this.line, 'close');
    return code;
  }
}

test.describe('a WebSocket client of another make', () => {
  test('talks with a browser', async ({ server, ann }) => {
    await ann.joins('lobby');
    const client = await new Client(server.url).isOpen();
    client.line.send(`${NAME}from afar`);
    await ann.sees('from afar');
    await ann.says('welcome');
    await client.hears('welcome');
    client.line.close(1000, 'bye');
    expect(await client.isClosed()).toBe(1000);
  });

  test('sends a message in parts, with a ping between them', async ({ server }) => {
    const client = await new Client(server.url).isOpen();
    const text = Buffer.from(`${NAME}grüße in parts`);
    // The first part ends in the middle of a letter.
    const split = text.indexOf('ü') + 1;
    const pong = once(client.line, 'pong');
    client.line.send(text.subarray(0, split), { fin: false, binary: false });
    client.line.ping('alive?');
    expect((await pong).toString()).toBe('alive?');
    client.line.send(text.subarray(split), { fin: true, binary: false });
    await client.hears('grüße in parts');
    client.line.terminate();
  });

  test('hears messages of every length of frame', async ({ server }) => {
    const client = await new Client(server.url).isOpen();
    for (const length of [1, 124, 125, 126, 127, 1_000, 16_384]) {
      client.line.send(NAME + 'x'.repeat(length));
      await client.hears(`\n${'x'.repeat(length)}`);
    }
    client.line.terminate();
  });

  test('is told why it is sent away', async ({ server }) => {
    const client = await new Client(server.url, ['chorus.v1']).isOpen();
    expect(client.line.protocol).toBe('chorus.v1');
    client.line.send('no JSON');
    expect(await client.isClosed()).toBe(4500);
    const large = await new Client(server.url).isOpen();
    large.line.send('x'.repeat(100_000));
    expect(await large.isClosed()).toBe(4504);
  });

  test('leaves without a word, and the next one is served', async ({ server }) => {
    (await new Client(server.url).isOpen()).line.terminate();
    const client = await new Client(server.url).isOpen();
    client.line.send(`${NAME}still here`);
    await client.hears('still here');
    client.line.terminate();
  });
});
