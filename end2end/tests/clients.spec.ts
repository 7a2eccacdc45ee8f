import { FAULTS } from '../support/clients/faults';
import { expect, LIBRARIES, test } from '../support/clients/fixtures';
import { frame } from '../support/clients/frames';

const NAME = 'Guest : 2026-11-22T19:02:03Z\n';
const HELLO = '{"type":"hello","version":1,"name":"Guest"}';
const CHORUS = 'chorus.v1';

/** States of a connection in which a violation may arrive. */
const PLACES = [
  { place: 'plain text', protocol: undefined, words: `${NAME}hi`, answer: '\nhi' },
  { place: 'chorus.v1', protocol: CHORUS, words: HELLO, answer: '}' },
  { place: 'chorus.v1 before its hello', protocol: CHORUS, words: undefined, answer: '' },
];

for (const library of LIBRARIES) {
  test.describe(`the client ${library}`, () => {
    test.use({ library });

    test('negotiates a subprotocol or none, and never an extension', async ({ connects }) => {
      expect((await connects(CHORUS)).negotiated).toEqual({ protocol: CHORUS, extensions: '' });
      expect((await connects()).negotiated).toEqual({ protocol: '', extensions: '' });
    });

    test('chats with a browser', async ({ ann, connects }) => {
      await ann.joins('lobby');
      const client = await connects();
      client.sendsText(`${NAME}from afar`);
      await ann.sees('from afar');
      await ann.publishes('welcome');
      await client.receives('welcome');
    });

    test('sends a fragmented message with a ping between the fragments', async ({ connects }) => {
      const client = await connects();
      client.sendsFragments([NAME, 'grüße ', '', 'in parts'], 'alive?');
      await client.isAnswered('alive?');
      await client.receives('\ngrüße in parts');
    });

    test('sends a fragmented hello too', async ({ connects }) => {
      const client = await connects(CHORUS);
      client.sendsFragments([HELLO.slice(0, 9), HELLO.slice(9)], 'alive?');
      await client.isAnswered('alive?');
      await client.until('a welcome', () => client.received[0]?.startsWith('{"type":"welcome"'));
    });

    test('may split a character between frames', async ({ connects }) => {
      const client = await connects();
      for (const letter of ['é', '€', '😀']) {
        const text = Buffer.from(`${NAME}a ${letter}`);
        for (let split = text.length - Buffer.byteLength(letter) + 1; split < text.length; split += 1) {
          client.sendsRaw(Buffer.concat([frame(0x01, text.subarray(0, split)), frame(0x80, text.subarray(split))]));
          client.sendsText(`${NAME}${letter} after ${split}`);
          await client.receives(`\n${letter} after ${split}`);
          expect(client.received.at(-2)).toMatch(new RegExp(`\na ${letter}$`));
        }
      }
    });

    test('receives messages with every length of frame header', async ({ connects }) => {
      const client = await connects();
      for (const length of [1, 124, 125, 126, 127, 1_000, 16_384]) {
        client.sendsText(NAME + 'x'.repeat(length));
        await client.receives(`\n${'x'.repeat(length)}`);
      }
    });

    test('closes, and gets the same code back', async ({ connects }) => {
      for (const protocol of [undefined, CHORUS]) {
        for (const code of [1000, 1011, 3000, 4999]) {
          const client = await connects(protocol);
          client.closes(code, 'bye');
          expect(await client.isClosed()).toBe(code);
        }
        const silent = await connects(protocol);
        silent.sendsRaw(frame(0x88, ''));
        expect(await silent.isClosed(), 'without a code').toBe(1005);
      }
    });

    test('gets the close code and reason', async ({ connects }) => {
      for (const [words, code] of [
        ['no JSON', 4500],
        ['{"type":"hello","version":2}', 4503],
        ['{"type":"topics","ref":1}', 4505],
        ['x'.repeat(65_537), 4504],
      ] as const) {
        const client = await connects(CHORUS);
        client.sendsText(words);
        expect(await client.isClosed(), words.slice(0, 40)).toBe(code);
      }
    });

    test('is closed with drain at shutdown', async ({ server, connects }) => {
      const clients = [await connects(), await connects(CHORUS)];
      clients[1].sendsText(HELLO);
      await clients[1].receives('}');
      expect(await server.stop()).toBe(0);
      expect(await Promise.all(clients.map((client) => client.isClosed()))).toEqual([4000, 4000]);
    });

    test('disconnects abruptly, and the next one is served', async ({ connects }) => {
      (await connects()).terminates();
      const client = await connects();
      client.sendsText(`${NAME}still here`);
      await client.receives('\nstill here');
    });

    for (const { place, protocol, words, answer } of PLACES) {
      test(`is closed for each violation of RFC 6455: ${place}`, async ({ connects }) => {
        const codes = FAULTS.map(async ({ why, bytes }) => {
          const client = await connects(protocol);
          if (words) {
            client.sendsText(words);
            await client.receives(answer);
          }
          client.sendsRaw(bytes);
          return { why, code: await client.isClosed() };
        });
        expect(await Promise.all(codes)).toEqual(FAULTS.map(({ why, code }) => ({ why, code })));
      });
    }
  });
}
